// SPDX-License-Identifier: Apache-2.0
// Tables as text: which encoding, which separator, then one record after the other. Two passes over
// the file, so that an encoding holds for all of it; nothing but the present record is kept.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/sheet/sheet_internal.h"

#define CHUNK       65536
#define SAMPLE_ROWS 30

enum encoding { UTF8, CP1252, UTF16LE, UTF16BE };
static const char *const encoding_names[] = { "UTF-8", "windows-1252", "UTF-16LE", "UTF-16BE" };

// What windows-1252 has between 0x80 and 0x9F; 0: nothing, which becomes U+FFFD.
static const uint16_t cp1252_high[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

struct csv {
    struct reading *reading;
    enum encoding encoding;
    size_t skip; // bytes of the mark at the start
    uint8_t chunk[CHUNK];
    size_t at, size;
    char separator;
    int64_t number; // of the record, from 1
};

// --- one code point after the other; -1 at the end
static int next_byte(struct csv *csv)
{
    if (csv->at == csv->size) {
        csv->size = fread(csv->chunk, 1, sizeof csv->chunk, csv->reading->file);
        csv->at = 0;
        if (csv->size == 0)
            return -1;
    }
    return csv->chunk[csv->at++];
}

static int32_t next_unit(struct csv *csv)
{
    int first = next_byte(csv), second = first < 0 ? -1 : next_byte(csv);
    if (first < 0)
        return -1;
    if (second < 0)
        return 0xFFFD;
    return csv->encoding == UTF16LE ? second << 8 | first : first << 8 | second;
}

static int32_t next_utf16(struct csv *csv)
{
    int32_t unit = next_unit(csv);
    if (unit < 0xD800 || unit > 0xDFFF)
        return unit;
    if (unit > 0xDBFF)
        return 0xFFFD;
    int32_t low = next_unit(csv);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0xFFFD;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

// UTF-8 is given out byte by byte: it was found valid, and all signs that matter here are ASCII.
static int32_t next_code(struct csv *csv)
{
    if (csv->encoding == UTF16LE || csv->encoding == UTF16BE)
        return next_utf16(csv);
    int byte = next_byte(csv);
    if (csv->encoding == CP1252 && byte >= 0x80 && byte < 0xA0)
        return cp1252_high[byte - 0x80] ? cp1252_high[byte - 0x80] : 0xFFFD;
    return byte;
}

static void add_code(const struct csv *csv, struct buffer *buffer, int32_t code)
{
    char byte = (char)code;
    if (csv->encoding == UTF8)
        buffer_add(buffer, &byte, 1);
    else
        buffer_utf8(buffer, (uint32_t)code);
}

static void restart(struct csv *csv)
{
    rewind(csv->reading->file);
    csv->at = csv->size = 0;
    csv->number = 0;
    for (size_t i = 0; i < csv->skip; i++)
        (void)next_byte(csv);
}

// --- the encoding

// What is still wanted of a sequence; the bounds of its next byte rule out forms that are too long,
// surrogates and what lies behind U+10FFFF.
struct utf8 {
    int wanted;
    uint8_t least, most;
};

static bool utf8_take(struct utf8 *state, uint8_t byte)
{
    if (state->wanted > 0) {
        bool good = byte >= state->least && byte <= state->most;
        state->wanted--;
        state->least = 0x80;
        state->most = 0xBF;
        return good;
    }
    state->least = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
    state->most = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    state->wanted = byte < 0x80 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    return byte < 0x80 || (byte >= 0xC2 && byte <= 0xF4);
}

struct scan {
    struct utf8 utf8;
    bool valid;
    uint64_t zeros[2], size; // at even and odd places
};

static void scan_file(struct csv *csv, struct scan *scan)
{
    int byte;
    scan->valid = true;
    while ((byte = next_byte(csv)) >= 0) {
        if (byte == 0)
            scan->zeros[scan->size & 1]++;
        scan->size++;
        scan->valid = scan->valid && utf8_take(&scan->utf8, (uint8_t)byte);
    }
    scan->valid = scan->valid && scan->utf8.wanted == 0;
}

static bool find_encoding(struct csv *csv)
{
    struct scan scan = { .size = 0 };
    uint8_t head[3] = { 0 };
    rewind(csv->reading->file);
    size_t size = fread(head, 1, sizeof head, csv->reading->file);
    restart(csv);
    scan_file(csv, &scan);
    if (size >= 2 && head[0] == 0xFF && head[1] == 0xFE) {
        csv->encoding = UTF16LE;
        csv->skip = 2;
    } else if (size >= 2 && head[0] == 0xFE && head[1] == 0xFF) {
        csv->encoding = UTF16BE;
        csv->skip = 2;
    } else if (scan.zeros[1] > scan.size / 8 && scan.zeros[0] < scan.zeros[1] / 4) {
        csv->encoding = UTF16LE;
    } else if (scan.zeros[0] > scan.size / 8 && scan.zeros[1] < scan.zeros[0] / 4) {
        csv->encoding = UTF16BE;
    } else if (scan.zeros[0] + scan.zeros[1] > 0) {
        return fail(csv->reading->err, ERR_INVALID, NULL, TEXT_SHEET_NOT_A_TABLE, NULL);
    } else {
        csv->encoding = scan.valid ? UTF8 : CP1252;
        csv->skip = scan.valid && size == 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    }
    restart(csv);
    return true;
}

// --- the separator
static const char candidates[] = ";\t,|";

struct counts {
    int in_row[SAMPLE_ROWS][sizeof candidates - 1];
    int rows;
};

// How often each candidate stands outside quotes, in each of the first records.
static void count_signs(struct csv *csv, struct counts *counts)
{
    bool quoted = false, any = false;
    int32_t code;
    for (int64_t seen = 0; seen < CHUNK && (code = next_code(csv)) >= 0; seen++) {
        const char *found = code > 0 && code < 128 ? strchr(candidates, code) : NULL;
        quoted ^= code == '"';
        if (!quoted && (code == '\n' || code == '\r')) {
            counts->rows += any;
            any = false;
            if (counts->rows == SAMPLE_ROWS)
                return;
            continue;
        }
        any = true;
        if (!quoted && found)
            counts->in_row[counts->rows][found - candidates]++;
    }
    counts->rows += any;
}

// How many records agree best about this candidate.
static int agreement(const struct counts *counts, size_t which)
{
    int best = 0;
    for (int i = 0; i < counts->rows; i++) {
        int alike = 0;
        for (int k = 0; k < counts->rows; k++)
            alike += counts->in_row[i][which] > 0 &&
                     counts->in_row[i][which] == counts->in_row[k][which];
        best = alike > best ? alike : best;
    }
    return best;
}

// "sep=;" on the first line is Excel's own word about it; that line is no row.
static bool take_sep_line(struct csv *csv)
{
    static const char sep[] = "sep=";
    int32_t code;
    for (size_t i = 0; i < 4; i++) {
        code = next_code(csv);
        if (code < 0 || code > 127 || (code | 0x20) != (sep[i] | 0x20))
            return false;
    }
    int32_t separator = next_code(csv);
    if (separator <= 0 || separator > 127 || separator == '"')
        return false;
    while ((code = next_code(csv)) == ' ' || code == '\r') {
    }
    if (code != '\n')
        return false;
    csv->separator = (char)separator;
    return true;
}

static void find_separator(struct csv *csv)
{
    struct counts *counts = calloc(1, sizeof *counts);
    int best = 0;
    if (!counts)
        abort();
    if (take_sep_line(csv)) {
        free(counts);
        return; // the reader stands behind that line
    }
    restart(csv);
    count_signs(csv, counts);
    csv->separator = ';';
    for (size_t i = 0; i < sizeof candidates - 1; i++) {
        int agree = agreement(counts, i);
        if (agree > best) {
            best = agree;
            csv->separator = candidates[i];
        }
    }
    free(counts);
    restart(csv);
}

// --- records
struct record_state {
    struct row_builder row;
    struct buffer cell;
    uint32_t column;
    bool quoted, was_quoted;
    int64_t opened; // the record in which the open quote stands
};

static bool end_cell(struct csv *csv, struct record_state *state)
{
    bool good = true;
    if (state->cell.size > 0)
        good = row_add(&state->row, csv->reading,
                       (struct sheet_cell){
                           state->column, CELL_TEXT,
                           arena_text(state->row.arena, state->cell.data, state->cell.size) });
    state->cell.size = 0;
    state->column++;
    state->was_quoted = false;
    return good;
}

// False: nothing more is wanted, or reading->err says why not.
static bool end_record(struct csv *csv, struct record_state *state)
{
    if (!end_cell(csv, state))
        return false;
    state->column = 0;
    if (++csv->number > csv->reading->limits->rows)
        return sheet_too_large(csv->reading->err, "Zeilen / rows", csv->reading->limits->rows);
    return row_give(&state->row, csv->reading, csv->number, false);
}

static bool take_code(struct csv *csv, struct record_state *state, int32_t code)
{
    if (state->quoted && code == '"') {
        state->quoted = false; // a second one right behind opens it again
        state->was_quoted = true;
        return true;
    }
    if (code == '"' && !state->quoted && (state->cell.size == 0 || state->was_quoted)) {
        if (state->was_quoted)
            buffer_add(&state->cell, "\"", 1);
        state->quoted = true;
        state->was_quoted = false;
        state->opened = csv->number + 1;
        return true;
    }
    if (!state->quoted && code == csv->separator)
        return end_cell(csv, state);
    if (!state->quoted)
        state->was_quoted = false;
    if (code != '\0')
        add_code(csv, &state->cell, code);
    if (state->cell.size > csv->reading->limits->cell_bytes)
        return sheet_too_large(csv->reading->err, "Bytes in einer Zelle / bytes in a cell",
                               (int64_t)csv->reading->limits->cell_bytes);
    return true;
}

static bool read_records(struct csv *csv, struct record_state *state)
{
    bool open = false, after_cr = false;
    int32_t code;
    while ((code = next_code(csv)) >= 0) {
        bool line_end = !state->quoted && (code == '\n' || code == '\r');
        bool skipped = code == '\n' && after_cr;
        after_cr = line_end && code == '\r';
        if (skipped)
            continue;
        open = !line_end;
        if (!(line_end ? end_record(csv, state) : take_code(csv, state, code)))
            return csv->reading->err->code == ERR_NONE;
    }
    if (state->quoted)
        return fail(csv->reading->err, ERR_INVALID, NULL, TEXT_SHEET_QUOTE_OPEN,
                    int_text(state->opened).text, NULL);
    if (open && !end_record(csv, state))
        return csv->reading->err->code == ERR_NONE;
    return true;
}

bool csv_read(struct reading *reading)
{
    struct csv *csv = calloc(1, sizeof *csv);
    struct record_state state = { .column = 0 };
    if (!csv)
        abort();
    csv->reading = reading;
    bool good = find_encoding(csv);
    if (good) {
        find_separator(csv);
        memcpy(reading->about->form, "csv", sizeof "csv");
        (void)snprintf(reading->about->encoding, sizeof reading->about->encoding, "%s",
                       encoding_names[csv->encoding]);
        reading->about->separator = csv->separator;
        row_init(&state.row);
        good = read_records(csv, &state);
        row_done(&state.row);
    }
    buffer_done(&state.cell);
    free(csv);
    return good;
}

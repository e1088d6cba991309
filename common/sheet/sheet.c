// SPDX-License-Identifier: Apache-2.0
// What a file is, by its first bytes; and what the readers share.
#include "common/sheet/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/sheet/sheet_internal.h"

#define HEAD_BYTES 8192
#define ROW_BYTES  ((size_t)8 << 20)

const struct sheet_limits sheet_limits_usual = {
    .part_bytes = (uint64_t)1 << 30,
    .text_bytes = (uint64_t)256 << 20,
    .cell_bytes = (size_t)128 << 10,
    .rows = 1048576,
    .columns = 16384,
};

bool sheet_damaged(struct err *err, const char *where)
{
    return fail(err, ERR_INVALID, NULL, TEXT_SHEET_DAMAGED, where, NULL);
}

bool sheet_too_large(struct err *err, const char *what, int64_t most)
{
    return fail(err, ERR_TOO_LARGE, NULL, TEXT_SHEET_TOO_LARGE, what, int_text(most).text, NULL);
}

// --- rows
void row_init(struct row_builder *row)
{
    *row = (struct row_builder){ .arena = arena_new(ROW_BYTES) };
}

void row_done(struct row_builder *row)
{
    arena_free(row->arena);
    free(row->cells);
    *row = (struct row_builder){ 0 };
}

bool row_add(struct row_builder *row, const struct reading *reading, struct sheet_cell cell)
{
    if (row->count == reading->limits->columns || cell.column >= reading->limits->columns)
        return sheet_too_large(reading->err, "Spalten / columns", reading->limits->columns);
    if (!cell.text)
        return sheet_too_large(reading->err, "Bytes einer Zeile / bytes of a row", ROW_BYTES);
    if (row->count == row->room) {
        row->room = row->room ? row->room * 2 : 64;
        row->cells = realloc(row->cells, row->room * sizeof *row->cells);
        if (!row->cells)
            abort(); // bounded by the columns; the system has no memory at all
    }
    size_t place = row->count++;
    for (; place > 0 && row->cells[place - 1].column > cell.column; place--)
        row->cells[place] = row->cells[place - 1];
    row->cells[place] = cell;
    return true;
}

bool row_give(struct row_builder *row, const struct reading *reading, int64_t number, bool hidden)
{
    struct sheet_row told = {
        .number = number, .hidden = hidden, .cells = row->cells, .count = row->count
    };
    bool more = row->count == 0 || reading->take(reading->context, &told);
    row->count = 0;
    arena_reset(row->arena);
    return more;
}

// --- bytes
void buffer_add(struct buffer *buffer, const char *bytes, size_t size)
{
    if (buffer->size + size + 1 > buffer->room) {
        buffer->room = (buffer->size + size + 1) * 2 + 64;
        buffer->data = realloc(buffer->data, buffer->room);
        if (!buffer->data)
            abort(); // every caller is bounded by the limits
    }
    if (size)
        memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void buffer_utf8(struct buffer *buffer, uint32_t code)
{
    char bytes[4];
    if (code < 0x80) {
        bytes[0] = (char)code;
        buffer_add(buffer, bytes, 1);
    } else if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3F));
        buffer_add(buffer, bytes, 2);
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xE0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code & 0x3F));
        buffer_add(buffer, bytes, 3);
    } else {
        bytes[0] = (char)(0xF0 | code >> 18);
        bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (code & 0x3F));
        buffer_add(buffer, bytes, 4);
    }
}

void buffer_done(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){ 0 };
}

// --- what it is
static bool begins(const uint8_t *head, size_t size, const char *bytes, size_t count)
{
    return size >= count && memcmp(head, bytes, count) == 0;
}

static bool holds(const uint8_t *head, size_t size, const char *text)
{
    for (size_t i = 0, count = strlen(text); i + count <= size; i++) {
        if (strncasecmp((const char *)head + i, text, count) == 0)
            return true;
    }
    return false;
}

// A password makes Excel wrap the table into a container of old; the name in it is UTF-16.
static bool ole_encrypted(FILE *file)
{
    static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    uint8_t block[HEAD_BYTES];
    size_t kept = 0;
    rewind(file);
    for (int blocks = 0; blocks < 4096; blocks++) {
        size_t size = kept + fread(block + kept, 1, sizeof block - kept, file);
        for (size_t i = 0; i + sizeof name - 1 <= size; i++) {
            if (memcmp(block + i, name, sizeof name - 1) == 0)
                return true;
        }
        if (size < sizeof block)
            return false;
        kept = sizeof name;
        memmove(block, block + sizeof block - kept, kept);
    }
    return false;
}

static bool refuse(struct err *err, enum text_id text)
{
    return fail(err, ERR_INVALID, NULL, text, NULL);
}

static bool markup_refused(const uint8_t *head, size_t size, struct err *err)
{
    if (holds(head, size, "urn:schemas-microsoft-com:office:spreadsheet"))
        return refuse(err, TEXT_SHEET_XML2003);
    if (holds(head, size, "<html") || holds(head, size, "<table"))
        return refuse(err, TEXT_SHEET_HTML);
    return refuse(err, TEXT_SHEET_NOT_A_TABLE);
}

static bool is_markup(const uint8_t *head, size_t size)
{
    size_t at = begins(head, size, "\xEF\xBB\xBF", 3) ? 3 : 0;
    while (at < size && strchr(" \t\r\n", head[at]) && head[at])
        at++;
    return at + 1 < size && head[at] == '<' &&
           (head[at + 1] == '!' || head[at + 1] == '?' || holds(head + at, size - at, "<html") ||
            holds(head + at, size - at, "<table"));
}

bool sheet_read(FILE *file, const struct sheet_options *options, sheet_take *take, void *context,
                struct sheet_about *ret_about, struct err *err)
{
    uint8_t head[HEAD_BYTES];
    struct reading reading = {
        .file = file,
        .sheet = options ? options->sheet : 0,
        .limits = options && options->limits ? options->limits : &sheet_limits_usual,
        .take = take,
        .context = context,
        .about = ret_about,
        .err = err,
    };
    *ret_about = (struct sheet_about){ .separator = '\0' };
    rewind(file);
    size_t size = fread(head, 1, sizeof head, file);
    if (size == 0)
        return refuse(err, TEXT_SHEET_EMPTY);
    if (begins(head, size, "PK\3\4", 4) || begins(head, size, "PK\5\6", 4))
        return xlsx_read(&reading);
    if (begins(head, size, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8))
        return refuse(err, ole_encrypted(file) ? TEXT_SHEET_ENCRYPTED : TEXT_SHEET_XLS);
    if (begins(head, size, "\x09\x08", 2) || begins(head, size, "\x09\x04", 2))
        return refuse(err, TEXT_SHEET_XLS);
    if (begins(head, size, "\x89PNG", 4) || begins(head, size, "%PDF", 4) ||
        begins(head, size, "\xFF\xD8\xFF", 3))
        return refuse(err, TEXT_SHEET_NOT_A_TABLE);
    if (is_markup(head, size))
        return markup_refused(head, size, err);
    return csv_read(&reading);
}

// SPDX-License-Identifier: Apache-2.0
// Two passes over a table: one over its first rows for the headings, one over all.
#include "services/cli/import_file.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/system.h"
#include "services/contacts/vcard.h"

#define HEADING_ROWS 30
#define ROW_MEMORY   ((size_t)8 << 20)
#define LINE_ROOM    ((size_t)128 << 10) // of a file of cards

struct reading_rows {
    struct import_file *file;
    struct arena *arena;
    import_take *take;
    void *context;
    struct columns *best; // while the headings are sought
    int64_t rows;
    bool full;
};

// --- opening
static bool digest_of(struct import_file *file, struct err *err)
{
    crypto_hash_sha256_state state;
    unsigned char hash[crypto_hash_sha256_BYTES], piece[65536];
    size_t size;
    (void)crypto_hash_sha256_init(&state);
    while ((size = fread(piece, 1, sizeof piece, file->file)) > 0)
        (void)crypto_hash_sha256_update(&state, piece, size);
    if (ferror(file->file))
        return fail(err, ERR_INVALID, NULL, TEXT_CLI_FILE_UNREADABLE, file->path,
                    system_text(errno).text, NULL);
    (void)crypto_hash_sha256_final(&state, hash);
    (void)sodium_bin2hex(file->digest, sizeof file->digest, hash, sizeof hash);
    return true;
}

static bool begins_as_vcard(FILE *file)
{
    char head[256];
    rewind(file);
    size_t size = fread(head, 1, sizeof head - 1, file), at = 0;
    head[size] = '\0';
    if (strncmp(head, "\xEF\xBB\xBF", 3) == 0)
        at = 3;
    at += strspn(head + at, " \t\r\n");
    return strncasecmp(head + at, "BEGIN:VCARD", 11) == 0;
}

// Of a row of a table: what means anything to columns.
static struct column_cell *cells_of(const struct sheet_row *row, struct arena *arena)
{
    struct column_cell *cells = arena_array(arena, row->count, sizeof *cells);
    for (size_t i = 0; cells && i < row->count; i++)
        cells[i] = (struct column_cell){ row->cells[i].column, row->cells[i].text };
    return cells;
}

static bool look_for_heading(void *context, const struct sheet_row *row)
{
    struct reading_rows *reading = context;
    struct columns *columns = arena_alloc(reading->arena, sizeof *columns);
    struct column_cell *cells = cells_of(row, reading->arena);
    if (!columns || !cells)
        return false;
    for (size_t i = 0; i < row->count; i++) {
        cells[i].text = arena_text(reading->arena, cells[i].text, strlen(cells[i].text));
        if (!cells[i].text)
            return false;
    }
    if (!reading->file->noun->read(cells, row->count, reading->arena, columns))
        return false;
    if (reading->file->noun->are_heading(columns) &&
        (!reading->best || columns->known > reading->best->known)) {
        reading->best = columns;
        reading->file->heading = row->number;
    }
    return ++reading->rows < HEADING_ROWS;
}

static bool find_heading(struct import_file *file, struct arena *arena, struct err *err)
{
    struct reading_rows reading = { .file = file, .arena = arena };
    struct sheet_options options = { .sheet = file->sheet };
    if (!sheet_read(file->file, &options, look_for_heading, &reading, &file->about, err))
        return false;
    if (!reading.best)
        return fail(err, ERR_INVALID, NULL, file->noun->no_heading, NULL);
    file->columns = *reading.best;
    return true;
}

bool import_file_open(struct import_file *file, const char *path, struct arena *arena,
                      struct err *err)
{
    const char *slash = strrchr(path, '/');
    file->file = fopen(path, "rb");
    file->path = path;
    file->name = slash ? slash + 1 : path;
    if (!file->file)
        return fail(err, ERR_INVALID, NULL, TEXT_CLI_FILE_UNREADABLE, path, system_text(errno).text,
                    NULL);
    if (!digest_of(file, err))
        return false;
    file->is_vcard = begins_as_vcard(file->file);
    if (file->is_vcard && !file->noun->cards)
        return fail(err, ERR_INVALID, NULL, TEXT_IMPORT_NO_CARDS, file->name, NULL);
    return file->is_vcard || find_heading(file, arena, err);
}

void import_file_close(struct import_file *file)
{
    if (file->file)
        (void)fclose(file->file);
    file->file = NULL;
}

// --- tables

// Lists that were made for printing repeat their headings.
static bool is_heading_again(const struct columns *columns, const struct sheet_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        uint32_t column = row->cells[i].column;
        const char *heading = column < columns->count ? columns->list[column].heading : NULL;
        if (!heading || strcmp(heading, row->cells[i].text) != 0)
            return false;
    }
    return row->count > 1;
}

static bool says_something(const struct columns *columns, const struct sheet_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        uint32_t column = row->cells[i].column;
        if (column < columns->count && columns->list[column].meaning != 0)
            return true;
    }
    return false;
}

static bool take_row(void *context, const struct sheet_row *row)
{
    struct reading_rows *reading = context;
    const struct columns *columns = &reading->file->columns;
    const struct import_noun *noun = reading->file->noun;
    struct err err = { 0 };
    if (row->number <= reading->file->heading || !says_something(columns, row) ||
        is_heading_again(columns, row))
        return true;
    arena_reset(reading->arena);
    struct column_cell *cells = cells_of(row, reading->arena);
    void *said = arena_alloc(reading->arena, noun->record()->size);
    if (!cells || !said)
        (void)fail(&err, ERR_TOO_LARGE, NULL, TEXT_ROW_TOO_LARGE, NULL);
    bool good = cells && said && noun->row(columns, cells, row->count, reading->arena, said, &err);
    return reading->take(reading->context, row->number, good ? said : NULL, &err);
}

static bool read_table(struct import_file *file, import_take *take, void *context, struct err *err)
{
    struct reading_rows reading = {
        .file = file, .arena = arena_new(ROW_MEMORY), .take = take, .context = context
    };
    struct sheet_options options = { .sheet = file->sheet };
    bool good = sheet_read(file->file, &options, take_row, &reading, &file->about, err);
    arena_free(reading.arena);
    return good;
}

// --- cards
static bool take_card(struct vcard_reader *reader, enum vcard_step step, import_take *take,
                      void *context, const struct contact_new *card, struct err *err)
{
    bool more = step == VCARD_MORE ||
                take(context, vcard_number(reader), step == VCARD_CARD ? card : NULL, err);
    *err = (struct err){ .code = ERR_NONE };
    return more;
}

// A line without its end; what lies beyond the room is passed over (the reader takes less anyway).
// False at the end of the file.
static bool next_line(FILE *file, char *line, size_t *ret_size)
{
    int byte = getc_unlocked(file);
    *ret_size = 0;
    if (byte == EOF)
        return false;
    for (; byte != EOF && byte != '\n'; byte = getc_unlocked(file)) {
        if (*ret_size < LINE_ROOM)
            line[(*ret_size)++] = (char)byte;
    }
    return true;
}

static bool read_cards(struct import_file *file, import_take *take, void *context, struct err *err)
{
    struct vcard_reader *reader = vcard_reader_new();
    struct contact_new card;
    struct err fault = { 0 };
    char *line = malloc(LINE_ROOM);
    size_t size;
    bool more = true;
    if (!line)
        abort();
    rewind(file->file);
    while (more && next_line(file->file, line, &size)) {
        enum vcard_step step = vcard_feed(reader, line, size, &card, &fault);
        more = take_card(reader, step, take, context, &card, &fault);
    }
    if (more) {
        enum vcard_step step = vcard_end(reader, &card, &fault);
        (void)take_card(reader, step, take, context, &card, &fault);
    }
    bool good = !ferror(file->file);
    free(line);
    vcard_reader_free(reader);
    return good || fail(err, ERR_INVALID, NULL, TEXT_CLI_FILE_UNREADABLE, file->path,
                        system_text(errno).text, NULL);
}

bool import_file_read(struct import_file *file, import_take *take, void *context, struct err *err)
{
    return file->is_vcard ? read_cards(file, take, context, err)
                          : read_table(file, take, context, err);
}

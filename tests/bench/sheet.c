// SPDX-License-Identifier: Apache-2.0
// Entries as an Excel table, as `rufbus export entries` writes them once they have come, beside
// plain libxlsxwriter that is handed the same cells ready made.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "common/base/civil.h"
#include "common/sheet/sheet.h"
#include "services/cli/cells.h"
#include "tests/bench/bench.h"

#define COLUMNS_MAX 40
#define REPEATS_MAX 9
#define PAGE        200 // rows in an answer
#define ARENA_BYTES ((size_t)1 << 30)

struct writing {
    struct bench bench;
    struct listing listing;
    struct cli cli;
    const struct list_table *table;
    struct cell_place places[COLUMNS_MAX];
    struct sheet_column columns[COLUMNS_MAX];
    struct entry *entries;
    struct sheet_value *cells; // of all rows, for the floor
    size_t rows;
    char ours[500], floor[500];
};

// --- the rows
static void make_entries(struct writing *writing)
{
    static const char *const names[] = { "Änne Müller", "Jürgen Groß", "Özlem Şahin",
                                         "Renée Roth" };
    static const char *const keys[] = { "K", "L", "S" };
    struct arena *arena = writing->cli.arena;
    writing->entries = arena_array(arena, writing->rows, sizeof *writing->entries);
    for (size_t i = 0; i < writing->rows; i++) {
        struct entry *entry = &writing->entries[i];
        entry->state = i % 5 ? entry_state_OPEN : entry_state_BILLED;
        entry->origin = i % 3 ? entry_origin_CALL : entry_origin_HAND;
        entry->rule = rule_level_KIND;
        memcpy(entry->id.bytes, &i, sizeof i);
        entry->id.bytes[15] = 1;
        entry->staff.bytes[0] = (uint8_t)(1 + i % 20);
        entry->client.bytes[1] = (uint8_t)(1 + i % 50);
        entry->contact_name = names[i % COUNT_OF(names)];
        entry->number = arena_format(arena, "+4930%07zu", i);
        entry->file_number = arena_format(arena, "%zu/26", i % 4000);
        entry->key = keys[i % COUNT_OF(keys)];
        entry->text =
            arena_format(arena, "Telefonat mit %s zu %zu/26", entry->contact_name, i % 4000);
        entry->voucher = i % 5 ? NULL : "2026-00017";
        entry->chargeable = i % 7 != 0;
        entry->began_at = SECONDS(1795000000 + (int64_t)i * 61);
        entry->booked_at = entry->began_at + SECONDS(300);
        entry->raw_s = (int64_t)(i * 37 % 1800);
        entry->actual_s = entry->raw_s;
        entry->rounded_s = (entry->raw_s + 59) / 60 * 60;
    }
}

static void make_names(struct writing *writing)
{
    struct names *names = &writing->listing.names;
    names->rows = arena_array(writing->cli.arena, 70, sizeof *names->rows);
    for (size_t i = 0; i < 70; i++) { // clients' ids sort before those of staff
        struct name *name = &names->rows[names->count++];
        bool client = i < 50;
        name->kind = client ? NAME_CLIENT : NAME_STAFF;
        name->id.bytes[client ? 1 : 0] = (uint8_t)(client ? 1 + i : i - 49);
        name->text = arena_format(writing->cli.arena, "%s %zu", client ? "Kanzlei" : "Frau", i);
    }
}

static void make_cells(struct writing *writing)
{
    struct arena *page = writing->listing.page;
    size_t count = writing->table->count;
    writing->cells = arena_array(writing->cli.arena, writing->rows * count, sizeof *writing->cells);
    writing->listing.page = writing->cli.arena; // their texts stay
    for (size_t i = 0; i < writing->rows; i++) {
        for (size_t c = 0; c < count; c++)
            writing->cells[i * count + c] =
                cell_value(&writing->listing, &writing->places[c], &writing->entries[i]);
    }
    writing->listing.page = page;
}

static void make_all(struct writing *writing)
{
    writing->cli = (struct cli){ .arena = arena_new(ARENA_BYTES), .zone = "Europe/Berlin" };
    writing->listing = (struct listing){ .cli = &writing->cli, .page = arena_new(ARENA_BYTES) };
    if (!zone_load("Europe/Berlin", &writing->listing.zone))
        bench_stop("no zone data");
    writing->table = list_tables;
    for (size_t i = 0; i < writing->table->count; i++) {
        const struct list_column *column = &writing->table->columns[i];
        writing->places[i] = cell_place(entry_record(), column);
        writing->columns[i] =
            (struct sheet_column){ .title = cell_title(&writing->listing, column, entry_record()),
                                   .width = column->width,
                                   .sum = column->sum };
    }
    make_entries(writing);
    make_names(writing);
    make_cells(writing);
}

// --- the two ways; each gives its seconds
static double write_ours(struct writing *writing)
{
    struct err err = { 0 };
    struct sheet_value values[COLUMNS_MAX];
    int64_t begun_ns = bench_ns();
    struct sheet_writer *writer = sheet_writer_new(SHEET_FORM_XLSX, writing->ours, "Leistungen",
                                                   writing->columns, writing->table->count, &err);
    for (size_t i = 0; writer && i < writing->rows; i++) {
        if (i % PAGE == 0)
            arena_reset(writing->listing.page);
        for (size_t c = 0; c < writing->table->count; c++)
            values[c] = cell_value(&writing->listing, &writing->places[c], &writing->entries[i]);
        if (!sheet_writer_values(writer, values, &err))
            bench_stop("%s", err.english);
    }
    if (!writer || !sheet_writer_close(writer, &err))
        bench_stop("%s", err.english);
    return (double)(bench_ns() - begun_ns) / 1e9;
}

static void floor_cell(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t at,
                       lxw_format *const *formats, const struct sheet_value *value)
{
    switch (value->kind) {
    case SHEET_TEXT: worksheet_write_string(sheet, row, at, value->text, NULL); break;
    case SHEET_MINUTES:
        worksheet_write_number(sheet, row, at, (double)value->number / 60, formats[0]);
        break;
    case SHEET_MOMENT:
        worksheet_write_number(sheet, row, at, (double)value->number / 86400 + 25569, formats[1]);
        break;
    default: break;
    }
}

static double write_floor(struct writing *writing)
{
    size_t count = writing->table->count;
    int64_t begun_ns = bench_ns();
    lxw_workbook_options options = { .constant_memory = LXW_TRUE };
    lxw_workbook *book = workbook_new_opt(writing->floor, &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Leistungen");
    lxw_format *formats[] = { workbook_add_format(book), workbook_add_format(book) };
    format_set_num_format(formats[0], "#,##0.00");
    format_set_num_format(formats[1], "dd.mm.yyyy hh:mm:ss");
    for (size_t c = 0; c < count; c++)
        worksheet_write_string(sheet, 0, (lxw_col_t)c, writing->columns[c].title, NULL);
    for (size_t i = 0; i < writing->rows; i++) {
        for (size_t c = 0; c < count; c++)
            floor_cell(sheet, (lxw_row_t)(i + 1), (lxw_col_t)c, formats,
                       &writing->cells[i * count + c]);
    }
    if (workbook_close(book) != LXW_NO_ERROR)
        bench_stop("libxlsxwriter");
    return (double)(bench_ns() - begun_ns) / 1e9;
}

// --- both hold the same cells
struct looked {
    uint64_t hash; // of all cells but the row of the sums
    size_t rows, limit, cells;
};

static bool take(void *context, const struct sheet_row *row)
{
    struct looked *seen = context;
    if (seen->rows++ >= seen->limit)
        return true;
    for (size_t i = 0; i < row->count; i++) {
        const char *text = row->cells[i].text;
        seen->hash = (seen->hash ^ (row->cells[i].column + ((uint64_t)row->cells[i].kind << 8))) *
                     UINT64_C(1099511628211);
        for (; *text; text++)
            seen->hash = (seen->hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
        seen->cells++;
    }
    return true;
}

static struct looked look(const struct writing *writing, const char *path)
{
    struct looked seen = { .hash = UINT64_C(14695981039346656037), .limit = writing->rows + 1 };
    struct sheet_about about;
    struct err err = { 0 };
    FILE *file = fopen(path, "rb");
    if (!file || !sheet_read(file, &(struct sheet_options){ 0 }, take, &seen, &about, &err))
        bench_stop("%s: %s", path, err.english);
    (void)fclose(file);
    return seen;
}

static void compare(struct writing *writing)
{
    struct looked ours = look(writing, writing->ours), floor = look(writing, writing->floor);
    if (ours.hash != floor.hash || ours.cells != floor.cells)
        bench_wrong(&writing->bench, "the two tables differ: %zu and %zu cells", ours.cells,
                    floor.cells);
    if (ours.rows != writing->rows + 2 || floor.rows != writing->rows + 1)
        bench_wrong(&writing->bench, "%zu and %zu rows", ours.rows, floor.rows);
}

int main(int argc, char **argv)
{
    static struct writing writing;
    double ours[REPEATS_MAX], beside[REPEATS_MAX];
    char name[80];
    bench_begin(&writing.bench, "sheet", argc, argv);
    writing.rows = (size_t)bench_size(&writing.bench, "rows", 100000, 2000);
    size_t repeats = (size_t)bench_size(&writing.bench, "repeats", 5, 1);
    if (repeats > REPEATS_MAX)
        bench_stop("repeats=%d at most", REPEATS_MAX);
    snprintf(writing.ours, sizeof writing.ours, "%s/ours.xlsx", writing.bench.folder);
    snprintf(writing.floor, sizeof writing.floor, "%s/floor.xlsx", writing.bench.folder);
    make_all(&writing);
    for (size_t i = 0; i < repeats; i++) {
        ours[i] = write_ours(&writing);
        beside[i] = write_floor(&writing);
    }
    compare(&writing);
    snprintf(name, sizeof name, "XLSX of %zu entries, %zu columns", writing.rows,
             writing.table->count);
    struct figure_beside figure = { .name = name,
                                    .unit = "s",
                                    .ours = bench_median(ours, repeats),
                                    .floor = bench_median(beside, repeats),
                                    .floor_name = "libxlsxwriter, cells ready",
                                    .goal_kind = GOAL_RATIO_MOST,
                                    .goal = 1.2 };
    bench_figure(&writing.bench, &figure);
    (void)unlink(writing.ours);
    (void)unlink(writing.floor);
    arena_free(writing.listing.page);
    arena_free(writing.cli.arena);
    return bench_end(&writing.bench);
}

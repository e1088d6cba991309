// SPDX-License-Identifier: Apache-2.0
// contacts_import [ROWS]: taking over a list of contacts beside what cannot be cheaper: reading the
// file's bytes, reading its cells, making contacts of them. In one process, over a real store with
// durable commits, without sockets. Prints seconds of wall and of CPU for each.
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "common/sheet/sheet.h"
#include "common/sheet/write.h"
#include "common/wire/codec.h"
#include "services/contacts/api.h"
#include "services/contacts/columns.h"
#include "services/contacts/store.h"
#include "tests/harness/fixture.h"

#define BATCH     200
#define MAP_BYTES ((size_t)1 << 34)
#define DIGEST    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void stop(const char *why)
{
    fprintf(stderr, "contacts_import: %s\n", why);
    exit(1);
}

// --- the list
static const struct sheet_column columns_written[] = {
    { .title = "Kundennummer", .width = 12 }, { .title = "Vorname", .width = 12 },
    { .title = "Nachname", .width = 16 },     { .title = "Firma", .width = 20 },
    { .title = "Telefon", .width = 16 },      { .title = "Handy", .width = 16 },
    { .title = "E-Mail", .width = 24 },       { .title = "Straße", .width = 20 },
    { .title = "PLZ", .width = 8 },           { .title = "Ort", .width = 12 },
};

static void make_list(const char *path, enum sheet_form form, long rows)
{
    static const char *const names[] = { "Anna", "Jürgen", "Käthe", "Özlem", "Renée", "Siegfried" };
    static const char *const towns[] = { "Berlin", "Köln", "Bonn", "Zürich" };
    struct err err = { 0 };
    struct sheet_writer *writer =
        sheet_writer_new(form, path, "Kontakte", columns_written, COUNT_OF(columns_written), &err);
    char cells[COUNT_OF(columns_written)][40];
    const char *texts[COUNT_OF(columns_written)];
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        texts[i] = cells[i];
    for (long i = 0; writer && i < rows; i++) {
        snprintf(cells[0], 40, "K%ld", 100000 + i);
        snprintf(cells[1], 40, "%s", names[i % 6]);
        snprintf(cells[2], 40, "Muster%ld", i * 7919 % 24001);
        snprintf(cells[3], 40, "Firma %ld GmbH", i % 5000);
        snprintf(cells[4], 40, "030 %ld", 2000000 + i);
        snprintf(cells[5], 40, "0171 %ld", 3000000 + i);
        snprintf(cells[6], 40, "k%ld@firma%ld.example", i, i % 5000);
        snprintf(cells[7], 40, "Musterweg %ld", i % 200);
        snprintf(cells[8], 40, "%05ld", 10000 + i % 80000);
        snprintf(cells[9], 40, "%s", towns[i % 4]);
        if (!sheet_writer_row(writer, texts, &err))
            stop(err.english);
    }
    if (!writer || !sheet_writer_close(writer, &err))
        stop(err.english);
}

// --- time
struct watch_time {
    double wall, cpu;
};

static struct watch_time now(void)
{
    struct timespec wall, cpu;
    clock_gettime(CLOCK_MONOTONIC, &wall);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (struct watch_time){ (double)wall.tv_sec + (double)wall.tv_nsec / 1e9,
                                (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9 };
}

static void print(const char *what, struct watch_time begun, long rows)
{
    struct watch_time end = now();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("  %-34s %8.3f s wall %8.3f s cpu %10.0f rows/s, most memory %ld MiB\n", what,
           end.wall - begun.wall, end.cpu - begun.cpu, (double)rows / (end.wall - begun.wall),
           usage.ru_maxrss >> 10);
}

// --- the steps, each doing more
static void bytes_only(FILE *file)
{
    crypto_hash_sha256_state state;
    unsigned char piece[65536], hash[crypto_hash_sha256_BYTES];
    size_t size;
    crypto_hash_sha256_init(&state);
    rewind(file);
    while ((size = fread(piece, 1, sizeof piece, file)) > 0)
        crypto_hash_sha256_update(&state, piece, size);
    crypto_hash_sha256_final(&state, hash);
}

enum depth { CELLS, CONTACTS, IMPORT };

struct run {
    enum depth depth;
    struct columns columns;
    struct arena *arena, *batch;
    struct import_row rows[BATCH];
    size_t count;
    struct fixture *fx;
    struct id import;
    long taken, added;
};

static void flush(struct run *run)
{
    struct import_rows_in in = { run->import, run->rows, run->count };
    struct import_result out = { 0 };
    if (run->count == 0)
        return;
    if (call_import_rows(&run->fx->client, &in, &out) != CALL_DONE)
        stop(run->fx->client.refused.english);
    run->added += (long)out.added;
    run->count = 0;
    arena_reset(run->batch);
    fixture_reset(run->fx);
}

static void keep(struct run *run, int64_t row, const struct contact_new *contact)
{
    struct contact_new *copy = arena_alloc(run->batch, sizeof *copy);
    struct err err = { 0 };
    if (!copy || !record_copy(contact_new_record(), contact, run->batch, copy, &err))
        stop("the batch is too large");
    run->rows[run->count++] = (struct import_row){ .row = row, .contact = copy };
    if (run->count == BATCH)
        flush(run);
}

static bool take(void *context, const struct sheet_row *row)
{
    struct run *run = context;
    struct contact_new contact;
    struct err err = { 0 };
    if (run->depth == CELLS) {
        run->taken += row->number > 1;
        return true;
    }
    struct column_cell cells[COUNT_OF(columns_written)];
    for (size_t i = 0; i < row->count; i++)
        cells[i] = (struct column_cell){ row->cells[i].column, row->cells[i].text };
    if (row->number == 1) {
        // Headings are pointed to as long as the list is read.
        for (size_t i = 0; i < row->count; i++)
            cells[i].text = columns_written[i].title;
        return columns_read(cells, row->count, run->arena, &run->columns);
    }
    arena_reset(run->arena);
    if (!columns_contact(&run->columns, cells, row->count, run->arena, &contact, &err))
        stop(err.english);
    run->taken++;
    if (run->depth == IMPORT)
        keep(run, row->number, &contact);
    return true;
}

static void begin_import(struct run *run)
{
    struct import_begin_in in = {
        .name = "liste", .digest = DIGEST, .match = import_match_EITHER, .known = import_known_SKIP
    };
    struct import import = { 0 };
    run->fx = fixture_new_with(&contacts_service, NULL, MAP_BYTES);
    if (call_import_begin(&run->fx->client, &in, &import) != CALL_DONE)
        stop(run->fx->client.refused.english);
    run->import = import.id;
}

static void measure(FILE *file, enum depth depth, long rows)
{
    static const char *const names[] = { "cells", "contacts", "import, durable" };
    struct run run = { .depth = depth,
                       .arena = arena_new((size_t)8 << 20),
                       .batch = arena_new((size_t)32 << 20) };
    struct sheet_about about;
    struct err err = { 0 };
    if (depth == IMPORT)
        begin_import(&run);
    struct watch_time begun = now();
    if (!sheet_read(file, NULL, take, &run, &about, &err))
        stop(err.english);
    flush(&run);
    print(names[depth], begun, rows);
    if (run.taken != rows || (depth == IMPORT && run.added != rows))
        stop("not every row was taken");
    fixture_free(run.fx);
    arena_free(run.arena);
    arena_free(run.batch);
}

int main(int argc, char **argv)
{
    static const char *const names[] = { "liste.xlsx", "liste.csv" };
    long rows = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    if (rows < 1 || rows > 1000000)
        stop("contacts_import [ROWS], 1 to 1000000");
    for (int form = SHEET_FORM_XLSX; form <= SHEET_FORM_CSV; form++) {
        char path[64] = "/tmp/rufbus-bench-XXXXXX";
        int handle = mkstemp(path);
        make_list(path, (enum sheet_form)form, rows);
        FILE *file = handle >= 0 ? fopen(path, "rb") : NULL;
        if (!file)
            stop(path);
        printf("%s, %ld rows\n", names[form], rows);
        struct watch_time begun = now();
        bytes_only(file);
        print("bytes", begun, rows);
        for (int depth = CELLS; depth <= IMPORT; depth++)
            measure(file, (enum depth)depth, rows);
        fclose(file);
        remove(path);
    }
    return 0;
}

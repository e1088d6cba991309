// SPDX-License-Identifier: Apache-2.0
// How long a keystroke takes: contacts_search [FILES [CONTACTS]]. The real service over a real
// store; beside it the floor, a plain scan over the same bytes in memory. Times are the process's
// own on the processor, so that other work on the machine does not count; what waits for the disk
// is told by the clock as well.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/store/derived.h"
#include "services/contacts/api.h"
#include "services/contacts/house.h"
#include "services/contacts/store.h"
#include "services/contacts/store_file.h"
#include "tests/harness/fixture.h"

#define BATCH   500
#define SAMPLES 3000

static const struct contacts_house home = { .home = { .country = "49", .area = "30" },
                                            .zone = "Europe/Berlin",
                                            .idle_days = 180,
                                            .announce_days = 7,
                                            .grace_days = 14 };

static double clock_us(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double now_us(void)
{
    return clock_us(CLOCK_PROCESS_CPUTIME_ID);
}

static double wall_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(const char *what, double *samples, size_t count)
{
    qsort(samples, count, sizeof *samples, compare);
    printf("%-52s p50 %8.1f us  p99 %8.1f us  max %8.1f us\n", what, samples[count / 2],
           samples[count * 99 / 100], samples[count - 1]);
    fflush(stdout);
}

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

// --- rows by chance, with names that German houses have
static const char *const starts[] = { "Mül",   "Schmi", "Fi",     "We",   "Mey",  "Wag",  "Be",
                                      "Schul", "Hoff",  "Koch",   "Bau",  "Rich", "Klei", "Wol",
                                      "Schrö", "Neu",   "Schwar", "Zim",  "Brau", "Krü",  "Hof",
                                      "Hart",  "Lan",   "Wer",    "Krau", "Leh",  "Köh",  "Her",
                                      "Kö",    "Wal",   "May",    "Hu" };
static const char *const ends[] = { "ler",  "dt",     "scher", "ber",     "er",    "ner",  "cker",
                                    "ze",   "mann",   "hofer", "meister", "stein", "bach", "berg",
                                    "feld", "hausen", "inger", "wald",    "kamp",  "brink" };
static const char *const given[] = { "Anna",   "Peter", "Maria",  "Jürgen", "Sabine", "Thomas",
                                     "Heike",  "Jörg",  "Renate", "Uwe",    "Özlem",  "Mehmet",
                                     "Ingrid", "Klaus", "Ute",    "Bernd" };
static const char *const towns[] = { "Berlin",  "München",           "Köln",
                                     "Hamburg", "Frankfurt am Main", "Leipzig",
                                     "Bremen",  "Nürnberg",          "Wien",
                                     "Zürich",  "Düsseldorf",        "Göttingen" };

static const char *pick(struct rng *rng, const char *const *from, size_t count)
{
    return from[rng_below(rng, count)];
}

static const char *family(struct rng *rng, struct arena *arena)
{
    return arena_format(arena, "%s%s%s", pick(rng, starts, COUNT_OF(starts)),
                        pick(rng, ends, COUNT_OF(ends)), rng_below(rng, 9) ? "" : "er");
}

static const char *file_number(uint64_t number, struct arena *arena)
{
    return arena_format(arena, "%d/%d-%c", (int)(number % 56000) + 1, 2008 + (int)(number / 56000),
                        "KMSTWZ"[number * 7 % 11 % 6]);
}

static struct file a_file(struct rng *rng, uint64_t number, struct arena *arena)
{
    struct party *parties = arena_array(arena, 2, sizeof *parties);
    parties[0] =
        (struct party){ .name = arena_format(arena, "%s %s", pick(rng, given, COUNT_OF(given)),
                                             family(rng, arena)),
                        .role = party_role_CLIENT };
    parties[1] = (struct party){ .name = arena_format(arena, "%s GmbH", family(rng, arena)),
                                 .role = party_role_OPPONENT };
    return (struct file){
        .id = id_new((int64_t)number * 1000 + 1000000, rng),
        .version = 1,
        .number = file_number(number, arena),
        .title = arena_format(arena, "%s gegen %s", parties[0].name, parties[1].name),
        .kind = file_kind_FILE,
        .state = rng_below(rng, 3) ? file_state_CLOSED : file_state_OPEN,
        .parties = parties,
        .parties_count = 2,
        .opened_at = 1,
        .edited_at = 1,
        .edited_by = "bench",
    };
}

static struct contact a_contact(struct rng *rng, uint64_t number, struct arena *arena)
{
    struct number *phone = arena_alloc(arena, sizeof *phone);
    struct address *address = arena_alloc(arena, sizeof *address);
    int digits = (int)rng_below(rng, 90000000) + 10000000;
    *phone = (struct number){ .typed = arena_format(arena, "030 / %d", digits),
                              .e164 = arena_format(arena, "+4930%d", digits) };
    *address =
        (struct address){ .street = arena_format(arena, "%sstraße %d", family(rng, arena),
                                                 (int)rng_below(rng, 200)),
                          .postcode = arena_format(arena, "%05d", (int)rng_below(rng, 99999)),
                          .town = pick(rng, towns, COUNT_OF(towns)) };
    const char *first = pick(rng, given, COUNT_OF(given)), *last = family(rng, arena);
    return (struct contact){
        .id = id_new((int64_t)number * 1000 + 1000000, rng),
        .version = 1,
        .kind = contact_kind_PERSON,
        .name = arena_format(arena, "%s %s", first, last),
        .given_name = first,
        .family_name = last,
        .organisation =
            rng_below(rng, 3) ? NULL : arena_format(arena, "%s & Söhne GmbH", family(rng, arena)),
        .phones = phone,
        .phones_count = 1,
        .addresses = address,
        .addresses_count = 1,
        .customer_number = arena_format(arena, "K-%d", (int)number + 10000),
        .handling_note = rng_below(rng, 5) ? NULL : "bitte nur vormittags anrufen, Rückruf nie",
        .created_at = 1,
        .edited_at = 1,
        .edited_by = "bench",
    };
}

// --- filling
static void put_rows(struct txn *txn, struct rng *rng, const struct table *table, uint64_t from,
                     uint64_t to)
{
    struct arena *arena = arena_new((size_t)16 << 20);
    struct err err = { 0 };
    for (uint64_t i = from; i < to; i++) {
        arena_reset(arena);
        struct file file;
        struct contact contact;
        if (table == &file_table)
            file = a_file(rng, i, arena);
        else
            contact = a_contact(rng, i, arena);
        const void *row = table == &file_table ? (const void *)&file : (const void *)&contact;
        must(table_put(txn, table, row, &err), err.english);
    }
    arena_free(arena);
}

// Writes the rows and says what a row costs, without and with its derived index.
static void fill(struct store *store, const struct table *table, uint64_t rows)
{
    struct rng rng;
    struct err err = { 0 };
    rng_seed(&rng, 1);
    double begin = now_us(), wall = wall_us(), worst = 0;
    for (uint64_t i = 0; i < rows; i += BATCH) {
        struct txn *txn = store_write(store, &err);
        must(txn != NULL, err.english);
        put_rows(txn, &rng, table, i, i + BATCH < rows ? i + BATCH : rows);
        must(batch_commit(txn) == COMMIT_DONE, "commit");
    }
    double written = now_us();
    size_t steps = 0;
    for (bool more = true; more; steps++) {
        double before = now_us();
        struct txn *txn = store_write(store, &err);
        must(txn != NULL, err.english);
        more = derived_step(txn, table);
        must(batch_commit(txn) == COMMIT_DONE, "commit");
        double took = now_us() - before;
        worst = took > worst ? took : worst;
    }
    printf("%-8s %8llu rows: put %5.1f us a row, derived index behind it %5.1f us a row, "
           "%zu steps, the longest %.1f ms; by the clock %.0f s\n",
           table->name, (unsigned long long)rows, (written - begin) / (double)rows,
           (now_us() - written) / (double)rows, steps, worst / 1000, (wall_us() - wall) / 1e6);
    fflush(stdout);
}

// --- keystrokes

// The bytes of all numbers, the youngest first, for the floor.
static char *all_numbers(uint64_t files, size_t *ret_size)
{
    char *bytes = NULL;
    FILE *stream = open_memstream(&bytes, ret_size);
    struct arena *arena = arena_new(10000);
    for (uint64_t i = files; i > 0; i--) {
        arena_reset(arena);
        fprintf(stream, "%s\n", file_number(i - 1, arena));
    }
    fclose(stream);
    arena_free(arena);
    return bytes;
}

static size_t scan_floor(const char *bytes, size_t size, const char *part, size_t limit)
{
    size_t found = 0;
    for (const char *at = bytes; found < limit; found++) {
        at = memmem(at, size - (size_t)(at - bytes), part, strlen(part));
        if (!at || !(at = memchr(at, '\n', size - (size_t)(at - bytes))))
            break;
    }
    return found;
}

// Any part of a number, as it grows while it is typed.
static void bench_part(struct fixture *fx, uint64_t files)
{
    static double ours[SAMPLES], floor_us[SAMPLES];
    struct rng rng;
    size_t size, count = 0;
    char *bytes = all_numbers(files, &size);
    rng_seed(&rng, 2);
    while (count < SAMPLES) {
        struct arena *arena = arena_new(10000);
        const char *number = file_number(rng_below(&rng, files), arena);
        const char *from = number + rng_below(&rng, strlen(number) - 2);
        for (size_t length = 1; length <= strlen(from) && count < SAMPLES; length++) {
            char *part = arena_text(arena, from, length);
            struct file_matches out = { 0 };
            double begin = now_us();
            must(
                call_file_find(&fx->client,
                               &(struct file_query){ .part = part, .has_limit = true, .limit = 20 },
                               &out) == CALL_DONE,
                "file_find");
            ours[count] = now_us() - begin;
            must(out.matches_count > 0, "finding");
            begin = now_us();
            must(scan_floor(bytes, size, part, 20) > 0, "scan");
            floor_us[count++] = now_us() - begin;
        }
        fixture_reset(fx);
        arena_free(arena);
    }
    free(bytes);
    tell("file_find, any part of the number, 20 files", ours, count);
    tell("  floor: memmem over all numbers in memory", floor_us, count);
}

static void bench_search(struct fixture *fx, const char *what, enum search_kind kind,
                         const char *(*text)(struct rng *rng, struct arena *arena))
{
    static double ours[SAMPLES];
    struct rng rng;
    size_t count = 0;
    rng_seed(&rng, 3);
    while (count < SAMPLES) {
        struct arena *arena = arena_new(10000);
        const char *whole = text(&rng, arena);
        for (size_t length = 1; length <= strlen(whole) && count < SAMPLES; length++) {
            if (((unsigned char)whole[length] & 0xC0) == 0x80)
                continue; // within a letter
            struct search_hits out = { 0 };
            char *typed = arena_text(arena, whole, length);
            double begin = now_us();
            must(call_search(&fx->client, &(struct search_query){ .text = typed, .kind = kind },
                             &out) == CALL_DONE,
                 "search");
            ours[count++] = now_us() - begin;
        }
        fixture_reset(fx);
        arena_free(arena);
    }
    tell(what, ours, count);
}

static const char *a_person(struct rng *rng, struct arena *arena)
{
    return arena_format(arena, "%s %s", pick(rng, given, COUNT_OF(given)), family(rng, arena));
}

static const char *a_person_in_town(struct rng *rng, struct arena *arena)
{
    return arena_format(arena, "%s %s", family(rng, arena), pick(rng, towns, COUNT_OF(towns)));
}

static const char *a_phone(struct rng *rng, struct arena *arena)
{
    return arena_format(arena, "030 %d", (int)rng_below(rng, 90000000) + 10000000);
}

static const char *nonsense(struct rng *rng, struct arena *arena)
{
    return arena_format(arena, "%sxq%s", pick(rng, starts, COUNT_OF(starts)),
                        pick(rng, ends, COUNT_OF(ends)));
}

static void bench_conflict(struct fixture *fx)
{
    static double ours[300];
    struct rng rng;
    rng_seed(&rng, 4);
    for (size_t i = 0; i < COUNT_OF(ours); i++) {
        struct arena *arena = arena_new(10000);
        const char *name = a_person(&rng, arena);
        struct conflict out = { 0 };
        double begin = now_us();
        must(call_conflict_check(&fx->client,
                                 &(struct conflict_query){
                                     .names = &name, .names_count = 1, .role = party_role_CLIENT },
                                 &out) == CALL_DONE,
             "conflict_check");
        ours[i] = now_us() - begin;
        fixture_reset(fx);
        arena_free(arena);
    }
    tell("conflict_check of a person (with its commit)", ours, COUNT_OF(ours));
}

int main(int argc, char **argv)
{
    uint64_t files = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    uint64_t contacts = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
    struct fixture *fx =
        fixture_new_with(&contacts_service, (void *)(uintptr_t)&home, (size_t)16 << 30);
    fill(fx->store, &contact_table, contacts);
    bench_search(fx, "search, a person, contacts only", search_kind_ABSENT, a_person);
    bench_search(fx, "search, family name and town", search_kind_ABSENT, a_person_in_town);
    bench_search(fx, "search, a phone number", search_kind_ABSENT, a_phone);
    bench_search(fx, "search, what nobody is called", search_kind_ABSENT, nonsense);
    fill(fx->store, &file_table, files);
    bench_part(fx, files);
    bench_search(fx, "search, a person, with all files", search_kind_ABSENT, a_person);
    bench_search(fx, "search, family name and town, with all files", search_kind_ABSENT,
                 a_person_in_town);
    bench_search(fx, "search, a phone number, with all files", search_kind_ABSENT, a_phone);
    bench_search(fx, "search, what nobody is called, with all files", search_kind_ABSENT, nonsense);
    bench_conflict(fx);
    fixture_free(fx);
    return 0;
}

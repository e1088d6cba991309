// SPDX-License-Identifier: Apache-2.0
// How long the first page of a search takes: timekeeping_search [ENTRIES [INQUIRIES]]. The real
// service over a real store, texts mixed from tests/data/search; beside it the floor, the same rows
// read by their ids. Times are the process's own on the processor, so that other work on the
// machine does not count.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/civil.h"
#include "common/store/derived.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "tests/harness/fixture.h"

#define BATCH      500
#define SAMPLES    300
#define TEXTS_MAX  4000
#define STAFF      40
#define CONTACTS   20000
#define FILES      5000
#define BEGINS     (SECONDS(86400) * 365 * 53)
#define STEP_US    SECONDS(95) // a million of them are three years
#define TAKEN_OVER 20          // one row in so many is older than what came before it

static char *subjects[TEXTS_MAX], *texts[TEXTS_MAX], *solutions[TEXTS_MAX], *queries[TEXTS_MAX];
static size_t text_count, query_count;

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(const char *what, double *samples, size_t count)
{
    qsort(samples, count, sizeof *samples, compare);
    printf("%-58s p50 %8.2f ms  p99 %8.2f ms  max %8.2f ms\n", what, samples[count / 2] / 1e3,
           samples[count * 99 / 100] / 1e3, samples[count - 1] / 1e3);
    fflush(stdout);
}

// --- texts
static char *copy_of(const json_t *object, const char *name)
{
    char *copy = strdup(json_string_value(json_object_get(object, name)));
    must(copy != NULL, "memory");
    return copy;
}

static void read_texts(const char *name, void (*take)(const json_t *object))
{
    char path[600], line[20000];
    snprintf(path, sizeof path, "%s/%s", BENCH_SEARCH, name);
    FILE *file = fopen(path, "r");
    must(file != NULL, path);
    while (fgets(line, sizeof line, file)) {
        json_error_t fault;
        json_t *object = json_loads(line, 0, &fault);
        must(object != NULL, "json");
        take(object);
        json_decref(object);
    }
    fclose(file);
}

static void take_inquiry(const json_t *object)
{
    subjects[text_count] = copy_of(object, "subject");
    texts[text_count] = copy_of(object, "text");
    solutions[text_count++] = copy_of(object, "solution");
}

static void take_query(const json_t *object)
{
    queries[query_count++] = copy_of(object, "q");
}

// --- rows by chance
static struct id id_by(uint8_t kind, uint64_t number)
{
    struct id id = { { kind } };
    for (int i = 0; i < 8; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

static const char *some(struct rng *rng, char *const *list)
{
    return list[rng_below(rng, text_count)];
}

// Its first bytes, whole letters.
static const char *head_of(const char *text, size_t size, struct arena *arena)
{
    size_t length = strlen(text);
    size = length < size ? length : size;
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    return arena_text(arena, text, size);
}

static int64_t time_of(struct rng *rng, uint64_t number, int64_t step_us)
{
    uint64_t at = rng_below(rng, TAKEN_OVER) ? number : rng_below(rng, number + 1);
    return BEGINS + (int64_t)at * step_us;
}

static struct entry an_entry(struct rng *rng, uint64_t number, struct arena *arena)
{
    int64_t at = time_of(rng, number, STEP_US);
    return (struct entry){ .id = id_by(1, number),
                           .version = 1,
                           .staff = id_by(2, rng_below(rng, STAFF)),
                           .state = rng_below(rng, 4) ? entry_state_BILLED : entry_state_OPEN,
                           .origin = entry_origin_CALL,
                           .contact = id_by(3, rng_below(rng, CONTACTS)),
                           .file = id_by(4, rng_below(rng, FILES)),
                           .file_number =
                               arena_format(arena, "%d/%d-K", (int)rng_below(rng, 900) + 1, 2024),
                           .kind = id_by(5, 1),
                           .key = "T",
                           .text = arena_format(arena, "%s: %s", some(rng, subjects),
                                                head_of(some(rng, texts), 80, arena)),
                           .chargeable = rng_below(rng, 3) > 0,
                           .began_at = at,
                           .day = at / SECONDS(86400),
                           .raw_s = 60,
                           .actual_s = 60,
                           .rounded_s = 60,
                           .rule = rule_level_HOUSE,
                           .booked_at = at,
                           .booked_by = "bench",
                           .edited_at = at,
                           .edited_by = "bench" };
}

static struct inquiry an_inquiry(struct rng *rng, uint64_t number, struct arena *arena)
{
    int64_t at = time_of(rng, number, 10 * STEP_US);
    return (struct inquiry){ .id = id_by(6, number),
                             .version = 1,
                             .number = arena_format(arena, "2024-%06d", (int)number),
                             .staff = id_by(2, rng_below(rng, STAFF)),
                             .state = inquiry_state_CLOSED,
                             .channel = channel_PHONE,
                             .priority = priority_NORMAL,
                             .contact = id_by(3, rng_below(rng, CONTACTS)),
                             .subject = some(rng, subjects),
                             .text =
                                 arena_format(arena, "%s %s", some(rng, texts), some(rng, texts)),
                             .solution = some(rng, solutions),
                             .opened_at = at,
                             .opened_by = "bench",
                             .edited_at = at,
                             .edited_by = "bench" };
}

static void put_rows(struct txn *txn, struct rng *rng, bool entries, uint64_t from, uint64_t to)
{
    struct arena *arena = arena_new((size_t)16 << 20);
    struct err err = { 0 };
    for (uint64_t i = from; i < to; i++) {
        arena_reset(arena);
        struct entry entry;
        struct inquiry inquiry;
        if (entries)
            entry = an_entry(rng, i, arena);
        else
            inquiry = an_inquiry(rng, i, arena);
        must(entries ? table_put(txn, &entry_table, &entry, &err)
                     : table_put(txn, &inquiry_table, &inquiry, &err),
             "put");
    }
    arena_free(arena);
}

static void fill(struct store *store, bool entries, uint64_t rows)
{
    const struct table *table = entries ? &entry_table : &inquiry_table;
    struct rng rng;
    struct err err = { 0 };
    double begin = now_us();
    rng_seed(&rng, 1);
    for (uint64_t i = 0; i < rows; i += BATCH) {
        struct txn *txn = store_write(store, &err);
        must(txn != NULL, "write");
        put_rows(txn, &rng, entries, i, i + BATCH < rows ? i + BATCH : rows);
        must(batch_commit(txn) == COMMIT_DONE, "commit");
    }
    double written = now_us(), worst = 0;
    for (bool more = true; more;) {
        double before = now_us();
        struct txn *txn = store_write(store, &err);
        must(txn != NULL, "write");
        more = derived_step(txn, table);
        must(batch_commit(txn) == COMMIT_DONE, "commit");
        worst = now_us() - before > worst ? now_us() - before : worst;
    }
    printf("%-8s %8llu rows: put %5.1f us a row, derived index %5.1f us a row, the longest step "
           "%.1f ms\n",
           table->name, (unsigned long long)rows, (written - begin) / (double)rows,
           (now_us() - written) / (double)rows, worst / 1e3);
    fflush(stdout);
}

// --- asking

// A word of an inquiry, so that something is found.
static const char *a_word(struct rng *rng, struct arena *arena)
{
    for (;;) {
        const char *text = some(rng, rng_below(rng, 3) ? texts : subjects);
        text += rng_below(rng, strlen(text));
        while (*text && *text != ' ')
            text++;
        text += *text == ' ';
        size_t size = strcspn(text, " .,?!");
        if (size > 3)
            return arena_text(arena, text, size);
    }
}

static const char *no_words(struct rng *rng, struct arena *arena)
{
    (void)rng;
    (void)arena;
    return NULL;
}

static const char *two_words(struct rng *rng, struct arena *arena)
{
    return arena_format(arena, "%s %s", a_word(rng, arena), a_word(rng, arena));
}

static const char *half_a_word(struct rng *rng, struct arena *arena)
{
    const char *word = a_word(rng, arena);
    size_t size = 2;
    while (((unsigned char)word[size] & 0xC0) == 0x80)
        size++;
    return arena_text(arena, word, size);
}

static const char *nonsense(struct rng *rng, struct arena *arena)
{
    return arena_format(arena, "%s xqz%d", a_word(rng, arena), (int)rng_below(rng, 100));
}

// Rows of the page by their ids, as a floor.
static double read_by_id(struct fixture *fx, const struct record_hits *hits)
{
    struct err err = { 0 };
    struct arena *arena = arena_new((size_t)4 << 20);
    struct txn *txn = store_read(fx->store, &err);
    double begin = now_us();
    must(txn != NULL, "read");
    for (size_t i = 0; i < hits->hits_count; i++) {
        struct key key = key_of_id(hits->hits[i].id);
        struct entry entry;
        struct inquiry inquiry;
        must(hits->hits[i].kind == record_kind_ENTRY
                 ? table_get(txn, &entry_table, &scope_house, &key, arena, &entry)
                 : table_get(txn, &inquiry_table, &scope_house, &key, arena, &inquiry),
             "get");
    }
    double used = now_us() - begin;
    txn_drop(txn);
    arena_free(arena);
    return used;
}

static void bench(struct fixture *fx, const char *what, struct record_query query,
                  const char *(*words)(struct rng *rng, struct arena *arena))
{
    static double ours[SAMPLES], floor_us[SAMPLES];
    struct rng rng;
    size_t found = 0;
    rng_seed(&rng, 3);
    for (size_t i = 0; i < SAMPLES; i++) {
        struct arena *arena = arena_new(100000);
        struct record_hits out = { 0 };
        query.text = words(&rng, arena);
        if (!id_is_zero(query.staff))
            query.staff = id_by(2, rng_below(&rng, STAFF));
        if (!id_is_zero(query.contact))
            query.contact = id_by(3, rng_below(&rng, CONTACTS));
        double begin = now_us();
        must(call_record_search(&fx->client, &query, &out) == CALL_DONE, "record_search");
        ours[i] = now_us() - begin;
        floor_us[i] = read_by_id(fx, &out);
        found += out.hits_count;
        fixture_reset(fx);
        arena_free(arena);
    }
    tell(what, ours, SAMPLES);
    char floor[100];
    snprintf(floor, sizeof floor, "  floor: its rows by id (%.1f of 20 a page)",
             (double)found / SAMPLES);
    tell(floor, floor_us, SAMPLES);
}

static void bench_similar(struct fixture *fx)
{
    static double ours[SAMPLES];
    for (size_t i = 0; i < SAMPLES; i++) {
        struct inquiry_similar_query query = { .text = queries[i % query_count] };
        struct inquiry_similar_hits out = { 0 };
        double begin = now_us();
        must(call_inquiry_similar(&fx->client, &query, &out) == CALL_DONE, "inquiry_similar");
        ours[i] = now_us() - begin;
        must(out.complete, "a whole index");
        fixture_reset(fx);
    }
    tell("inquiry_similar, 5 inquiries", ours, SAMPLES);
}

int main(int argc, char **argv)
{
    uint64_t entries = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    uint64_t inquiries = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
    struct id any = id_by(9, 1);
    struct fixture *fx = fixture_new_with(&timekeeping_service, NULL, (size_t)32 << 30);
    int64_t middle = BEGINS + (int64_t)entries / 2 * STEP_US;
    read_texts("inquiries.jsonl", take_inquiry);
    read_texts("queries.jsonl", take_query);
    fill(fx->store, false, inquiries);
    bench_similar(fx);
    fill(fx->store, true, entries);
    bench(fx, "a word, newest first", (struct record_query){ 0 }, a_word);
    bench(fx, "two letters, newest first", (struct record_query){ 0 }, half_a_word);
    bench(fx, "two words, newest first", (struct record_query){ 0 }, two_words);
    bench(fx, "two words, best first", (struct record_query){ .order = record_order_RELEVANCE },
          two_words);
    bench(fx, "a word and one that is nowhere", (struct record_query){ 0 }, nonsense);
    bench(fx, "a word, by one of 40 staff", (struct record_query){ .staff = any }, a_word);
    bench(fx, "all of one of 20,000 contacts", (struct record_query){ .contact = any }, no_words);
    bench(fx, "a word in a week three halves of a year ago",
          (struct record_query){ .has_from = true,
                                 .from = middle,
                                 .has_until = true,
                                 .until = middle + SECONDS(7 * 86400) },
          a_word);
    bench(fx, "a word, open and chargeable",
          (struct record_query){ .state = "open", .has_chargeable = true, .chargeable = true },
          a_word);
    fixture_free(fx);
    return 0;
}

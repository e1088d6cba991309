// SPDX-License-Identifier: Apache-2.0
// The order of time in a derived index, and periods, against the plainest search there is.
#include "tests/unit/derived_world.h"

#define ROWS_MAX 20000

static void dated_gather(const void *row, struct doc *doc)
{
    const struct thing *thing = row;
    doc_name(doc, thing->name);
    doc_time(doc, thing->rank);
}

static const struct derived dated_search = {
    .name = "dated.search", .version = 1, .gather = dated_gather, .query = "a thing, the latest"
};
static const struct table dated_table = {
    .name = "dated",
    .number = 9,
    .record = thing_record,
    .key = thing_key,
    .derived = &dated_search,
};

static void must_check(struct store *store)
{
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
}

// --- what is asked, and the plainest answer
struct asked {
    const char *words; // one word of lower case, or NULL
    int64_t from, until;
    struct scope scope;
};

struct found {
    int64_t time;
    uint64_t number;
};

static int later_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->time != y->time)
        return x->time > y->time ? -1 : 1;
    return (x->number < y->number) - (x->number > y->number);
}

static bool fits(const struct thing *thing, const struct asked *asked)
{
    int64_t until = asked->until ? asked->until : INT64_MAX;
    if ((asked->from || asked->until) && (thing->rank < asked->from || thing->rank >= until))
        return false;
    if (!scope_sees(&asked->scope, thing_record(), thing))
        return false;
    return !asked->words || strncmp(thing->name, asked->words, strlen(asked->words)) == 0;
}

static char *plain_list(struct txn *txn, const struct asked *asked)
{
    static struct found found[ROWS_MAX];
    struct arena *arena = arena_new((size_t)64 << 20);
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(txn, &dated_table, &options, arena);
    struct thing thing;
    size_t count = 0, size;
    char *out = NULL;
    while (walk_next(walk, &thing)) {
        if (fits(&thing, asked))
            found[count++] = (struct found){ thing.rank, thing_number(thing.id) };
    }
    walk_close(walk);
    qsort(found, count, sizeof *found, later_first);
    FILE *stream = open_memstream(&out, &size);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%d:%d ", (int)found[i].time, (int)found[i].number);
    fclose(stream);
    arena_free(arena);
    return out;
}

// In pages of so many rows.
static char *list(struct txn *txn, const struct asked *asked, int page)
{
    struct arena *arena = arena_new((size_t)256 << 20);
    struct seek_options options = { .scope = &asked->scope,
                                    .words = asked->words,
                                    .from = asked->from,
                                    .until = asked->until,
                                    .by_time = true,
                                    .most = 100000 };
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);
    for (bool more = true; more;) {
        arena_reset(arena);
        struct seek *seek = seek_open(txn, &dated_table, &options, arena);
        for (int i = 0; more && i < page; i++) {
            struct thing thing;
            enum seek_rank rank;
            more = seek_next(seek, &thing, &rank);
            if (!more)
                break;
            fprintf(stream, "%d:%d ", (int)thing.rank, (int)thing_number(thing.id));
            options.after = thing.id;
        }
        CHECK(!seek_cut(seek));
    }
    fclose(stream);
    CHECK_STR(txn_fault(txn), "");
    arena_free(arena);
    return out;
}

static void ask_by_chance(struct store *store, struct rng *rng, int page)
{
    static const char *const words[] = { NULL, "a", "an", "ann", "anna", "b", "berta", "xyz" };
    struct txn *txn = must_read(store);
    for (int i = 0; i < 6; i++) {
        struct asked asked = { .words = words[rng_below(rng, COUNT_OF(words))],
                               .scope = scope_house };
        if (rng_below(rng, 2) == 0)
            asked.from = (int64_t)rng_below(rng, 60) + 1;
        if (rng_below(rng, 2) == 0)
            asked.until = (int64_t)rng_below(rng, 60) + 1;
        if (rng_below(rng, 3) == 0)
            asked.scope = (struct scope){ SCOPE_CLIENT, thing_id(1000000 + rng_below(rng, 3)) };
        char *want = plain_list(txn, &asked), *got = list(txn, &asked, page);
        CHECK_STR(got, want);
        free(want);
        free(got);
    }
    txn_drop(txn);
}

// --- rows by chance
static void put_by_chance(struct txn *txn, struct rng *rng, uint64_t number, int64_t time)
{
    static const char *const names[] = { "anna", "andreas", "berta", "bernd", "carla" };
    struct err err = { 0 };
    struct thing thing = { .id = thing_id(number),
                           .rank = time,
                           .name = names[rng_below(rng, COUNT_OF(names))] };
    if (rng_below(rng, 2) == 0)
        thing.client = thing_id(1000000 + rng_below(rng, 2));
    CHECK(table_put(txn, &dated_table, &thing, &err));
}

static void change_by_chance(struct txn *txn, struct rng *rng, uint64_t *next)
{
    struct arena *arena = arena_new(100000);
    for (size_t i = 0, count = (size_t)rng_below(rng, 200); i < count; i++) {
        uint64_t old = *next ? rng_below(rng, *next) + 1 : 0;
        struct key key = key_of_id(thing_id(old));
        struct thing kept;
        arena_reset(arena);
        if (old && rng_below(rng, 8) == 0)
            (void)table_del(txn, &dated_table, &key);
        else if (old && rng_below(rng, 6) == 0 &&
                 table_get(txn, &dated_table, &scope_house, &key, arena, &kept))
            put_by_chance(txn, rng, old, (int64_t)rng_below(rng, 60));
        else
            put_by_chance(txn, rng, ++*next, (int64_t)rng_below(rng, 60));
    }
    arena_free(arena);
}

TEST(by_time_equals_the_plainest_search_at_any_moment)
{
    struct rng rng;
    uint64_t next = 0;
    rng_seed(&rng, test_seed());
    struct store *store = searched_store(test_folder(), &dated_table);
    for (int round = 0; round < 40; round++) {
        struct txn *txn = must_write(store);
        change_by_chance(txn, &rng, &next);
        must_commit(txn);
        for (uint64_t steps = rng_below(&rng, 4); steps > 0; steps--) {
            txn = must_write(store);
            (void)derived_step(txn, &dated_table);
            if (rng_below(&rng, 5) == 0)
                txn_drop(txn);
            else
                must_commit(txn);
        }
        ask_by_chance(store, &rng, (int)rng_below(&rng, 30) + 40);
    }
    must_check(store);
    store_close(store);
}

// What came in last is not the latest: the old program's rows were taken over in the end.
TEST(the_order_is_of_time_and_not_of_coming_over_several_segments)
{
    struct rng rng;
    uint64_t number = 0;
    rng_seed(&rng, test_seed());
    struct store *store = searched_store(test_folder(), &dated_table);
    while (number < 17500) {
        struct txn *txn = must_write(store);
        for (int i = 0; i < 500; i++) {
            number++;
            int64_t time =
                number < 9000 ? 30 + (int64_t)(number % 30) : (int64_t)rng_below(&rng, 40) + 1;
            put_by_chance(txn, &rng, number, time);
        }
        must_commit(txn);
    }
    keep_up(store, &dated_table);
    must_check(store);
    ask_by_chance(store, &rng, 4000);
    // An old row becomes the latest of all, and nobody has indexed it yet.
    struct txn *txn = must_write(store);
    put_by_chance(txn, &rng, 77, 1000);
    must_commit(txn);
    ask_by_chance(store, &rng, 4000);
    txn = must_write(store);
    derived_forget(txn, &dated_table);
    must_commit(txn);
    ask_by_chance(store, &rng, 4000);
    keep_up(store, &dated_table);
    must_check(store);
    store_close(store);
}

TEST(a_period_also_holds_for_the_best_first)
{
    struct store *store = searched_store(test_folder(), &dated_table);
    struct rng rng;
    rng_seed(&rng, test_seed());
    struct txn *txn = must_write(store);
    for (uint64_t number = 1; number <= 3000; number++)
        put_by_chance(txn, &rng, number, (int64_t)number);
    must_commit(txn);
    for (int later = 0; later < 2; later++) {
        struct arena *arena = arena_new((size_t)16 << 20);
        struct seek_options options = {
            .scope = &scope_house, .words = "an", .from = 1000, .until = 1100
        };
        struct thing thing;
        enum seek_rank rank;
        int count = 0;
        txn = must_read(store);
        struct seek *seek = seek_open(txn, &dated_table, &options, arena);
        for (; seek_next(seek, &thing, &rank); count++)
            CHECK(thing.rank >= 1000 && thing.rank < 1100);
        CHECK(count > 10);
        txn_drop(txn);
        arena_free(arena);
        keep_up(store, &dated_table);
    }
    store_close(store);
}

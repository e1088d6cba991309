// SPDX-License-Identifier: Apache-2.0
// Walks: order, pages, prefixes and scopes, and buckets merged as if there were none.
#include "tests/unit/store_thing.h"

#define GROWTH_ROWS  40000 // three buckets of 16,384
#define GROWTH_BATCH 2000

struct pair {
    int64_t rank;
    uint64_t number;
};

// The order of by_rank: rank down, then name (the same for all here), then id.
static int by_rank(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    if (left->rank != right->rank)
        return left->rank > right->rank ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

// Rows whose ranks know nothing of when they were written.
static void fill(struct store *store, struct pair *pairs)
{
    struct rng rng;
    struct err err = { 0 };
    rng_seed(&rng, test_seed());
    for (size_t from = 0; from < GROWTH_ROWS; from += GROWTH_BATCH) {
        struct txn *txn = must_write(store);
        for (size_t i = from; i < from + GROWTH_BATCH; i++) {
            pairs[i] = (struct pair){ (int64_t)rng_below(&rng, 5000), i };
            struct thing thing = { .id = thing_id(i), .name = "x", .rank = pairs[i].rank };
            thing.client = thing_id(1000000 + i % 10);
            CHECK(table_put(txn, &growth_table, &thing, &err));
        }
        CHECK_INT(batch_commit(txn), COMMIT_DONE);
    }
    qsort(pairs, GROWTH_ROWS, sizeof *pairs, by_rank);
}

static void walk_all(struct store *store, const struct pair *pairs, bool down)
{
    struct arena *arena = arena_new((size_t)1 << 28);
    struct walk_options options = { .index = &growth_indexes[0],
                                    .scope = &scope_house,
                                    .down = down };
    struct txn *txn = must_read(store);
    struct walk *walk = walk_open(txn, &growth_table, &options, arena);
    struct thing thing;
    size_t count = 0;
    while (walk_next(walk, &thing)) {
        const struct pair *want = &pairs[down ? GROWTH_ROWS - 1 - count : count];
        CHECK_INT((int64_t)thing_number(thing.id), (int64_t)want->number);
        count++;
    }
    CHECK_INT((int64_t)count, GROWTH_ROWS);
    CHECK(!walk_next(walk, &thing)); // the end stays the end
    walk_close(walk);
    txn_drop(txn);
    arena_free(arena);
}

// Reads everything in pages of 997 rows, each behind the last row of the one before.
static void walk_pages(struct store *store, const struct pair *pairs, bool down)
{
    struct arena *arena = arena_new((size_t)1 << 24);
    struct walk_options options = { .index = &growth_indexes[0],
                                    .scope = &scope_house,
                                    .down = down };
    size_t count = 0, in_page;
    do {
        struct txn *txn = must_read(store);
        arena_reset(arena);
        struct walk *walk = walk_open(txn, &growth_table, &options, arena);
        struct thing thing;
        for (in_page = 0; in_page < 997 && walk_next(walk, &thing); in_page++) {
            const struct pair *want = &pairs[down ? GROWTH_ROWS - 1 - count : count];
            CHECK_INT((int64_t)thing_number(thing.id), (int64_t)want->number);
            count++;
            key_init(&options.after);
            key_int_down(&options.after, thing.rank);
            key_str(&options.after, thing.name);
            options.after_row = thing.id;
        }
        walk_close(walk);
        txn_drop(txn);
    } while (in_page == 997);
    CHECK_INT((int64_t)count, GROWTH_ROWS);
    arena_free(arena);
}

static void walk_prefix(struct store *store, const struct pair *pairs, int64_t rank, bool down)
{
    struct arena *arena = arena_new((size_t)1 << 24);
    struct walk_options options = { .index = &growth_indexes[0],
                                    .scope = &scope_house,
                                    .down = down };
    struct thing thing;
    size_t count = 0, want = 0;
    key_int_down(&options.prefix, rank);
    struct txn *txn = must_read(store);
    struct walk *walk = walk_open(txn, &growth_table, &options, arena);
    while (walk_next(walk, &thing)) {
        CHECK_INT(thing.rank, rank);
        count++;
    }
    walk_close(walk);
    txn_drop(txn);
    for (size_t i = 0; i < GROWTH_ROWS; i++)
        want += pairs[i].rank == rank;
    CHECK_INT((int64_t)count, (int64_t)want);
    arena_free(arena);
}

// Behind all rows of a rank, when no row is named.
static void walk_behind_fields(struct store *store, const struct pair *pairs, bool down)
{
    struct arena *arena = arena_new((size_t)1 << 24);
    struct walk_options options = { .index = &growth_indexes[0],
                                    .scope = &scope_house,
                                    .down = down };
    int64_t middle = pairs[GROWTH_ROWS / 2].rank;
    struct thing thing = { 0 };
    size_t at = GROWTH_ROWS / 2;
    key_int_down(&options.after, middle);
    key_str(&options.after, "x");
    while (pairs[at].rank == middle)
        at = down ? at - 1 : at + 1;
    struct txn *txn = must_read(store);
    struct walk *walk = walk_open(txn, &growth_table, &options, arena);
    CHECK(walk_next(walk, &thing));
    CHECK_INT((int64_t)thing_number(thing.id), (int64_t)pairs[at].number);
    walk_close(walk);
    txn_drop(txn);
    arena_free(arena);
}

static void walk_scope(struct store *store)
{
    // Little memory: rows passed over must not cost any.
    struct arena *arena = arena_new((size_t)3 << 20);
    struct scope scope = { SCOPE_CLIENT, thing_id(1000003) };
    struct walk_options options = { .index = &growth_indexes[0], .scope = &scope };
    struct thing thing;
    size_t count = 0;
    struct txn *txn = must_read(store);
    struct walk *walk = walk_open(txn, &growth_table, &options, arena);
    while (walk_next(walk, &thing)) {
        CHECK_INT((int64_t)(thing_number(thing.id) % 10), 3);
        count++;
    }
    CHECK_STR(txn_fault(txn), "");
    CHECK_INT((int64_t)count, GROWTH_ROWS / 10);
    walk_close(walk);
    txn_drop(txn);
    arena_free(arena);
}

TEST(buckets_are_merged_in_the_order_of_the_fields)
{
    struct store *store = thing_store(test_folder());
    struct pair *pairs = calloc(GROWTH_ROWS, sizeof *pairs);
    fill(store, pairs);
    for (int down = 0; down < 2; down++) {
        walk_all(store, pairs, down);
        walk_pages(store, pairs, down);
        walk_prefix(store, pairs, pairs[77].rank, down);
        walk_prefix(store, pairs, 999999, down);
        walk_behind_fields(store, pairs, down);
    }
    walk_scope(store);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    CHECK_INT((int64_t)report.rows, GROWTH_ROWS);
    CHECK_INT((int64_t)report.index_entries, GROWTH_ROWS);
    free(pairs);
    store_close(store);
}

// A row keeps its ordinal, so a change writes into the bucket that it has been in.
TEST(a_changed_old_row_moves_within_its_bucket)
{
    struct store *store = thing_store(test_folder());
    struct pair *pairs = calloc(GROWTH_ROWS, sizeof *pairs);
    struct err err = { 0 };
    fill(store, pairs);
    struct txn *txn = must_write(store);
    struct thing thing = { .id = thing_id(5), .name = "x", .rank = 999999 }, first = { 0 };
    CHECK(table_put(txn, &growth_table, &thing, &err));
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    struct arena *arena = arena_new((size_t)1 << 20);
    struct walk_options options = { .index = &growth_indexes[0], .scope = &scope_house };
    txn = must_read(store);
    struct walk *walk = walk_open(txn, &growth_table, &options, arena);
    CHECK(walk_next(walk, &first));
    CHECK_INT((int64_t)thing_number(first.id), 5);
    walk_close(walk);
    CHECK_INT((int64_t)table_count(txn, &growth_table), GROWTH_ROWS);
    txn_drop(txn);
    arena_free(arena);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    free(pairs);
    store_close(store);
}

static void put_named(struct store *store, const char *const *names, size_t count)
{
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    for (size_t i = 0; i < count; i++) {
        struct thing thing = { .id = thing_id(i), .name = names[i], .badge = names[i] };
        CHECK(table_put(txn, &thing_table, &thing, &err));
    }
    CHECK_OK(&err);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
}

// The names that a walk gives, behind each other.
static const char *names_of(struct store *store, const struct walk_options *options,
                            struct arena *arena)
{
    const char *names = "";
    struct thing thing;
    struct txn *txn = must_read(store);
    struct walk *walk = walk_open(txn, &thing_table, options, arena);
    while (walk_next(walk, &thing))
        names = arena_format(arena, "%s%s ", names, thing.name);
    walk_close(walk);
    CHECK_STR(txn_fault(txn), "");
    txn_drop(txn);
    return names;
}

TEST(every_way_to_begin_and_both_directions)
{
    static const char *const names[] = { "bb", "a", "b", "ba", "c", "bbb" };
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(1 << 20);
    put_named(store, names, COUNT_OF(names));
    struct walk_options options = { .index = &thing_indexes[BY_BADGE], .scope = &scope_house };
    CHECK_STR(names_of(store, &options, arena), "a b ba bb bbb c ");
    options.down = true;
    CHECK_STR(names_of(store, &options, arena), "c bbb bb ba b a ");
    key_str_prefix(&options.prefix, "b");
    CHECK_STR(names_of(store, &options, arena), "bbb bb ba b ");
    key_str(&options.after, "bb");
    CHECK_STR(names_of(store, &options, arena), "ba b ");
    options.down = false;
    CHECK_STR(names_of(store, &options, arena), "bbb ");
    key_init(&options.after);
    key_str(&options.after, "a"); // before the prefix: begins at the prefix
    CHECK_STR(names_of(store, &options, arena), "b ba bb bbb ");
    options.down = true;
    CHECK_STR(names_of(store, &options, arena), "");
    key_init(&options.after);
    key_str(&options.after, "zz"); // behind the prefix, going down: all of it
    CHECK_STR(names_of(store, &options, arena), "bbb bb ba b ");
    options.index = &thing_indexes[BY_NAME];
    key_init(&options.after);
    key_str(&options.after, "bb"); // no such row named: behind all of this name
    CHECK_STR(names_of(store, &options, arena), "ba b ");
    options = (struct walk_options){ .scope = &scope_house };
    CHECK_STR(names_of(store, &options, arena), "bb a b ba c bbb ");
    options.after = key_of_id(thing_id(3));
    CHECK_STR(names_of(store, &options, arena), "c bbb ");
    options.down = true;
    CHECK_STR(names_of(store, &options, arena), "b a bb ");
    arena_free(arena);
    store_close(store);
}

TEST(a_walk_over_nothing_is_empty)
{
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(1 << 20);
    struct txn *txn = must_read(store);
    struct thing thing;
    for (int i = 0; i < 4; i++) {
        struct walk_options options = { .scope = &scope_house, .down = i % 2 };
        if (i / 2)
            options.index = &growth_indexes[0];
        struct walk *walk = walk_open(txn, &growth_table, &options, arena);
        CHECK(!walk_next(walk, &thing));
        walk_close(walk);
    }
    walk_close(NULL);
    CHECK_STR(txn_fault(txn), "");
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

TEST(a_page_too_large_for_its_memory_is_told_not_shortened)
{
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(4096);
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" };
    put_named(store, names, COUNT_OF(names));
    struct walk_options options = { .scope = &scope_house };
    struct txn *txn = must_read(store);
    struct thing thing;
    struct walk *walk = walk_open(txn, &thing_table, &options, arena);
    while (arena_alloc(arena, 16)) {
    }
    CHECK(!walk_next(walk, &thing));
    CHECK(strstr(txn_fault(txn), "memory") != NULL);
    walk_close(walk);
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

struct wish {
    const char *name;
    int seen, most;
};

static enum walk_fit is_called(void *context, const void *row)
{
    struct wish *wish = context;
    if (++wish->seen > wish->most)
        return WALK_END;
    return strcmp(((const struct thing *)row)->name, wish->name) == 0 ? WALK_TAKE : WALK_PASS;
}

// What is passed over costs the caller's memory nothing.
TEST(one_of_many_is_found_in_the_memory_of_one)
{
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(4096);
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" };
    put_named(store, names, COUNT_OF(names));
    struct wish wish = { "j", 0, 100 };
    struct walk_options options = { .scope = &scope_house, .fits = is_called, .context = &wish };
    struct txn *txn = must_read(store);
    struct thing thing;
    struct walk *walk = walk_open(txn, &thing_table, &options, arena);
    size_t before = arena_used(arena);
    CHECK(walk_next(walk, &thing));
    CHECK_STR(thing.name, "j");
    CHECK_INT(wish.seen, (int)COUNT_OF(names));
    CHECK(arena_used(arena) < before + 200);
    CHECK(!walk_next(walk, &thing));
    walk_close(walk);
    wish = (struct wish){ "j", 0, 5 }; // gives up before it comes to it
    walk = walk_open(txn, &thing_table, &options, arena);
    CHECK(!walk_next(walk, &thing));
    CHECK_INT(wish.seen, 6);
    CHECK_STR(txn_fault(txn), "");
    walk_close(walk);
    // What lies outside the scope is not asked about.
    struct scope foreign = { SCOPE_CLIENT, thing_id(77) };
    wish = (struct wish){ "j", 0, 100 };
    options.scope = &foreign;
    walk = walk_open(txn, &thing_table, &options, arena);
    CHECK(!walk_next(walk, &thing));
    CHECK_INT(wish.seen, 0);
    walk_close(walk);
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

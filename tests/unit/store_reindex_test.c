// SPDX-License-Identifier: Apache-2.0
// A store that an older program wrote, opened by one with other indexes: new ones and those of
// another edition are built from its rows, vanished ones go.
#include "common/store/internal.h"
#include "tests/unit/store_thing.h"

#define ROWS 4500 // several transactions

// --- tables as older and newer programs know them
static const struct index older_indexes[] = {
    { "thing.by_name", thing_by_name, .field = "name", .query = "things of a name" },
};
static const struct table older_thing = {
    .name = "thing",
    .number = 7,
    .record = thing_record,
    .key = thing_key,
    .indexes = older_indexes,
    .index_count = COUNT_OF(older_indexes),
};
static const struct table older_growth = {
    .name = "growth", .number = 8, .record = thing_record, .key = thing_key, .grows = true
};
static const struct table *const older[] = { &older_thing, &older_growth };

static void by_rank_only(const void *row, struct keys *keys)
{
    const struct thing *thing = row;
    struct key key;
    key_init(&key);
    key_int(&key, thing->rank);
    keys_add(keys, &key);
}

static const struct index edited_indexes[] = {
    { "thing.by_name", by_rank_only, .query = "things of a rank", .edition = 1 },
};
static const struct table edited_thing = {
    .name = "thing",
    .number = 7,
    .record = thing_record,
    .key = thing_key,
    .indexes = edited_indexes,
    .index_count = COUNT_OF(edited_indexes),
};
static const struct table *const edited[] = { &edited_thing, &older_growth };

static struct store *open_with(const char *folder, const struct table *const *tables, size_t count,
                               struct err *err)
{
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    options.tables = tables;
    options.table_count = count;
    return store_open(&options, err);
}

static struct store *must_open(const char *folder, const struct table *const tables[2])
{
    struct err err = { 0 };
    struct store *store = open_with(folder, tables, 2, &err);
    CHECK_OK(&err);
    return store;
}

// --- rows
static struct thing thing_of(uint64_t number, const char *badge, const char *const *tag)
{
    return (struct thing){ .id = thing_id(number),
                           .name = "Ding",
                           .rank = (int64_t)(number % 100),
                           .badge = badge,
                           .tags = tag,
                           .tags_count = 1 };
}

static void put_one(struct txn *txn, const struct table *table, uint64_t number, const char *badge)
{
    struct err err = { 0 };
    const char *tag = number % 2 ? "odd" : "even";
    struct thing thing = thing_of(number, badge, &tag);
    CHECK(table_put(txn, table, &thing, &err));
    CHECK_OK(&err);
}

static void fill(const char *folder, uint64_t twin)
{
    struct store *store = must_open(folder, older);
    struct txn *txn = must_write(store);
    for (uint64_t i = 1; i <= ROWS; i++) {
        char badge[20];
        snprintf(badge, sizeof badge, "B%d", (int)(i == twin ? 1 : i));
        put_one(txn, &older_thing, i, badge);
        put_one(txn, &older_growth, i, badge);
    }
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    store_close(store);
}

static uint64_t with_badge(struct store *store, const struct table *table,
                           const struct index *index, const char *badge)
{
    struct txn *txn = must_read(store);
    struct arena *arena = arena_new((size_t)1 << 20);
    struct thing thing;
    struct key key;
    key_init(&key);
    key_str(&key, badge);
    bool found = table_get_by(txn, index, table, &scope_house, &key, arena, &thing);
    uint64_t number = found ? thing_number(thing.id) : 0;
    CHECK_STR(txn_fault(txn), "");
    txn_drop(txn);
    arena_free(arena);
    return number;
}

static int64_t walked(struct store *store, const struct table *table, const struct index *index,
                      const struct key *prefix)
{
    struct txn *txn = must_read(store);
    struct arena *arena = arena_new((size_t)1 << 26);
    struct walk_options options = { .index = index, .scope = &scope_house, .prefix = *prefix };
    struct walk *walk = walk_open(txn, table, &options, arena);
    struct thing thing;
    int64_t count = 0;
    while (walk_next(walk, &thing))
        count++;
    CHECK_STR(txn_fault(txn), "");
    walk_close(walk);
    txn_drop(txn);
    arena_free(arena);
    return count;
}

static struct key key_of(const char *text)
{
    struct key key;
    key_init(&key);
    key_str(&key, text);
    return key;
}

static void check_whole(struct store *store)
{
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    CHECK_INT((int64_t)report.rows, 2 * ROWS);
    CHECK_INT((int64_t)report.index_entries, 6 * ROWS);
}

TEST(new_indexes_are_built_from_the_rows)
{
    const char *folder = test_folder();
    struct key odd = key_of("odd"), all = { .size = 0 };
    fill(folder, 0);
    for (int i = 0; i < 2; i++) { // and stay as they are
        struct store *store = must_open(folder, thing_tables);
        CHECK_INT((int64_t)with_badge(store, &thing_table, &thing_indexes[BY_BADGE], "B4321"),
                  4321);
        CHECK_INT((int64_t)with_badge(store, &growth_table, &growth_indexes[1], "B17"), 17);
        CHECK_INT(walked(store, &thing_table, &thing_indexes[BY_TAG], &odd), ROWS / 2);
        CHECK_INT(walked(store, &growth_table, &growth_indexes[0], &all), ROWS);
        check_whole(store);
        store_close(store);
    }
}

TEST(an_index_that_vanished_is_dropped_and_built_anew_when_it_comes_back)
{
    const char *folder = test_folder();
    fill(folder, 0);
    store_close(must_open(folder, thing_tables));
    struct store *store = must_open(folder, older);
    CHECK_INT((int64_t)store->slots[0].table->index_count, 1);
    struct txn *txn = must_write(store);
    MDB_dbi gone;
    CHECK_INT(mdb_dbi_open(txn->mdb, "thing.by_badge", 0, &gone), MDB_NOTFOUND);
    put_one(txn, &older_thing, 17, "other");
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    store_close(store);
    store = must_open(folder, thing_tables);
    CHECK_INT((int64_t)with_badge(store, &thing_table, &thing_indexes[BY_BADGE], "other"), 17);
    CHECK_INT((int64_t)with_badge(store, &thing_table, &thing_indexes[BY_BADGE], "B17"), 0);
    check_whole(store);
    store_close(store);
}

TEST(another_edition_is_built_anew)
{
    const char *folder = test_folder();
    struct key rank;
    key_init(&rank);
    key_int(&rank, 42);
    fill(folder, 0);
    struct store *store = must_open(folder, edited);
    CHECK_INT(walked(store, &edited_thing, &edited_indexes[0], &rank), ROWS / 100);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    store_close(store);
}

// The second of two rows with one badge lies behind the first transaction: what that one has built
// is not taken for the whole.
TEST(what_is_half_built_is_built_again)
{
    const char *folder = test_folder();
    struct err err = { 0 };
    fill(folder, 3000);
    CHECK(!open_with(folder, thing_tables, 2, &err));
    CHECK_REFUSED(&err, ERR_CONFLICT, "badge");
    struct store *store = must_open(folder, older);
    struct txn *txn = must_write(store);
    put_one(txn, &older_thing, 1, "first");
    put_one(txn, &older_thing, 3000, "second");
    put_one(txn, &older_growth, 1, "first");
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    store_close(store);
    store = must_open(folder, thing_tables);
    CHECK_INT((int64_t)with_badge(store, &thing_table, &thing_indexes[BY_BADGE], "second"), 3000);
    CHECK_INT((int64_t)with_badge(store, &thing_table, &thing_indexes[BY_BADGE], "B1"), 0);
    check_whole(store);
    store_close(store);
}

// As a check beside a process that has not been restarted since the update.
TEST(a_reader_misses_nothing_in_an_older_store)
{
    const char *folder = test_folder();
    struct err err = { 0 };
    struct key all = { .size = 0 };
    struct check_report report;
    fill(folder, 0);
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    options.read_only = true;
    struct store *store = store_open(&options, &err);
    CHECK_OK(&err);
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    CHECK_INT((int64_t)report.rows, 2 * ROWS);
    CHECK_INT(walked(store, &thing_table, &thing_indexes[BY_TAG], &all), 0);
    store_close(store);
}

TEST(a_full_map_is_grown_while_indexes_are_built)
{
    const char *folder = test_folder();
    struct err err = { 0 };
    fill(folder, 0);
    char path[4096];
    struct stat file;
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    CHECK_INT(stat(path, &file), 0);
    size_t full = ((size_t)file.st_size + ((size_t)1 << 18)) & ~(size_t)4095;
    struct store_options options = thing_options(folder, full);
    struct store *store = store_open(&options, &err);
    CHECK_OK(&err);
    CHECK(store->map_bytes > full);
    check_whole(store);
    store_close(store);
}

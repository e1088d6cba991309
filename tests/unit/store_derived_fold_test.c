// SPDX-License-Identifier: Apache-2.0
// A derived index of a program that folded texts otherwise.
#include "common/base/text.h"
#include "tests/unit/derived_world.h"

static void name_gather(const void *row, struct doc *doc)
{
    doc_name(doc, ((const struct thing *)row)->name);
}

static const struct derived thing_search = {
    .name = "sought.search", .version = 1, .gather = name_gather, .query = "a thing, as typed"
};
static const struct table sought_table = {
    .name = "sought",
    .number = 9,
    .record = thing_record,
    .key = thing_key,
    .derived = &thing_search,
};

// What a program wrote that folded texts otherwise: their first edition had the number 0.
static void older_gather(const void *row, struct doc *doc)
{
    (void)row;
    doc_name(doc, "as it was folded once");
}

static const struct derived older_search = {
    .name = "sought.search",
    .version = 1 - ((int64_t)TEXT_FOLD_EDITION << 32),
    .gather = older_gather,
    .query = "a thing, as typed",
};
static const struct table older_table = {
    .name = "sought",
    .number = 9,
    .record = thing_record,
    .key = thing_key,
    .derived = &older_search,
};

static size_t count_of(struct store *store, const char *words)
{
    struct arena *arena = arena_new((size_t)16 << 20);
    struct txn *txn = must_read(store);
    struct seek_options options = { .scope = &scope_house, .words = words };
    struct seek *seek = seek_open(txn, &sought_table, &options, arena);
    struct thing thing;
    enum seek_rank rank;
    size_t found = 0;
    while (seek_next(seek, &thing, &rank))
        found++;
    CHECK_STR(txn_fault(txn), "");
    txn_drop(txn);
    arena_free(arena);
    return found;
}

TEST(an_index_of_texts_that_were_folded_otherwise_is_built_anew)
{
    struct store *store = searched_store(test_folder(), &older_table);
    struct thing thing = { .id = thing_id(1), .name = "Ħamrun" };
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    CHECK(table_put(txn, &older_table, &thing, &err));
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    keep_up(store, &older_table);
    store_close(store);
    store = searched_store(test_folder(), &sought_table);
    CHECK_INT((int64_t)count_of(store, "hamrun"), 1); // from the row
    keep_up(store, &sought_table);
    CHECK_INT((int64_t)count_of(store, "hamrun"), 1);
    CHECK_INT((int64_t)count_of(store, "folded once"), 0);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    store_close(store);
}

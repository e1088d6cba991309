// SPDX-License-Identifier: Apache-2.0
// Tables: puts and deletions against a model in memory, unique indexes, child transactions.
#include "tests/unit/store_thing.h"

#define MODEL_ROWS 200

struct model_row {
    bool there;
    char name[16], badge[16], tag[2][16];
    int64_t rank;
    size_t tags;
};

struct model {
    struct model_row rows[MODEL_ROWS];
    const char *tags[MODEL_ROWS][2];
};

static void random_row(struct rng *rng, struct model_row *row)
{
    *row = (struct model_row){ .there = true, .rank = (int64_t)rng_below(rng, 20) - 10 };
    snprintf(row->name, sizeof row->name, "n%d", (int)rng_below(rng, 30));
    if (rng_below(rng, 2))
        snprintf(row->badge, sizeof row->badge, "b%d", (int)rng_below(rng, 300));
    row->tags = rng_below(rng, 3);
    for (size_t i = 0; i < row->tags; i++)
        snprintf(row->tag[i], sizeof row->tag[i], "t%d", (int)rng_below(rng, 5));
}

static struct thing thing_from(const struct model_row *row, const char **tags, size_t number)
{
    for (size_t i = 0; i < row->tags; i++)
        tags[i] = row->tag[i];
    return (struct thing){
        .id = thing_id(number),
        .name = row->name,
        .badge = row->badge[0] ? row->badge : NULL,
        .rank = row->rank,
        .tags = tags,
        .tags_count = row->tags,
    };
}

static bool badge_taken(const struct model *model, const struct model_row *row, size_t number)
{
    for (size_t i = 0; i < MODEL_ROWS; i++) {
        if (i != number && model->rows[i].there && row->badge[0] &&
            strcmp(model->rows[i].badge, row->badge) == 0)
            return true;
    }
    return false;
}

static void change_one(struct txn *txn, struct model *model, struct rng *rng)
{
    size_t number = rng_below(rng, MODEL_ROWS);
    const char *tags[2];
    struct err err = { 0 };
    if (rng_below(rng, 3) == 0) {
        struct key key = key_of_id(thing_id(number));
        CHECK_INT(table_del(txn, &thing_table, &key), model->rows[number].there);
        model->rows[number].there = false;
        return;
    }
    struct model_row row;
    random_row(rng, &row);
    struct thing thing = thing_from(&row, tags, number);
    bool put = table_put(txn, &thing_table, &thing, &err);
    if (badge_taken(model, &row, number)) {
        CHECK(!put);
        CHECK_REFUSED(&err, ERR_CONFLICT, "badge");
        return;
    }
    CHECK(put);
    CHECK_OK(&err);
    model->rows[number] = row;
}

static void compare_row(struct txn *txn, const struct model *model, size_t number,
                        struct arena *arena)
{
    const struct model_row *row = &model->rows[number];
    struct key key = key_of_id(thing_id(number));
    struct thing thing;
    CHECK_INT(table_get(txn, &thing_table, &scope_house, &key, arena, &thing), row->there);
    if (!row->there)
        return;
    CHECK_STR(thing.name, row->name);
    CHECK_STR(thing.badge, row->badge[0] ? row->badge : NULL);
    CHECK_INT(thing.rank, row->rank);
    CHECK_INT((int64_t)thing.tags_count, (int64_t)row->tags);
    if (!row->badge[0])
        return;
    key_init(&key);
    key_str(&key, row->badge);
    CHECK(table_get_by(txn, &thing_indexes[BY_BADGE], &thing_table, &scope_house, &key, arena,
                       &thing));
    CHECK_INT((int64_t)thing_number(thing.id), (int64_t)number);
}

// How many rows of the model an index lists, and that they come in its order.
static void compare_walk(struct txn *txn, const struct model *model, struct arena *arena)
{
    struct walk_options options = { .index = &thing_indexes[BY_RANK], .scope = &scope_house };
    struct walk *walk = walk_open(txn, &thing_table, &options, arena);
    struct thing thing;
    size_t count = 0, want = 0;
    int64_t before = INT64_MAX;
    while (walk_next(walk, &thing)) {
        CHECK(thing.rank <= before);
        before = thing.rank;
        count++;
    }
    walk_close(walk);
    for (size_t i = 0; i < MODEL_ROWS; i++)
        want += model->rows[i].there;
    CHECK_INT((int64_t)count, (int64_t)want);
    CHECK_INT((int64_t)table_count(txn, &thing_table), (int64_t)want);
}

static size_t tagged(struct txn *txn, const char *tag, struct arena *arena)
{
    struct walk_options options = { .index = &thing_indexes[BY_TAG], .scope = &scope_house };
    struct thing thing;
    size_t count = 0;
    key_str(&options.prefix, tag);
    struct walk *walk = walk_open(txn, &thing_table, &options, arena);
    while (walk_next(walk, &thing))
        count++;
    walk_close(walk);
    return count;
}

static void compare_tags(struct txn *txn, const struct model *model, struct arena *arena)
{
    for (int tag = 0; tag < 5; tag++) {
        char word[16];
        size_t want = 0;
        snprintf(word, sizeof word, "t%d", tag);
        for (size_t i = 0; i < MODEL_ROWS; i++) {
            const struct model_row *row = &model->rows[i];
            bool has = row->there && ((row->tags > 0 && strcmp(row->tag[0], word) == 0) ||
                                      (row->tags > 1 && strcmp(row->tag[1], word) == 0));
            want += has;
        }
        CHECK_INT((int64_t)tagged(txn, word, arena), (int64_t)want);
    }
}

TEST(random_changes_against_a_model)
{
    struct store *store = thing_store(test_folder());
    struct model *model = calloc(1, sizeof *model);
    struct arena *arena = arena_new((size_t)1 << 24);
    struct rng rng;
    rng_seed(&rng, test_seed());
    for (int batch = 0; batch < 40; batch++) {
        struct txn *txn = must_write(store);
        for (int i = 0; i < 50; i++)
            change_one(txn, model, &rng);
        CHECK_INT(batch_commit(txn), COMMIT_DONE);
        txn = must_read(store);
        arena_reset(arena);
        for (size_t i = 0; i < MODEL_ROWS; i++)
            compare_row(txn, model, i, arena);
        compare_walk(txn, model, arena);
        compare_tags(txn, model, arena);
        txn_drop(txn);
    }
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    CHECK(report.rows > 50);
    CHECK(report.index_entries > report.rows);
    arena_free(arena);
    free(model);
    store_close(store);
}

static struct thing simple(uint64_t number, const char *name, const char *badge)
{
    return (struct thing){ .id = thing_id(number), .name = name, .badge = badge };
}

TEST(a_unique_index_refuses_the_second_and_leaves_no_trace)
{
    struct store *store = thing_store(test_folder());
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    struct thing a = simple(1, "a", "gold"), b = simple(2, "b", "gold");
    CHECK(table_put(txn, &thing_table, &a, &err));
    CHECK(!table_put(txn, &thing_table, &b, &err));
    CHECK_REFUSED(&err, ERR_CONFLICT, "badge");
    err = (struct err){ 0 };
    CHECK(table_put(txn, &thing_table, &a, &err)); // its own badge is no conflict
    CHECK_INT((int64_t)table_count(txn, &thing_table), 1);
    b.badge = "silver";
    CHECK(table_put(txn, &thing_table, &b, &err));
    a.badge = NULL; // given up
    CHECK(table_put(txn, &thing_table, &a, &err));
    b.badge = "gold";
    CHECK(table_put(txn, &thing_table, &b, &err));
    CHECK_OK(&err);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    CHECK_INT((int64_t)report.rows, 2);
    store_close(store);
}

TEST(rows_that_could_not_be_read_again_are_refused)
{
    struct store *store = thing_store(test_folder());
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    struct thing thing = simple(1, NULL, NULL);
    CHECK(!table_put(txn, &thing_table, &thing, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "name");
    txn_drop(txn);
    store_close(store);
}

TEST(a_dropped_child_leaves_no_trace_and_a_merged_one_counts)
{
    struct store *store = thing_store(test_folder());
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    struct thing kept = simple(1, "kept", "k"), dropped = simple(2, "dropped", "d");
    struct fact fact = { .kind = "thing_put",
                         .entity = thing_id(2),
                         .version = 1,
                         .at = 1,
                         .actor = "test",
                         .row = { (const uint8_t *)"\x80", 1 } };
    struct txn *child = txn_child(txn);
    CHECK(table_put(child, &thing_table, &dropped, &err));
    CHECK_INT(log_append(child, &fact), 1);
    meta_put(child, "number", 9);
    txn_drop(child);
    child = txn_child(txn);
    CHECK(table_put(child, &thing_table, &kept, &err));
    CHECK_INT(log_append(child, &fact), 1); // the number was not used up
    CHECK(txn_merge(child));
    CHECK_OK(&err);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    CHECK_INT(store_head(store), 1);

    struct arena *arena = arena_new(1 << 20);
    struct thing thing;
    struct key key = key_of_id(thing_id(2));
    txn = must_read(store);
    CHECK(!table_get(txn, &thing_table, &scope_house, &key, arena, &thing));
    key_init(&key);
    key_str(&key, "d");
    CHECK(!table_get_by(txn, &thing_indexes[BY_BADGE], &thing_table, &scope_house, &key, arena,
                        &thing));
    CHECK_INT((int64_t)table_count(txn, &thing_table), 1);
    CHECK_INT(meta_get(txn, "number", -1), -1);
    CHECK_INT(log_head(txn), 1);
    txn_drop(txn);
    arena_free(arena);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    store_close(store);
}

TEST(a_scope_sees_its_own_rows_only)
{
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(1 << 20);
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    struct thing thing = simple(1, "a", "gold"), found;
    struct scope own = { SCOPE_CLIENT, thing_id(50) }, other = { SCOPE_CLIENT, thing_id(51) };
    struct key key = key_of_id(thing.id), badge;
    thing.client = own.id;
    CHECK(table_put(txn, &thing_table, &thing, &err));
    CHECK(table_get(txn, &thing_table, &own, &key, arena, &found));
    CHECK(!table_get(txn, &thing_table, &other, &key, arena, &found));
    CHECK(found.name == NULL);
    key_init(&badge);
    key_str(&badge, "gold");
    CHECK(table_get_by(txn, &thing_indexes[BY_BADGE], &thing_table, &own, &badge, arena, &found));
    CHECK(
        !table_get_by(txn, &thing_indexes[BY_BADGE], &thing_table, &other, &badge, arena, &found));
    CHECK_STR(txn_fault(txn), "");
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

// SPDX-License-Identifier: Apache-2.0
// Weighing in a derived index against the plainest way: every row, every thing asked for. A row has
// one score, whether it is indexed, waits, or was put a moment ago.
#include <math.h>

#include "common/store/derived_rank.h"
#include "tests/unit/derived_world.h"

#define TAGS 6
#define ROWS 1400

static void weighed_gather(const void *row, struct doc *doc)
{
    const struct thing *thing = row;
    doc_name(doc, thing->name);
    for (size_t i = 0; i < thing->tags_count; i++)
        doc_tag_text(doc, 'T', thing->tags[i]);
}

static const struct derived weighed_search = {
    .name = "weighed.search", .version = 1, .gather = weighed_gather, .query = "things like this"
};
static const struct table weighed_table = {
    .name = "weighed",
    .number = 9,
    .record = thing_record,
    .key = thing_key,
    .derived = &weighed_search,
};
static const char *const tags[TAGS] = { "rot", "blau", "gruen", "gelb", "weiss", "schwarz" };

static void put_by_chance(struct txn *txn, struct rng *rng, uint64_t number)
{
    static const char *const names[] = { "drucker", "drucken", "monitor", "toner" };
    const char *own[TAGS];
    struct err err = { 0 };
    struct thing thing = { .id = thing_id(number),
                           .rank = 1,
                           .name = names[rng_below(rng, COUNT_OF(names))],
                           .tags = own };
    if (rng_below(rng, 2) == 0)
        thing.client = thing_id(1000000 + rng_below(rng, 2));
    for (size_t i = 0; i < TAGS; i++) {
        if (rng_below(rng, i + 2) == 0)
            own[thing.tags_count++] = tags[i];
    }
    CHECK(table_put(txn, &weighed_table, &thing, &err));
}

// --- the plainest way, for tags

struct plain {
    uint64_t number;
    unsigned has;
};

static size_t plain_rows(struct txn *txn, const struct scope *scope, struct plain *out)
{
    struct arena *arena = arena_new((size_t)16 << 20);
    struct walk_options options = { .scope = scope };
    struct walk *walk = walk_open(txn, &weighed_table, &options, arena);
    struct thing thing;
    size_t count = 0;
    while (walk_next(walk, &thing)) {
        out[count] = (struct plain){ .number = thing_number(thing.id) };
        for (size_t i = 0; i < thing.tags_count; i++) {
            for (size_t k = 0; k < TAGS; k++)
                out[count].has |= strcmp(thing.tags[i], tags[k]) == 0 ? 1u << k : 0;
        }
        count++;
    }
    walk_close(walk);
    arena_free(arena);
    return count;
}

static double plain_score(const struct plain *row, const struct plain *rows, size_t count,
                          unsigned asked)
{
    double score = 0;
    for (size_t k = 0; k < TAGS; k++) {
        double have = 0;
        for (size_t i = 0; i < count; i++)
            have += rows[i].has >> k & 1;
        if (asked >> k & row->has >> k & 1)
            score += (double)(k + 1) * log(1 + ((double)count - have + 0.5) / (have + 0.5));
    }
    return score;
}

static void check_best(struct txn *txn, const struct scope *scope, unsigned asked)
{
    static struct plain rows[ROWS + 200];
    struct arena *arena = arena_new((size_t)16 << 20);
    struct seek_options among = { .scope = scope };
    struct rank *rank = rank_open(txn, &weighed_table, &among, arena);
    struct ranked best[50];
    double before = INFINITY, highest = 0;
    size_t count = plain_rows(txn, scope, rows);
    for (size_t k = 0; k < TAGS; k++) {
        if (asked >> k & 1)
            rank_tag(rank, 'T', tags[k], (double)(k + 1), false);
    }
    size_t found = rank_best(rank, best, COUNT_OF(best));
    for (size_t i = 0; i < count; i++)
        highest = fmax(highest, plain_score(&rows[i], rows, count, asked));
    CHECK_INT(found > 0, highest > 0);
    for (size_t i = 0; i < found; i++) {
        struct thing thing;
        CHECK(rank_row(rank, &best[i], &thing));
        for (size_t k = 0; k < count; k++) {
            if (rows[k].number == thing_number(thing.id))
                CHECK(fabs(plain_score(&rows[k], rows, count, asked) - best[i].score) < 1e-9);
        }
        CHECK(best[i].score <= before && best[i].share > 0 && best[i].share <= 1);
        before = best[i].score;
    }
    CHECK(found == 0 || fabs(best[0].score - highest) < 1e-9);
    CHECK(!rank_cut(rank));
    CHECK_STR(txn_fault(txn), "");
    arena_free(arena);
}

TEST(scores_are_those_of_the_plainest_way_at_any_moment)
{
    struct rng rng;
    uint64_t number = 0;
    rng_seed(&rng, test_seed());
    struct store *store = searched_store(test_folder(), &weighed_table);
    while (number < ROWS) {
        struct txn *txn = must_write(store);
        for (uint64_t i = rng_below(&rng, 200); i > 0; i--) {
            struct key key = key_of_id(thing_id(rng_below(&rng, number + 1)));
            if (rng_below(&rng, 6) == 0)
                (void)table_del(txn, &weighed_table, &key);
            else
                put_by_chance(txn, &rng,
                              rng_below(&rng, 4) ? ++number : rng_below(&rng, number + 1));
        }
        must_commit(txn);
        txn = must_write(store);
        (void)derived_step(txn, &weighed_table);
        must_commit(txn);
        txn = must_read(store);
        struct scope client = { SCOPE_CLIENT, thing_id(1000000) };
        check_best(txn, &scope_house, (unsigned)rng_below(&rng, 1u << TAGS));
        check_best(txn, &client, (unsigned)rng_below(&rng, 1u << TAGS));
        txn_drop(txn);
    }
    store_close(store);
}

// --- parts of words, pairs, what is extra

static void put_named(struct store *store, uint64_t number, const char *name, const char *tag)
{
    struct txn *txn = must_write(store);
    struct err err = { 0 };
    struct thing thing = {
        .id = thing_id(number), .rank = 1, .name = name, .tags = &tag, .tags_count = tag ? 1 : 0
    };
    CHECK(table_put(txn, &weighed_table, &thing, &err));
    must_commit(txn);
}

TEST(parts_find_words_that_are_spelled_wrongly_and_pairs_count_together_only)
{
    struct store *store = searched_store(test_folder(), &weighed_table);
    struct arena *arena = arena_new((size_t)16 << 20);
    struct seek_options among = { .scope = &scope_house };
    struct ranked best[5];
    put_named(store, 1, "Wärmezähler", "waerme");
    put_named(store, 2, "Monitor", "zaehler");
    put_named(store, 3, "Kantine", NULL);
    struct txn *txn = must_read(store);
    struct rank *rank = rank_open(txn, &weighed_table, &among, arena);
    rank_word(rank, "zaelher", 1, false);
    CHECK_INT((int64_t)rank_best(rank, best, COUNT_OF(best)), 1);
    CHECK(best[0].share > 0 && best[0].share < 1); // not all of it is there
    rank = rank_open(txn, &weighed_table, &among, arena);
    rank_tags(rank, 'T', "waerme", "zaehler", 1);
    CHECK_INT((int64_t)rank_best(rank, best, COUNT_OF(best)), 2);
    rank = rank_open(txn, &weighed_table, &among, arena);
    rank_tags(rank, 'T', "waerme", "nirgends", 1);
    CHECK_INT((int64_t)rank_best(rank, best, COUNT_OF(best)), 0);
    // What is wished twice counts once, with the larger weight.
    rank = rank_open(txn, &weighed_table, &among, arena);
    rank_tag(rank, 'T', "waerme", 1, false);
    rank_tag(rank, 'T', "waerme", 2, false);
    rank_tag(rank, 'T', "waerme", 1, true);
    CHECK_INT((int64_t)rank_best(rank, best, COUNT_OF(best)), 1);
    CHECK(fabs(best[0].score - 2 * log(1 + 2.5 / 1.5)) < 1e-9);
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

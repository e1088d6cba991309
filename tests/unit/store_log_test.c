// SPDX-License-Identifier: Apache-2.0
// What a store holds beside its tables: facts, places, parked facts, replies, numbers.
#include "tests/unit/store_thing.h"

static const uint8_t empty_row[] = { 0x80 };

static struct fact fact_of(const char *kind, uint64_t entity, int64_t at)
{
    return (struct fact){ .kind = kind,
                          .entity = thing_id(entity),
                          .version = 1,
                          .at = at,
                          .actor = "test",
                          .row = { empty_row, sizeof empty_row } };
}

static void append(struct store *store, int64_t count)
{
    struct txn *txn = must_write(store);
    for (int64_t i = 0; i < count; i++) {
        int64_t want = log_head(txn) + 1;
        struct fact fact = fact_of("thing", 1, want * 10);
        CHECK_INT(log_append(txn, &fact), want);
        CHECK_INT(fact.seq, want);
    }
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
}

TEST(facts_are_numbered_without_gaps_and_read_in_portions)
{
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(1 << 20);
    const struct fact *facts;
    append(store, 20);
    CHECK_INT(store_head(store), 20);
    struct txn *txn = must_read(store);
    CHECK_INT(log_head(txn), 20);
    CHECK_INT(log_oldest(txn), 1);
    CHECK_INT((int64_t)log_facts(txn, 0, 100, 1 << 20, arena, &facts), 20);
    CHECK_INT(facts[19].seq, 20);
    CHECK_INT((int64_t)log_facts(txn, 5, 3, 1 << 20, arena, &facts), 3);
    CHECK_INT(facts[0].seq, 6);
    CHECK_INT(facts[0].at, 60);
    CHECK_STR(facts[0].kind, "thing");
    CHECK_INT((int64_t)log_facts(txn, 5, 100, 1, arena, &facts), 1); // at least one
    size_t some = log_facts(txn, 0, 100, 500, arena, &facts);
    CHECK(some > 1 && some < 20);
    CHECK_INT((int64_t)log_facts(txn, 20, 100, 1 << 20, arena, &facts), 0);
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

TEST(a_reader_sees_the_head_of_its_own_snapshot)
{
    struct store *store = thing_store(test_folder());
    append(store, 2);
    struct txn *before = must_read(store);
    append(store, 3);
    CHECK_INT(log_head(before), 2);
    CHECK_INT(store_head(store), 5);
    txn_drop(before);
    store_close(store);
}

TEST(the_head_outlives_trim_and_restart)
{
    const char *folder = test_folder();
    struct store *store = thing_store(folder);
    append(store, 20);
    struct txn *txn = must_write(store);
    CHECK_INT((int64_t)log_trim(txn, 11, 1000000), 10);
    CHECK_INT(log_oldest(txn), 11);
    CHECK_INT((int64_t)log_trim(txn, 1000, 131), 3); // only what is old enough: 11, 12, 13
    CHECK_INT((int64_t)log_trim(txn, 1000, 1000000), 7);
    CHECK_INT(log_oldest(txn), 0);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    store_close(store);
    store = thing_store(folder);
    CHECK_INT(store_head(store), 20);
    CHECK_INT((int64_t)store_epoch(store), 4711);
    append(store, 1);
    CHECK_INT(store_head(store), 21);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    CHECK_INT((int64_t)report.facts, 1);
    store_close(store);
}

TEST(a_trim_writes_500_rows_at_most)
{
    struct store *store = thing_store(test_folder());
    append(store, 700);
    struct txn *txn = must_write(store);
    CHECK_INT((int64_t)log_trim(txn, 1000, INT64_MAX), 500);
    CHECK_INT((int64_t)log_trim(txn, 1000, INT64_MAX), 200);
    txn_drop(txn);
    store_close(store);
}

TEST(followers_hold_the_log_until_they_are_cut_off)
{
    struct store *store = thing_store(test_folder());
    append(store, 20);
    struct txn *txn = must_write(store);
    struct follower_place place;
    CHECK(!follower_get(txn, "nobody", &place));
    CHECK_INT(follower_least(txn), 20);
    follower_put(txn, "telephony", &(struct follower_place){ 1, 20, 50, false });
    follower_put(txn, "notifier", &(struct follower_place){ 2, 7, 50, false });
    follower_put(txn, "billing", &(struct follower_place){ 3, 9, 500, false });
    CHECK_INT(follower_least(txn), 7);
    CHECK_INT((int64_t)follower_cut(txn, 100), 1); // silent and behind: the notifier alone
    CHECK_INT((int64_t)follower_cut(txn, 100), 0);
    CHECK_INT(follower_least(txn), 9);
    CHECK(follower_get(txn, "notifier", &place));
    CHECK(place.cut_off);
    CHECK_INT(place.projection, 2);
    CHECK_INT(place.acked, 7);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    store_close(store);
}

TEST(a_cursor_comes_back_as_it_was)
{
    struct store *store = thing_store(test_folder());
    struct txn *txn = must_write(store);
    struct cursor cursor = { .epoch = INT_LIMIT,
                             .seq = 8,
                             .projection = 3,
                             .snapshot = true,
                             .snapshot_head = 12,
                             .generation = 4,
                             .kind = "contact",
                             .after = thing_id(6),
                             .halted = "cut in the middle of an \xc3" };
    struct cursor found;
    CHECK(!cursor_get(txn, "contacts", &found));
    cursor_put(txn, "contacts", &cursor);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    txn = must_read(store);
    CHECK(cursor_get(txn, "contacts", &found));
    CHECK_INT(found.epoch, INT_LIMIT);
    CHECK_INT(found.seq, 8);
    CHECK_INT(found.projection, 3);
    CHECK(found.snapshot);
    CHECK_INT(found.snapshot_head, 12);
    CHECK_INT(found.generation, 4);
    CHECK_STR(found.kind, "contact");
    CHECK(id_equal(found.after, thing_id(6)));
    CHECK_STR(found.halted, cursor.halted);
    txn_drop(txn);
    store_close(store);
}

TEST(followed_entities_are_swept_by_generation)
{
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(1 << 20);
    const struct followed *old;
    int64_t version, generation;
    struct txn *txn = must_write(store);
    for (uint64_t i = 1; i <= 10; i++)
        followed_put(txn, "contacts", i % 2 ? "contact" : "client", thing_id(i), 5, 1);
    followed_put(txn, "other", "contact", thing_id(1), 5, 1);
    for (uint64_t i = 1; i <= 7; i++)
        followed_put(txn, "contacts", i % 2 ? "contact" : "client", thing_id(i), 6, 2);
    CHECK(followed_get(txn, "contacts", "contact", thing_id(3), &version, &generation));
    CHECK_INT(version, 6);
    CHECK_INT(generation, 2);
    CHECK(!followed_get(txn, "contacts", "client", thing_id(3), &version, &generation));
    CHECK_INT((int64_t)followed_older(txn, "contacts", 1, 100, arena, &old), 0);
    CHECK_INT((int64_t)followed_older(txn, "contacts", 2, 2, arena, &old), 2);
    CHECK_INT((int64_t)followed_older(txn, "contacts", 2, 100, arena, &old), 3);
    CHECK_STR(old[0].kind, "client");
    CHECK(id_equal(old[0].entity, thing_id(8)));
    CHECK_STR(old[2].kind, "contact");
    CHECK(id_equal(old[2].entity, thing_id(9)));
    CHECK_INT(old[2].version, 5);
    followed_del(txn, "contacts", "contact", thing_id(9));
    followed_del(txn, "contacts", "contact", thing_id(9));
    CHECK_INT((int64_t)followed_older(txn, "contacts", 2, 100, arena, &old), 2);
    CHECK_INT((int64_t)followed_older(txn, "contacts", 3, 100, arena, &old), 9);
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    struct check_report report;
    CHECK_INT((int64_t)thing_check(store, &report), 0);
    arena_free(arena);
    store_close(store);
}

static void park(struct txn *txn, const char *service, int64_t seq, uint64_t entity)
{
    struct fact fact = fact_of("thing", entity, 1);
    fact.seq = seq;
    parked_put(txn, service, &fact, "why not");
}

TEST(parked_facts_keep_the_order_of_their_entity)
{
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(1 << 20);
    struct txn *txn = must_write(store);
    struct fact fact;
    park(txn, "contacts", 3, 1);
    park(txn, "contacts", 4, 1);
    park(txn, "contacts", 5, 2);
    park(txn, "other", 6, 9);
    CHECK_INT((int64_t)parked_count(txn), 4);
    CHECK(parked_has(txn, "contacts", "thing", thing_id(1)));
    CHECK(!parked_has(txn, "contacts", "thing", thing_id(9)));
    CHECK(!parked_has(txn, "contacts", "thin", thing_id(1)));
    CHECK(parked_next(txn, "contacts", 0, arena, &fact));
    CHECK_INT(fact.seq, 3);
    CHECK_STR(fact.kind, "thing");
    CHECK(parked_next(txn, "contacts", 3, arena, &fact)); // 4 waits for 3
    CHECK_INT(fact.seq, 5);
    CHECK(!parked_next(txn, "contacts", 5, arena, &fact));
    parked_del(txn, "contacts", 3);
    CHECK(parked_next(txn, "contacts", 0, arena, &fact));
    CHECK_INT(fact.seq, 4);
    parked_del(txn, "contacts", 4);
    CHECK(!parked_has(txn, "contacts", "thing", thing_id(1)));
    CHECK_INT((int64_t)parked_count(txn), 2);
    parked_del(txn, "contacts", 4); // gone already
    CHECK_STR(txn_fault(txn), "");
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

TEST(a_reply_is_kept_for_its_actor_until_it_is_evicted)
{
    struct store *store = thing_store(test_folder());
    struct arena *arena = arena_new(1 << 20);
    struct rng rng;
    struct id early, late;
    struct stored_reply reply = { .body_hash = { 1, 2, 3 },
                                  .status = "ok",
                                  .body = { empty_row, 1 } };
    struct stored_reply found;
    rng_seed(&rng, test_seed());
    early = id_new(INT64_C(1000000000), &rng);
    late = id_new(INT64_C(2000000000), &rng);
    struct txn *txn = must_write(store);
    CHECK_INT(reply_evicted_below(txn), 0);
    reply_put(txn, early, "anna", &reply);
    reply.status = "conflict";
    reply.body = (struct bytes){ 0 };
    reply_put(txn, late, "anna", &reply);
    CHECK(!reply_get(txn, early, "bert", arena, &found));
    CHECK(reply_get(txn, early, "anna", arena, &found));
    CHECK_STR(found.status, "ok");
    CHECK_INT((int64_t)found.body.size, 1);
    CHECK_INT(found.body.data[0], 0x80);
    CHECK_INT(found.body_hash[2], 3);
    CHECK_INT((int64_t)reply_evict(txn, 1000000000), 0);
    CHECK_INT(reply_evicted_below(txn), 0);
    CHECK_INT((int64_t)reply_evict(txn, 1500000000), 1);
    CHECK_INT(reply_evicted_below(txn), 1500000000);
    CHECK_INT((int64_t)reply_evict(txn, 1400000000), 0);
    CHECK_INT(reply_evicted_below(txn), 1500000000);
    CHECK(!reply_get(txn, early, "anna", arena, &found));
    CHECK(reply_get(txn, late, "anna", arena, &found));
    CHECK_STR(found.status, "conflict");
    CHECK_INT((int64_t)found.body.size, 0);
    txn_drop(txn);
    arena_free(arena);
    store_close(store);
}

TEST(named_numbers_take_every_value)
{
    static const int64_t values[] = { 0, -1, INT64_MAX, INT64_MIN, 42 };
    struct store *store = thing_store(test_folder());
    struct txn *txn = must_write(store);
    CHECK_INT(meta_get(txn, "format", -7), -7); // the store's own numbers are apart
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        meta_put(txn, "format", values[i]);
        CHECK_INT(meta_get(txn, "format", -7), values[i]);
    }
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
    store_close(store);
}

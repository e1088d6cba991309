// SPDX-License-Identifier: Apache-2.0
// Following a log: order, versions, snapshots, what cannot be applied, other epochs.
#include "tests/unit/step_follow_world.h"

TEST(facts_are_applied_once_per_version)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "one");
    tell(fx, 1, 2, "two");
    CHECK_STR(name_of(fx, 1), "two");
    CHECK_INT(world.applied, 2);
    tell(fx, 1, 2, "again");
    tell(fx, 1, 1, "older");
    CHECK_STR(name_of(fx, 1), "two");
    CHECK_INT(world.applied, 2);
    tell_gone(fx, 1, 3);
    CHECK_STR(name_of(fx, 1), NULL);
    fixture_free(fx);
}

TEST(a_restart_goes_on_at_the_cursor)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "one");
    fixture_crash(fx);
    struct team row = team(2, 1, "while we were away");
    fixture_fact(house_find(fx->house, "contacts"), "contacts", "team", &row, false);
    fixture_start(fx);
    fixture_wait(fx, SECONDS(10));
    CHECK_STR(name_of(fx, 2), "while we were away");
    CHECK_INT(world.applied, 2);
    fixture_free(fx);
}

static enum mail_fate no_hints(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    (void)context;
    (void)ret_delay_us;
    return mail->kind == MAIL_HINT ? MAIL_DROP : MAIL_DELIVER;
}

static enum mail_fate lossy(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    struct rng *rng = context;

    if (mail->kind == MAIL_REQUEST || mail->kind == MAIL_REPLY)
        return MAIL_DELIVER;
    *ret_delay_us = (int64_t)rng_below(rng, (uint64_t)SECONDS(3));
    return rng_below(rng, 3) == 0 ? MAIL_DROP : rng_below(rng, 3) ? MAIL_DELIVER : MAIL_REPEAT;
}

TEST(the_beacon_makes_good_lost_hints)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "one");
    house_set_judge(fx->house, no_hints, NULL);
    tell(fx, 1, 2, "two");
    CHECK_STR(name_of(fx, 1), "one");
    house_set_judge(fx->house, NULL, NULL);
    fixture_wait(fx, SECONDS(35));
    CHECK_STR(name_of(fx, 1), "two");
    fixture_free(fx);
}

TEST(loss_delay_and_repetition_change_nothing)
{
    struct rng rng;
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    rng_seed(&rng, test_seed());
    house_set_judge(fx->house, lossy, &rng);
    for (int64_t version = 1; version <= 60; version++) {
        char name[32];

        snprintf(name, sizeof name, "version %d", (int)version);
        tell(fx, (uint8_t)(1 + version % 3), version, name);
        fixture_wait(fx, MILLISECONDS(300));
    }
    house_set_judge(fx->house, NULL, NULL);
    fixture_wait(fx, SECONDS(60));
    CHECK_STR(name_of(fx, 1), "version 60");
    CHECK_STR(name_of(fx, 2), "version 58");
    CHECK_STR(name_of(fx, 3), "version 59");
    CHECK_INT(fixture_rows(fx, &made_table), world.applied);
    fixture_free(fx);
}

// The fed service has a table for each fact of its schema.
static const struct table *teams_of(const struct service *contacts)
{
    size_t i = 0;
    while (contacts->tables[i]->record != team_record)
        i++;
    return contacts->tables[i];
}

// Both come from one request: what is made of each must have an id of its own.
static bool emit_two(struct request *rq, void *argument)
{
    (void)argument;
    for (uint8_t number = 1; number <= 2; number++) {
        struct team row = team(number, 7, "twin");

        if (!table_put(rq->txn, teams_of(rq->service), &row, &rq->err))
            return false;
        emit(rq, "team", &row, false);
    }
    return true;
}

TEST(two_facts_of_one_request_make_two_rows)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 9, 1, "nine");
    struct fixture *contacts = house_find(fx->house, "contacts");
    CHECK(fixture_input(contacts, emit_two, NULL));
    CHECK_INT(world.applied, 3);
    CHECK_INT(fixture_rows(fx, &made_table), 3);
    fixture_free(fx);
}

// A fact that has come through eight services may be applied, but nothing may be told of it.
static bool append_with_hops(struct request *rq, void *argument)
{
    const int64_t *hops = argument;
    struct team row = team((uint8_t)(40 + *hops), 1, "far");
    struct fact fact = { .kind = "team",
                         .entity = row.id,
                         .version = 1,
                         .at = rq->now_us,
                         .actor = rq->actor,
                         .hops = *hops,
                         .row = request_encode(rq, team_record(), &row) };

    return log_append(rq->txn, &fact) > 0;
}

TEST(a_ninth_hop_is_refused)
{
    struct world world = { .tells = true };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);
    int64_t hops = 7;
    struct fact told;

    tell(fx, 1, 1, "near");
    struct fixture *contacts = house_find(fx->house, "contacts");
    CHECK(fixture_fact_at(fx, "board_call", -1, &told, NULL));
    CHECK_INT(told.hops, 1);
    CHECK(fixture_input(contacts, append_with_hops, &hops));
    CHECK(fixture_fact_at(fx, "board_call", -1, &told, NULL));
    CHECK_INT(told.hops, 8);
    hops = 8;
    CHECK(fixture_input(contacts, append_with_hops, &hops));
    CHECK_INT(fixture_facts(fx, "board_call"), 2);
    CHECK_INT(figure(fx, "parked_facts"), 1);
    CHECK_STR(name_of(fx, 48), NULL);
    fixture_free(fx);
}

// --- what cannot be applied
TEST(stop_halts_and_says_why)
{
    struct world world = { 0 };
    struct service service = follower(stopping, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "good");
    tell(fx, 2, 1, "bad");
    tell(fx, 3, 1, "behind it");
    CHECK_STR(name_of(fx, 1), "good");
    CHECK_STR(name_of(fx, 3), NULL);
    struct figures out = figures(fx);
    CHECK_INT((int64_t)out.halted_count, 1);
    CHECK(out.halted_count && strstr(out.halted[0], "contacts") != NULL);
    world.open = true;
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(10));
    CHECK_STR(name_of(fx, 3), "behind it");
    CHECK_INT((int64_t)figures(fx).halted_count, 0);
    fixture_free(fx);
}

TEST(park_holds_back_one_entity_only)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "first");
    tell(fx, 2, 1, "bad");
    tell(fx, 2, 2, "later");
    tell(fx, 1, 2, "goes on");
    CHECK_STR(name_of(fx, 1), "goes on");
    CHECK_STR(name_of(fx, 2), NULL);
    CHECK_INT(figure(fx, "parked_facts"), 2);
    world.open = true;
    fixture_wait(fx, SECONDS(60));
    CHECK_STR(name_of(fx, 2), "later");
    CHECK_INT(figure(fx, "parked_facts"), 0);
    fixture_free(fx);
}

// --- snapshots
TEST(a_new_follower_begins_by_snapshot)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct house *house = house_new(3);
    struct service nothing = { .schema = &telephony_schema };
    struct fixture *other = house_add(house, &nothing, NULL, 0);

    for (int i = 1; i <= 250; i++)
        tell(other, (uint8_t)i, 1, "old");
    tell_gone(other, 250, 2);
    struct fixture *fx = house_add(house, &service, &world, 0);
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(fixture_rows(fx, &team_table), 249);
    CHECK_STR(name_of(fx, 249), "old");
    tell(fx, 1, 2, "new");
    CHECK_STR(name_of(fx, 1), "new");
    house_free(house);
}

// Every row of a snapshot bears the same number, and yet each must be found again when parked.
TEST(rows_of_a_snapshot_are_parked_each_for_itself)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct house *house = house_new(3);
    struct service nothing = { .schema = &telephony_schema };
    struct fixture *other = house_add(house, &nothing, NULL, 0);

    for (uint8_t i = 1; i <= 5; i++)
        tell(other, i, 1, i % 2 ? "bad" : "good");
    struct fixture *fx = house_add(house, &service, &world, 0);
    fixture_wait(fx, SECONDS(5));
    CHECK_INT(fixture_rows(fx, &team_table), 2);
    CHECK_INT(figure(fx, "parked_facts"), 3);
    tell(fx, 6, 1, "bad");
    CHECK_INT(figure(fx, "parked_facts"), 4);
    world.open = true;
    fixture_wait(fx, SECONDS(60));
    CHECK_INT(fixture_rows(fx, &team_table), 6);
    house_free(house);
}

static void start_as(struct fixture *fx, struct service *service, int64_t projection)
{
    fixture_crash(fx);
    service->projection = projection;
    fixture_start(fx);
    fixture_wait(fx, SECONDS(20));
}

TEST(a_larger_projection_applies_everything_again)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "one");
    tell(fx, 2, 1, "two");
    tell(fx, 3, 1, "three");
    tell_gone(fx, 3, 2);
    CHECK_INT(world.applied, 3);
    start_as(fx, &service, 2);
    CHECK_INT(world.applied, 5);
    CHECK_INT(world.deleted, 1); // what had long gone is not swept again
    CHECK_INT(fixture_rows(fx, &team_table), 2);
    fixture_free(fx);
}

// The followed service lost a team without a word (its log is forgotten by then).
static bool drop_silently(struct request *rq, void *argument)
{
    struct key key = key_of_id(id_number(2));

    (void)argument;
    return table_del(rq->txn, teams_of(rq->service), &key);
}

TEST(what_a_snapshot_does_not_name_is_swept)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "one");
    tell(fx, 2, 1, "two");
    CHECK(fixture_input(house_find(fx->house, "contacts"), drop_silently, NULL));
    start_as(fx, &service, 2);
    CHECK_STR(name_of(fx, 1), "one");
    CHECK_STR(name_of(fx, 2), NULL);
    CHECK_INT(world.deleted, 1);
    fixture_free(fx);
}

// --- other epochs
TEST(an_unknown_epoch_stops_the_following)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "one");
    fixture_new_epoch(house_find(fx->house, "contacts"));
    tell(fx, 1, 2, "from another life");
    fixture_wait(fx, SECONDS(40));
    CHECK_STR(name_of(fx, 1), "one");
    CHECK_INT((int64_t)figures(fx).halted_count, 1);
    fixture_free(fx);
}

// --- the log's memory

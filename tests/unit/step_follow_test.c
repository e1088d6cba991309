// SPDX-License-Identifier: Apache-2.0
// Following a log: order, versions, snapshots, what cannot be applied, other epochs.
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/store/log.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

struct world {
    bool open;        // teams called "bad" can be applied, too
    int64_t applied;  // calls of apply that succeeded
    int64_t deleted;  // among them: tombstones
    int64_t emit_hop; // hops of the fact last applied
    bool tells;       // a fact of its own about each
};

// --- a follower: it keeps the teams it is told of, and makes a row of its own for each fact
static void key_by_id(const void *row, struct key *key)
{
    *key = key_of_id(*(const struct id *)row);
}

static const struct table team_table = {
    .name = "team", .number = 1, .record = team_record, .key = key_by_id
};
static const struct table made_table = {
    .name = "made", .number = 2, .record = team_record, .key = key_by_id
};
static const struct table board_table = {
    .name = "board", .number = 3, .record = board_call_record, .key = key_by_id
};
static const struct table *const tables[] = { &team_table, &made_table, &board_table };

static bool forget_team(struct request *rq, struct world *world, struct id id)
{
    struct key key = key_of_id(id);

    world->deleted++;
    return table_del(rq->txn, &team_table, &key) ||
           fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_INTERNAL, NULL);
}

static bool apply_team(struct request *rq, const struct fact *fact, const void *row)
{
    struct world *world = rq->context;
    struct team made = *(const struct team *)row;

    world->emit_hop = rq->hops;
    if (fact->deleted)
        return forget_team(rq, world, fact->entity);
    if (!world->open && strcmp(made.name, "bad") == 0)
        return fail(&rq->err, ERR_CONFLICT, "name", TEXT_INTERNAL, NULL);
    if (!table_put(rq->txn, &team_table, row, &rq->err))
        return false;
    made.id = new_id(rq);
    world->applied++;
    if (world->tells) {
        const struct call call = { .id = made.id };
        struct board_call told = { .id = made.id, .version = 1, .call = &call };

        emit(rq, "board_call", &told, false);
    }
    return table_put(rq->txn, &made_table, &made, &rq->err);
}

static const struct follow parking[] = {
    { "contacts", "team", FOLLOW_PARK_KEY, apply_team },
};
static const struct follow stopping[] = {
    { "contacts", "team", FOLLOW_STOP, apply_team },
};

static struct service follower(const struct follow *follows, int64_t projection)
{
    return (struct service){ .schema = &notifier_schema,
                             .tables = tables,
                             .table_count = COUNT_OF(tables),
                             .follows = follows,
                             .follow_count = 1,
                             .projection = projection };
}

static struct id id_number(uint8_t number)
{
    return (struct id){ { [0] = 1, [6] = 0x70, [8] = 0x80, [15] = number } };
}

static struct team team(uint8_t number, int64_t version, const char *name)
{
    return (struct team){ .id = id_number(number),
                          .version = version,
                          .name = name,
                          .edited_at = SECONDS(1),
                          .edited_by = "anna" };
}

static void tell(struct fixture *fx, uint8_t number, int64_t version, const char *name)
{
    struct team row = team(number, version, name);

    fixture_fact(fx, "contacts", "team", &row, false);
}

static void tell_gone(struct fixture *fx, uint8_t number, int64_t version)
{
    struct team row = team(number, version, "gone");

    fixture_fact(fx, "contacts", "team", &row, true);
}

static const char *name_of(struct fixture *fx, uint8_t number)
{
    struct team row;

    return fixture_row(fx, &team_table, id_number(number), &row) ? row.name : NULL;
}

static struct figures figures(struct fixture *fx)
{
    struct nothing in = { 0 };
    struct figures out = { 0 };

    CHECK(call_stats(&fx->client, &in, &out) == CALL_DONE);
    return out;
}

static int64_t figure(struct fixture *fx, const char *name)
{
    struct figures all = figures(fx);

    for (size_t i = 0; i < all.figures_count; i++)
        if (strcmp(all.figures[i].name, name) == 0)
            return all.figures[i].value;
    return 0;
}

// --- the ordinary way
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

// Both come from one request: what is made of each must have an id of its own.
static bool emit_two(struct request *rq, void *argument)
{
    (void)argument;
    for (uint8_t number = 1; number <= 2; number++) {
        struct team row = team(number, 7, "twin");

        if (!table_put(rq->txn, rq->service->tables[3], &row, &rq->err))
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
    CHECK(contacts->service->tables[3]->record == team_record);
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
    return table_del(rq->txn, rq->service->tables[3], &key);
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
TEST(what_all_have_confirmed_is_forgotten_after_a_week)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "one");
    tell(fx, 1, 2, "two");
    struct fixture *contacts = house_find(fx->house, "contacts");
    CHECK_INT(fixture_facts(contacts, "team"), 2);
    fixture_wait(fx, SECONDS(60));
    CHECK_INT(fixture_facts(contacts, "team"), 2);
    struct txn *txn;
    struct err err = { 0 };
    struct follower_place place = { 0 };
    txn = store_read(contacts->store, &err);
    CHECK(txn != NULL && follower_get(txn, "notifier", &place));
    CHECK_INT(place.acked, 2);
    txn_drop(txn);
    contacts->skew_us = DAYS(8); // a week later, as its clock says
    fixture_wait(fx, SECONDS(120));
    CHECK_INT(fixture_facts(contacts, "team"), 1); // the last confirmed one marks the place
    tell(fx, 1, 3, "three");
    CHECK_STR(name_of(fx, 1), "three");
    fixture_free(fx);
}

static enum mail_fate no_acks(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    (void)context;
    (void)ret_delay_us;
    return memmem(mail->head.data, mail->head.size, "log_ack", 7) ? MAIL_DROP : MAIL_DELIVER;
}

static enum mail_fate count_acks(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    int64_t *acks = context;
    (void)ret_delay_us;
    *acks += mail->kind == MAIL_ASK && memmem(mail->head.data, mail->head.size, "log_ack", 7);
    return MAIL_DELIVER;
}

// Each is a commit of the service that is followed.
TEST(what_is_applied_is_acknowledged_at_most_once_a_second)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);
    struct follower_place place = { 0 };
    struct err err = { 0 };
    int64_t acks = 0;

    tell(fx, 1, 1, "one");
    fixture_wait(fx, SECONDS(2));
    house_set_judge(fx->house, count_acks, &acks);
    for (int64_t version = 2; version <= 9; version++)
        tell(fx, 1, version, "again");
    CHECK_INT(acks, 1);
    fixture_wait(fx, SECONDS(2));
    CHECK_INT(acks, 2);
    struct txn *txn = store_read(house_find(fx->house, "contacts")->store, &err);
    CHECK(txn != NULL && follower_get(txn, "notifier", &place));
    CHECK_INT(place.acked, 9);
    txn_drop(txn);
    fixture_free(fx);
}

TEST(a_lost_acknowledgement_is_made_good_on_registering)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);
    struct follower_place place = { 0 };
    struct err err = { 0 };

    tell(fx, 1, 1, "one");
    house_set_judge(fx->house, no_acks, NULL);
    tell(fx, 1, 2, "two");
    fixture_wait(fx, SECONDS(2));
    house_set_judge(fx->house, NULL, NULL);
    fixture_restart(fx);
    struct txn *txn = store_read(house_find(fx->house, "contacts")->store, &err);
    CHECK(txn != NULL && follower_get(txn, "notifier", &place));
    CHECK_INT(place.acked, 2);
    txn_drop(txn);
    fixture_free(fx);
}

static enum mail_fate no_answers(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    (void)context;
    (void)ret_delay_us;
    return mail->kind == MAIL_ANSWER ? MAIL_DROP : MAIL_DELIVER;
}

TEST(a_clock_that_is_set_back_delays_nothing)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);

    tell(fx, 1, 1, "one");
    house_set_judge(fx->house, no_answers, NULL);
    fixture_restart(fx); // it registers, and hears nothing
    house_set_judge(fx->house, NULL, NULL);
    fx->skew_us = -SECONDS(3600);
    tell(fx, 1, 2, "two");
    fixture_wait(fx, SECONDS(30));
    CHECK_STR(name_of(fx, 1), "two");
    fixture_free(fx);
}

struct lives {
    int life;
    bool reads; // the second life asked for the log
};

// What the first life asked is answered when the second one has asked, which is never answered.
static enum mail_fate late_answers(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    struct lives *lives = context;

    if (mail->kind == MAIL_ASK && lives->life == 2 &&
        memmem(mail->head.data, mail->head.size, "log_read", 8))
        lives->reads = true;
    if (mail->kind != MAIL_ANSWER)
        return MAIL_DELIVER;
    *ret_delay_us = SECONDS(1);
    return lives->life == 1 ? MAIL_DELIVER : MAIL_DROP;
}

TEST(an_answer_to_an_earlier_life_is_nobodys)
{
    struct world world = { 0 };
    struct service service = follower(parking, 1);
    struct fixture *fx = fixture_new_with(&service, &world, 0);
    struct lives lives = { .life = 1 };

    tell(fx, 1, 1, "one");
    house_set_judge(fx->house, late_answers, &lives);
    fixture_restart(fx);
    lives.life = 2;
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(10));
    CHECK(!lives.reads);
    house_set_judge(fx->house, NULL, NULL);
    fixture_free(fx);
}

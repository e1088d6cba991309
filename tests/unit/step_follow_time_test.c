// SPDX-License-Identifier: Apache-2.0
// Following over time: what is acknowledged and forgotten, and clocks, answers and lives that
// cross.
#include "tests/unit/step_follow_world.h"

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

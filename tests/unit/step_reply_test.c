// SPDX-License-Identifier: Apache-2.0
// The same request again: the same answer, never a second effect; and what is too old to say.

#include "common/store/log.h"
#include "tests/unit/step_desk.h"

TEST(a_repeat_gets_the_same_answer)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, 1));

    CHECK_STR(desk_ask(desk, &envelope, "north"), "ok");
    struct bytes first = desk->body;
    fixture_wait(fx, SECONDS(5));
    CHECK_STR(desk_ask(desk, &envelope, "north"), "ok");
    CHECK(first.size == desk->body.size && memcmp(first.data, desk->body.data, first.size) == 0);
    fixture_restart(fx);
    CHECK_STR(desk_ask(desk, &envelope, "north"), "ok");
    CHECK(first.size == desk->body.size && memcmp(first.data, desk->body.data, first.size) == 0);
    CHECK_INT(fixture_rows(fx, &desk_teams), 1);
    desk_free(desk);
    fixture_free(fx);
}

TEST(two_repeats_in_one_batch_are_one_effect)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, 1));

    desk_send(desk, &envelope, "north");
    desk_send(desk, &envelope, "north");
    fixture_settle(fx);
    CHECK_INT((int64_t)desk->answers, 2);
    CHECK_INT(fixture_rows(fx, &desk_teams), 1);
    CHECK_INT(fixture_facts(fx, NULL), 1);
    desk_free(desk);
    fixture_free(fx);
}

TEST(the_same_id_with_another_body_is_a_conflict)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, 1));

    CHECK_STR(desk_ask(desk, &envelope, "north"), "ok");
    CHECK_STR(desk_ask(desk, &envelope, "south"), "conflict");
    CHECK_STR(desk->problem.field, "request");
    desk_free(desk);
    fixture_free(fx);
}

TEST(another_actor_may_bear_the_same_id)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *anna = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct desk_caller *berta = desk_caller(fx, "berta", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, 1));

    CHECK_STR(desk_ask(anna, &envelope, "north"), "ok");
    CHECK_STR(desk_ask(berta, &envelope, "south"), "ok");
    CHECK_INT(fixture_rows(fx, &desk_teams), 2);
    desk_free(anna);
    desk_free(berta);
    fixture_free(fx);
}

// A refusal that went astray must not become a deed when the request is sent again.
TEST(a_refusal_is_remembered_too)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, 0, 1));

    CHECK_STR(desk_ask(desk, &envelope, "late"), "conflict");
    CHECK_STR(desk->problem.field, "name");
    int64_t repeated = server_figure(fx->server, "repeated");
    CHECK_STR(desk_ask(desk, &envelope, "late"), "conflict");
    CHECK_STR(desk->problem.field, "name");
    CHECK_INT(server_figure(fx->server, "repeated"), repeated + 1);
    CHECK_STR(desk_ask(desk, &envelope, "mute"), "conflict");
    CHECK_STR(desk->problem.field, "request");
    // What may go away by itself is not: it is tried again.
    envelope.request = desk_id(fx, 0, 2);
    CHECK_STR(desk_ask(desk, &envelope, "mute"), "internal");
    CHECK_STR(desk_ask(desk, &envelope, "mute"), "internal");
    CHECK_INT(server_figure(fx->server, "repeated"), repeated + 1);
    desk_free(desk);
    fixture_free(fx);
}

TEST(ids_from_the_future_and_without_time_are_refused)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, -SECONDS(299), 1));

    CHECK_STR(desk_ask(desk, &envelope, "a fast clock"), "ok");
    envelope.request = desk_id(fx, -SECONDS(310), 2);
    CHECK_STR(desk_ask(desk, &envelope, "a wrong clock"), "stale_future");
    envelope.request = (struct id){ { 0 } };
    CHECK_STR(desk_ask(desk, &envelope, "no id"), "invalid");
    envelope.request = id_of_name("test", "version 8");
    CHECK_STR(desk_ask(desk, &envelope, "no time"), "invalid");
    CHECK_INT(fixture_rows(fx, &desk_teams), 1);
    desk_free(desk);
    fixture_free(fx);
}

static bool evict(struct request *rq, void *argument)
{
    (void)reply_evict(rq->txn, *(const int64_t *)argument);
    return true;
}

// What was forgotten cannot be told from what never came: it is refused, never done twice.
TEST(what_is_older_than_the_memory_is_stale)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct desk_caller *desk = desk_caller(fx, "anna", ROLE_BIT(ADMIN));
    struct envelope envelope = desk_envelope("team_add", desk_id(fx, SECONDS(100), 1));
    int64_t before_us = fixture_now(fx) - SECONDS(50);

    CHECK_STR(desk_ask(desk, &envelope, "north"), "ok");
    CHECK(fixture_input(fx, evict, &before_us));
    CHECK_STR(desk_ask(desk, &envelope, "north"), "stale_past");
    fx->skew_us = -DAYS(30); // the clock is set back: the bound is stored
    CHECK_STR(desk_ask(desk, &envelope, "north"), "stale_past");
    CHECK_INT(fixture_rows(fx, &desk_teams), 1);
    desk_free(desk);
    fixture_free(fx);
}

static enum mail_fate lose_replies(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    int *left = context;

    (void)ret_delay_us;
    return mail->kind == MAIL_REPLY && (*left)-- > 0 ? MAIL_DROP : MAIL_DELIVER;
}

TEST(lost_replies_are_asked_for_again)
{
    struct fixture *fx = fixture_new(&desk_service);
    int left = 3;

    house_set_judge(fx->house, lose_replies, &left);
    CHECK(desk_add_team(fx, "north") == CALL_DONE);
    CHECK_INT(fixture_rows(fx, &desk_teams), 1);
    CHECK_INT(server_figure(fx->server, "repeated"), 3);
    fixture_free(fx);
}

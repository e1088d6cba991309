// SPDX-License-Identifier: Apache-2.0
// Effects outside: begun at most once, and after a crash never a second time by guess.
#include "common/step/intent.h"

#include "common/base/civil.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static const struct table *const tables[] = { &intent_table };
static const struct service dialler = { .schema = &contacts_schema,
                                        .tables = tables,
                                        .table_count = COUNT_OF(tables) };

struct deed {
    const char *kind;
    struct id id;
    enum intent_state state;
    struct err err;
    bool found;
};

static bool want(struct request *rq, void *argument)
{
    struct deed *deed = argument;

    deed->id = intent_want(rq, deed->kind, (struct bytes){ (const uint8_t *)"\x80", 1 });
    return rq->err.code == ERR_NONE;
}

static bool start(struct request *rq, void *argument)
{
    struct deed *deed = argument;
    struct intent intent;

    deed->found = intent_start(rq, deed->kind, &intent);
    if (deed->found)
        deed->id = intent.id;
    return true;
}

static bool finish(struct request *rq, void *argument)
{
    struct deed *deed = argument;

    deed->err = (struct err){ 0 };
    bool done = intent_finish(rq, deed->id, deed->state, "because");
    deed->err = rq->err;
    return done;
}

static bool recover(struct request *rq, void *argument)
{
    (void)argument;
    return !intent_recover(rq);
}

static bool make_repeatable(struct request *rq, void *argument)
{
    const struct deed *deed = argument;
    struct intent intent;
    struct key key = key_of_id(deed->id);

    if (!table_get(rq->txn, &intent_table, &scope_house, &key, rq->arena, &intent))
        return false;
    intent.has_repeatable = intent.repeatable = true;
    return table_put(rq->txn, &intent_table, &intent, &rq->err);
}

static enum intent_state state_of(struct fixture *fx, struct id id)
{
    struct intent intent;

    return fixture_row(fx, &intent_table, id, &intent) ? intent.state : intent_state_ABSENT;
}

TEST(the_oldest_of_a_kind_is_begun_once)
{
    struct fixture *fx = fixture_new(&dialler);
    struct deed first = { .kind = "dial" }, second = { .kind = "dial" }, mail = { .kind = "mail" };
    struct deed taken = { .kind = "dial" };

    CHECK(fixture_input(fx, want, &mail));
    CHECK(fixture_input(fx, want, &first));
    fixture_wait(fx, SECONDS(1));
    CHECK(fixture_input(fx, want, &second));
    CHECK(fixture_input(fx, start, &taken) && taken.found);
    CHECK(id_equal(taken.id, first.id));
    CHECK(fixture_input(fx, start, &taken) && taken.found);
    CHECK(id_equal(taken.id, second.id));
    CHECK(fixture_input(fx, start, &taken) && !taken.found);
    CHECK_INT(state_of(fx, mail.id), intent_state_WANTED);
    CHECK_INT(state_of(fx, first.id), intent_state_STARTED);
    fixture_free(fx);
}

TEST(only_permitted_moves)
{
    struct fixture *fx = fixture_new(&dialler);
    struct deed deed = { .kind = "dial" };

    CHECK(fixture_input(fx, want, &deed));
    deed.state = intent_state_DONE;
    CHECK(!fixture_input(fx, finish, &deed));
    CHECK_REFUSED(&deed.err, ERR_CONFLICT, "state");
    CHECK(fixture_input(fx, start, &deed));
    CHECK(fixture_input(fx, finish, &deed));
    CHECK_INT(state_of(fx, deed.id), intent_state_DONE);
    deed.state = intent_state_FAILED;
    CHECK(!fixture_input(fx, finish, &deed));
    CHECK_REFUSED(&deed.err, ERR_CONFLICT, "state");
    deed.id = (struct id){ { 1 } };
    CHECK(!fixture_input(fx, finish, &deed));
    CHECK_REFUSED(&deed.err, ERR_NOT_FOUND, "id");
    fixture_free(fx);
}

TEST(after_a_crash_what_was_begun_is_unknown_unless_repeatable)
{
    struct fixture *fx = fixture_new(&dialler);
    struct deed dial = { .kind = "dial" }, mail = { .kind = "mail" };

    CHECK(fixture_input(fx, want, &dial) && fixture_input(fx, want, &mail));
    CHECK(fixture_input(fx, make_repeatable, &mail));
    CHECK(fixture_input(fx, start, &dial) && fixture_input(fx, start, &mail));
    fixture_restart(fx);
    CHECK(fixture_input(fx, recover, NULL));
    CHECK_INT(state_of(fx, dial.id), intent_state_UNKNOWN);
    CHECK_INT(state_of(fx, mail.id), intent_state_WANTED);
    CHECK(fixture_input(fx, start, &dial) && !dial.found);
    dial.state = intent_state_DONE; // the outside tells later
    CHECK(fixture_input(fx, finish, &dial));
    CHECK_INT(state_of(fx, dial.id), intent_state_DONE);
    fixture_free(fx);
}

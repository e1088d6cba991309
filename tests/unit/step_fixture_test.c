// SPDX-License-Identifier: Apache-2.0
// The house itself: a call is answered, the clock moves, a process begins again.
#include "common/base/civil.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static const struct service plain = { .schema = &contacts_schema };

TEST(ping_is_answered)
{
    struct fixture *fx = fixture_new(&plain);
    struct nothing in = { 0 };
    struct pong out;

    CHECK(call_ping(&fx->client, &in, &out) == CALL_DONE);
    CHECK_STR(out.service, "contacts");
    CHECK_INT(out.at, fixture_now(fx));
    CHECK_INT(out.head, 0);
    fixture_free(fx);
}

TEST(a_stopped_service_leaves_the_outcome_unknown)
{
    struct fixture *fx = fixture_new(&plain);
    struct nothing in = { 0 };
    struct pong out;
    int64_t before_us = fixture_now(fx);

    fixture_crash(fx);
    CHECK(call_ping(&fx->client, &in, &out) == CALL_UNKNOWN);
    CHECK(fixture_now(fx) >= before_us + SECONDS(10));
    fixture_start(fx);
    CHECK(call_ping(&fx->client, &in, &out) == CALL_DONE);
    fixture_free(fx);
}

TEST(a_new_epoch_is_told)
{
    struct fixture *fx = fixture_new(&plain);
    struct nothing in = { 0 };
    struct pong before, after;

    CHECK(call_ping(&fx->client, &in, &before) == CALL_DONE);
    int64_t epoch = before.epoch;
    fixture_new_epoch(fx);
    CHECK(call_ping(&fx->client, &in, &after) == CALL_DONE);
    CHECK(after.epoch != epoch);
    fixture_free(fx);
}

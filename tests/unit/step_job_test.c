// SPDX-License-Identifier: Apache-2.0
// Work in chunks: each row once whatever crashes, and the flip at the end only.
#include "common/step/job.h"

#include "common/base/civil.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#define ROWS 1000

static void key_by_id(const void *row, struct key *key)
{
    *key = key_of_id(*(const struct id *)row);
}
static const struct table made = {
    .name = "made", .number = 1, .record = team_record, .key = key_by_id
};
static const struct table *const tables[] = { &job_table, &made };

struct world {
    int flips, chunks;
    struct id job;
};

// Makes ROWS rows; the place is the number of the next one.
static bool make_rows(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct world *world = rq->context;

    world->chunks++;
    for (size_t i = 0; i < rows && job->done < ROWS; i++) {
        struct team row = { .id = new_id(rq),
                            .version = 1,
                            .name = "row",
                            .edited_at = rq->now_us,
                            .edited_by = rq->actor };

        if (!table_put(rq->txn, &made, &row, &rq->err))
            return false;
        job->done++;
    }
    *ret_last = job->done == ROWS;
    return true;
}

static bool flip(struct request *rq, struct job *job)
{
    struct world *world = rq->context;

    (void)job;
    world->flips++;
    return true;
}

static const struct job_kind kinds[] = { { "make", make_rows, flip } };

static bool tick(struct request *rq)
{
    return job_step(rq, kinds, COUNT_OF(kinds));
}

static const struct service maker = {
    .schema = &contacts_schema, .tables = tables, .table_count = COUNT_OF(tables), .tick = tick
};

static bool begin(struct request *rq, void *argument)
{
    struct world *world = argument;

    world->job = job_begin(rq, "make", (struct bytes){ 0 });
    return rq->err.code == ERR_NONE;
}

TEST(chunks_go_on_at_once_and_the_flip_comes_once)
{
    struct world world = { 0 };
    struct fixture *fx = fixture_new_with(&maker, &world, 0);
    struct job job;

    CHECK(fixture_input(fx, begin, &world));
    CHECK_INT(world.flips, 0);
    fixture_wait(fx, SECONDS(2));
    CHECK_INT(fixture_rows(fx, &made), ROWS);
    CHECK(world.chunks >= 2); // no step writes more than 500 rows
    CHECK_INT(world.flips, 1);
    CHECK(fixture_row(fx, &job_table, world.job, &job));
    CHECK(job.has_finished && job.finished);
    CHECK_INT(job.done, ROWS);
    fixture_wait(fx, SECONDS(5));
    CHECK_INT(world.flips, 1);
    fixture_free(fx);
}

TEST(a_crash_goes_on_behind_the_last_chunk)
{
    struct world world = { 0 };
    struct fixture *fx = fixture_new_with(&maker, &world, 0);

    CHECK(fixture_input(fx, begin, &world));
    while (world.chunks < 2) {
        house_move(fx->house, fixture_now(fx) + SECONDS(1));
        (void)house_step(fx->house);
    }
    CHECK_INT(world.flips, 0);
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(2));
    CHECK_INT(fixture_rows(fx, &made), ROWS);
    CHECK_INT(world.flips, 1);
    fixture_free(fx);
}

// The machine believed in tomorrow, and is told that it is today.
TEST(a_clock_set_back_does_not_stop_the_work)
{
    struct world world = { 0 };
    struct fixture *fx = fixture_new_with(&maker, &world, 0);
    struct pong pong;

    fx->skew_us = DAYS(1);
    fixture_wait(fx, SECONDS(3));
    CHECK(fixture_input(fx, begin, &world));
    fx->skew_us = 0;
    CHECK_INT(call_ping(&fx->client, &(struct nothing){ 0 }, &pong), CALL_DONE);
    fixture_wait(fx, SECONDS(2));
    CHECK_INT(world.flips, 1);
    CHECK_INT(fixture_rows(fx, &made), ROWS);
    fixture_free(fx);
}

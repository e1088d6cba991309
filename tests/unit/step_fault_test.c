// SPDX-License-Identifier: Apache-2.0
// A disk that takes nothing: what writes is answered `unavailable`, what reads goes on.
#include <signal.h>
#include <sys/resource.h>

#include "tests/unit/step_desk.h"

// Files of this process may not grow any further: what a full disk looks like to LMDB.
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = bytes;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

TEST(a_full_disk_refuses_writing_and_goes_on_reading)
{
    struct fixture *fx = fixture_new(&desk_service);
    struct page page = { 0 };
    struct team_page teams;
    int added = 0;

    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    fx->client.wait_ms = 3000;
    limit_files((rlim_t)96 << 10);
    while (added < 2000 && desk_add_team(fx, "a team that takes some room") == CALL_DONE)
        added++;
    struct err refused = fx->client.refused;
    bool listed = call_team_list(&fx->client, &page, &teams) == CALL_DONE;
    limit_files(RLIM_INFINITY);
    CHECK(added > 0 && added < 2000);
    CHECK_REFUSED(&refused, ERR_UNAVAILABLE, "");
    CHECK(refused.retry_after_ms > 0);
    CHECK(listed);
    CHECK_INT(fixture_rows(fx, &desk_teams), added);
    CHECK_INT(fixture_facts(fx, "team"), added);
    CHECK(desk_add_team(fx, "room again") == CALL_DONE);
    CHECK_INT(fixture_rows(fx, &desk_teams), added + 1);
    fixture_free(fx);
}

// What a port reported while nothing could be written is told as not committed: it asks again.
static bool add_row(struct request *rq, void *argument)
{
    struct team row = { .id = new_id(rq),
                        .version = 1,
                        .name = argument,
                        .edited_at = rq->now_us,
                        .edited_by = "port" };

    return table_put(rq->txn, &desk_teams, &row, &rq->err);
}

TEST(an_input_learns_that_it_was_not_committed)
{
    struct fixture *fx = fixture_new(&desk_service);
    char name[] = "reported by a port";
    int added = 0;

    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    limit_files((rlim_t)96 << 10);
    while (added < 2000 && fixture_input(fx, add_row, name))
        added++;
    limit_files(RLIM_INFINITY);
    CHECK(added > 0 && added < 2000);
    CHECK_INT(fixture_rows(fx, &desk_teams), added);
    CHECK(fixture_input(fx, add_row, name));
    CHECK_INT(fixture_rows(fx, &desk_teams), added + 1);
    fixture_free(fx);
}

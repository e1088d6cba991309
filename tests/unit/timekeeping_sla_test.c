// SPDX-License-Identifier: Apache-2.0
// Deadlines in business hours: at weekends, holidays, closed days, over both changes of the clock;
// while it waited for the customer the agreement's clock stood.
#include "services/timekeeping/sla.h"

#include "common/base/civil.h"
#include "common/base/id.h"
#include "proto/settings.h"
#include "tests/harness/test.h"

static int64_t at(const char *rfc3339)
{
    int64_t time_us = 0;
    CHECK(civil_parse_rfc3339(rfc3339, &time_us));
    return time_us;
}

static struct arena *memory(void)
{
    static struct arena *arena;
    if (!arena)
        arena = arena_new((size_t)4 << 20);
    return arena;
}

static const struct calendar *calendar(const char *typed, const char *holidays)
{
    struct calendar_source source = { .hours = typed,
                                      .zone = "Europe/Berlin",
                                      .holidays = holidays };
    const struct calendar *made = calendar_make(&source, memory());
    CHECK(made != NULL);
    return made;
}

#define OFFICE "Mo–Fr 08:00–18:00"

static struct inquiry opened(const char *when)
{
    return (struct inquiry){ .state = inquiry_state_OPEN, .opened_at = at(when) };
}

TEST(deadlines_lie_in_business_hours)
{
    static const struct {
        const char *opened;
        int64_t minutes;
        const char *want; // UTC
    } cases[] = {
        // A Wednesday in winter: 10:00 is 09:00 UTC.
        { "2026-02-04T09:00:00Z", 60, "2026-02-04T10:00:00Z" },
        // Ending exactly with the day is still that day; a minute more is the next one.
        { "2026-02-04T09:00:00Z", 480, "2026-02-04T17:00:00Z" },
        { "2026-02-04T09:00:00Z", 481, "2026-02-05T07:01:00Z" },
        // Opened before or after hours, it counts from the next opening.
        { "2026-02-04T05:00:00Z", 30, "2026-02-04T07:30:00Z" },
        { "2026-02-04T17:00:00Z", 30, "2026-02-05T07:30:00Z" },
        { "2026-02-04T16:59:00Z", 2, "2026-02-05T07:01:00Z" },
        // Friday to Monday; opened on Saturday.
        { "2026-02-06T16:00:00Z", 120, "2026-02-09T08:00:00Z" },
        { "2026-02-07T12:00:00Z", 60, "2026-02-09T08:00:00Z" },
        // Maundy Thursday over Good Friday and Easter Monday to Tuesday.
        { "2026-04-02T15:00:00Z", 120, "2026-04-07T07:00:00Z" },
        // The clocks go forward on Sunday 29 March, back on Sunday 25 October.
        { "2026-03-27T16:00:00Z", 120, "2026-03-30T07:00:00Z" },
        { "2026-10-23T15:00:00Z", 120, "2026-10-26T08:00:00Z" },
        // Over Christmas 2026 (Friday and Saturday) and New Year (Friday).
        { "2026-12-24T16:30:00Z", 60, "2026-12-28T07:30:00Z" },
        { "2026-12-31T16:30:00Z", 60, "2027-01-04T07:30:00Z" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sla sla = { .has_respond_minutes = true,
                           .respond_minutes = cases[i].minutes,
                           .has_solve_minutes = true,
                           .solve_minutes = cases[i].minutes };
        struct inquiry row = opened(cases[i].opened);
        sla_deadlines(&sla, calendar(OFFICE, "DE-BE"), row.opened_at, &row);
        CHECK(row.has_respond_by && row.has_solve_by);
        CHECK_STR(civil_rfc3339(row.respond_by).text, civil_rfc3339(at(cases[i].want)).text);
        CHECK_INT(row.solve_by, row.respond_by);
    }
}

// Day and night, business time is real time: the lost hour is not counted, the doubled one is.
TEST(around_the_clock_hours_are_hours)
{
    struct sla sla = { .has_solve_minutes = true, .solve_minutes = 180 };
    struct inquiry spring = opened("2026-03-29T00:00:00Z");
    struct inquiry autumn = opened("2026-10-25T00:00:00Z");
    sla_deadlines(&sla, calendar(NULL, NULL), spring.opened_at, &spring);
    sla_deadlines(&sla, calendar(NULL, NULL), autumn.opened_at, &autumn);
    CHECK_INT(spring.solve_by, at("2026-03-29T03:00:00Z"));
    CHECK_INT(autumn.solve_by, at("2026-10-25T03:00:00Z"));
    CHECK(!spring.has_respond_by);
}

TEST(hours_over_the_night_of_the_change)
{
    struct sla sla = { .has_solve_minutes = true, .solve_minutes = 240 };
    const struct calendar *nights = calendar("Sa–So 22:00–06:00", NULL);
    // Saturday 22:00 until Sunday 06:00 local: seven real hours in spring, nine in autumn.
    struct inquiry spring = opened("2026-03-28T22:00:00Z"); // 23:00 local
    struct inquiry autumn = opened("2026-10-24T21:00:00Z"); // 23:00 local
    sla_deadlines(&sla, nights, spring.opened_at, &spring);
    sla_deadlines(&sla, nights, autumn.opened_at, &autumn);
    CHECK_INT(spring.solve_by, at("2026-03-29T02:00:00Z")); // 04:00 summer time
    CHECK_INT(autumn.solve_by, at("2026-10-25T01:00:00Z")); // 02:00, the second one
    CHECK_INT(calendar_between(nights, at("2026-03-28T21:00:00Z"), at("2026-03-29T04:00:00Z")),
              SECONDS(7 * 3600));
    CHECK_INT(calendar_between(nights, at("2026-10-24T20:00:00Z"), at("2026-10-25T05:00:00Z")),
              SECONDS(9 * 3600));
}

TEST(waiting_moves_the_solution_by_the_business_time_waited)
{
    struct sla sla = { .has_respond_minutes = true,
                       .respond_minutes = 60,
                       .has_solve_minutes = true,
                       .solve_minutes = 600 };
    const struct calendar *office = calendar(OFFICE, "DE-BE");
    struct inquiry row = opened("2026-02-06T08:00:00Z"); // Friday 09:00
    sla_deadlines(&sla, office, row.opened_at, &row);
    CHECK_INT(row.solve_by, at("2026-02-09T08:00:00Z")); // nine hours on Friday, one on Monday
    int64_t respond_by = row.respond_by;
    // From Friday 17:00 until Monday 10:00: three hours of business.
    sla_wait(office, at("2026-02-06T16:00:00Z"), at("2026-02-09T09:00:00Z"), &row);
    CHECK_INT(row.waited_ms, 3 * 3600 * 1000);
    CHECK_INT(row.solve_by, at("2026-02-09T11:00:00Z"));
    CHECK_INT(row.respond_by, respond_by);
    // Waiting through a night costs nothing.
    sla_wait(office, at("2026-02-09T17:00:00Z"), at("2026-02-10T07:00:00Z"), &row);
    CHECK_INT(row.solve_by, at("2026-02-09T11:00:00Z"));
    // Another priority counts anew from the opening, later by what it waited.
    sla.solve_minutes = 60;
    sla_deadlines(&sla, office, at("2026-02-09T09:00:00Z"), &row);
    CHECK_INT(row.solve_by, at("2026-02-06T12:00:00Z"));
}

TEST(a_missed_deadline_that_lies_ahead_again_can_be_missed_again)
{
    struct sla sla = { .has_solve_minutes = true, .solve_minutes = 60 };
    struct inquiry row = opened("2026-02-04T09:00:00Z");
    row.has_solve_missed_at = true;
    sla_deadlines(&sla, calendar(NULL, NULL), at("2026-02-04T11:00:00Z"), &row);
    CHECK(row.has_solve_missed_at);
    sla.solve_minutes = 600;
    sla_deadlines(&sla, calendar(NULL, NULL), at("2026-02-04T11:00:00Z"), &row);
    CHECK(!row.has_solve_missed_at);
    sla_deadlines(NULL, NULL, at("2026-02-04T11:00:00Z"), &row);
    CHECK(!row.has_solve_by && !row.has_respond_by);
}

// Any order of waiting and counting gives the same deadline.
TEST(waiting_in_pieces_is_waiting_at_once)
{
    const struct calendar *office = calendar(OFFICE, "DE-BE");
    struct sla sla = { .has_solve_minutes = true, .solve_minutes = 300 };
    struct rng rng;
    rng_seed(&rng, test_seed());
    for (int i = 0; i < 300; i++) {
        struct inquiry row = opened("2026-03-26T08:13:00Z"), once;
        int64_t from = row.opened_at + SECONDS(60) * (int64_t)rng_below(&rng, 3000);
        int64_t middle = from + SECONDS(60) * (int64_t)rng_below(&rng, 3000);
        int64_t until = middle + SECONDS(60) * (int64_t)rng_below(&rng, 3000);
        sla_deadlines(&sla, office, row.opened_at, &row);
        once = row;
        sla_wait(office, from, middle, &row);
        sla_wait(office, middle, until, &row);
        sla_wait(office, from, until, &once);
        CHECK_INT(row.solve_by, once.solve_by);
        CHECK_INT(row.waited_ms, once.waited_ms);
        sla_deadlines(&sla, office, row.opened_at, &once);
        CHECK_INT(row.solve_by, once.solve_by);
    }
}

TEST(what_was_agreed_is_checked)
{
    struct sla_setting in = { .priority = priority_HIGH,
                              .has_respond_minutes = true,
                              .respond_minutes = 60,
                              .has_solve_minutes = true,
                              .solve_minutes = 30 };
    struct sla out;
    struct err err = { 0 };
    CHECK(!sla_make(&in, memory(), &out, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "solve_minutes");
    in.solve_minutes = 60;
    in.hours = "Mo-Fr 8-99";
    err = (struct err){ 0 };
    CHECK(!sla_make(&in, memory(), &out, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "hours");
    in.hours = "Mo-Fr 8-18";
    err = (struct err){ 0 };
    CHECK(sla_make(&in, memory(), &out, &err));
    CHECK_STR(out.hours, "Mo–Fr 08:00–18:00");
    CHECK(id_equal(out.id, sla_id(in.client, priority_HIGH)));
    CHECK(!id_equal(out.id, sla_id(in.client, priority_LOW)));
    CHECK(!id_equal(out.id, sla_id((struct id){ { 7 } }, priority_HIGH)));
}

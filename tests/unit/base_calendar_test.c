// SPDX-License-Identifier: Apache-2.0
// Hours, holidays and business time, over both changes of the clock.
#include "common/base/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/civil.h"
#include "common/base/id.h"
#include "tests/harness/test.h"

static struct zone berlin;

static int64_t at(const char *rfc3339)
{
    int64_t time_us = 0;
    CHECK(civil_parse_rfc3339(rfc3339, &time_us));
    return time_us;
}

static int64_t day(const char *text)
{
    int64_t value = 0;
    CHECK(civil_parse_date(text, &value));
    return value;
}

static struct hours read_hours(const char *typed)
{
    struct hours hours = { 0 };
    struct err err = { 0 };
    CHECK(hours_read(typed, &hours, &err));
    CHECK_OK(&err);
    return hours;
}

static const char *shown(const char *typed)
{
    static char text[HOURS_TEXT_MAX];
    struct hours hours = read_hours(typed);
    hours_show(&hours, text);
    return text;
}

// --- dates and zones
TEST(days_and_dates_are_the_same_both_ways)
{
    for (int64_t i = -800000; i < 800000; i += 37) {
        struct civil_date date = civil_date(i);
        CHECK_INT(civil_day(date), i);
    }
    CHECK_STR(civil_date_text(day("24.11.2026")).text, "2026-11-24");
    CHECK_INT(day("2024-02-29") + 1, day("2024-03-01"));
    CHECK_INT(civil_weekday(day("2026-03-02")), 1);
    CHECK_INT(civil_weekday(day("2026-03-08")), 7);
    int64_t none;
    CHECK(!civil_parse_date("2026-02-30", &none));
    CHECK(!civil_parse_date("1.1.2026", &none));
    CHECK(!civil_parse_date("2026-01-01x", &none));
}

TEST(local_moments_agree_with_the_c_library)
{
    static struct zone zone;
    struct rng rng;
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    CHECK(zone_load("Europe/Berlin", &zone));
    rng_seed(&rng, test_seed());
    for (int i = 0; i < 5000; i++) {
        time_t seconds = (time_t)rng_below(&rng, UINT64_C(4070908800)); // until 2099
        struct zone_local local = zone_local(&zone, SECONDS(seconds));
        struct tm tm;
        localtime_r(&seconds, &tm);
        CHECK_INT(local.second, tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
        int64_t first = zone_time_us(&zone, local.day, local.second, ZONE_FIRST);
        int64_t second = zone_time_us(&zone, local.day, local.second, ZONE_SECOND);
        CHECK(first == SECONDS(seconds) || second == SECONDS(seconds));
        CHECK(first == second || second - first == SECONDS(3600));
    }
}

TEST(the_clocks_skip_an_hour_and_repeat_one)
{
    CHECK(zone_load("Europe/Berlin", &berlin));
    int64_t spring = day("2026-03-29"), autumn = day("2026-10-25");
    CHECK_INT(zone_time_us(&berlin, spring, 2 * 3600 - 1, ZONE_FIRST), at("2026-03-29T00:59:59Z"));
    CHECK_INT(zone_time_us(&berlin, spring, 2 * 3600 + 1800, ZONE_FIRST),
              at("2026-03-29T01:00:00Z"));
    CHECK_INT(zone_time_us(&berlin, spring, 3 * 3600, ZONE_FIRST), at("2026-03-29T01:00:00Z"));
    CHECK_INT(zone_time_us(&berlin, autumn, 2 * 3600, ZONE_FIRST), at("2026-10-25T00:00:00Z"));
    CHECK_INT(zone_time_us(&berlin, autumn, 2 * 3600, ZONE_SECOND), at("2026-10-25T01:00:00Z"));
    CHECK_INT(zone_time_us(&berlin, autumn, 3 * 3600, ZONE_FIRST), at("2026-10-25T02:00:00Z"));
    CHECK_INT(zone_time_us(&berlin, autumn, DAY_SECONDS, ZONE_FIRST), at("2026-10-25T23:00:00Z"));
    CHECK_INT(zone_time_us(&berlin, day("2061-03-27"), 9000, ZONE_FIRST),
              at("2061-03-27T01:00:00Z"));
}

// Its last change was in 2016: nothing is repeated behind it.
TEST(a_zone_without_summer_time_stays_as_it_is)
{
    CHECK_STR(civil_local(at("2026-01-15T12:00:00Z"), "Europe/Istanbul").text,
              "15.01.2026 15:00:00");
    CHECK_STR(civil_local(at("2026-07-15T12:00:00Z"), "Europe/Istanbul").text,
              "15.07.2026 15:00:00");
    struct zone none;
    CHECK(!zone_load("No/Where", &none));
    CHECK_INT(zone_local(&none, 0).second, 0);
}

// --- hours
TEST(hours_are_read_as_people_write_them)
{
    const char *const week = "Mo–Fr 08:00–12:00, 13:00–17:00; Sa 09:00–12:00";
    CHECK_STR(shown("Mo-Fr 8-12,13:00-17:00 Sa 9–12"), week);
    CHECK_STR(shown("Montag bis Freitag: 8 - 12 Uhr, 13.00–17.00 Uhr; Samstag 9 bis 12 Uhr"), week);
    CHECK_STR(shown("Mon–Fri 8–12, Mon to Fri 13–17, Sat 9-12"), week);
    CHECK_STR(shown("Sa 9-12; Fr,Mo-Do 13-17; Mo-Fr 8-12"), week);
    CHECK_STR(shown(shown("Mo-Fr 8-12,13-17 Sa 9-12")), week);
    CHECK_STR(shown("Mo, Mi, Fr 8-9"), "Mo 08:00–09:00; Mi 08:00–09:00; Fr 08:00–09:00");
    CHECK_STR(shown("Mo,Di 8-9"), "Mo, Di 08:00–09:00");
    CHECK_STR(shown("täglich 0-24"), "Mo–So 00:00–24:00");
    CHECK_STR(shown("Fr 22:00-06:00"), "Fr 22:00–24:00; Sa 00:00–06:00");
    CHECK_STR(shown("So 20-24, Sa-Mo 8-9"),
              "Mo 08:00–09:00; Sa 08:00–09:00; So 08:00–09:00, 20:00–24:00");
    CHECK_STR(shown("Mo 8-12, 12-13"), "Mo 08:00–13:00");
}

TEST(hours_that_are_none_are_refused)
{
    const char *const bad[] = { "",         "Mo",        "8-12",       "Mo 8",       "Mo 25-26",
                                "Mo 8-8",   "Mo 8:5-9",  "Mo 8-12:60", "Xy 8-12",    "Mo-Xy 8-12",
                                "Mo 24-25", "Mo 8-12;;", "Mo 8-9 x",   "Mo 123-124", "Mo 24-6" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct hours hours;
        struct err err = { 0 };
        CHECK(!hours_read(bad[i], &hours, &err));
        CHECK_REFUSED(&err, ERR_INVALID, "");
    }
    struct hours hours;
    struct err err = { 0 };
    CHECK(!hours_read("Mo-Fr 8-12; Mi 11-13", &hours, &err));
    CHECK_INT(err.text, TEXT_HOURS_OVERLAP);
    CHECK(strstr(err.german, "Mi") != NULL);
}

// Whatever is read is shown in a form that reads back equal.
TEST(the_shown_form_reads_back_equal)
{
    struct rng rng;
    rng_seed(&rng, test_seed());
    for (int i = 0; i < 300; i++) {
        char typed[400] = "", text[HOURS_TEXT_MAX], again[HOURS_TEXT_MAX];
        size_t used = 0;
        static const char *const days[] = { "Mo", "Di", "Mi", "Do", "Fr", "Sa", "So" };
        for (int d = 0; d < 7; d++) {
            int from = (int)rng_below(&rng, 1440), until = (int)rng_below(&rng, 1441);
            if (until > from)
                used += (size_t)snprintf(typed + used, sizeof typed - used, "%s %d:%02d-%d:%02d;",
                                         days[d], from / 60, from % 60, until / 60, until % 60);
        }
        if (!*typed)
            continue;
        struct hours hours = read_hours(typed);
        hours_show(&hours, text);
        hours = read_hours(text);
        hours_show(&hours, again);
        CHECK_STR(again, text);
    }
}

// --- holidays
TEST(holidays_agree_with_the_worked_out_years)
{
    FILE *file = fopen(test_path("data/holidays/probe.csv"), "re");
    char line[300], date[11], country[3], region[4], kind[2], name[120], seen[100][8];
    size_t rows = 0, places = 0, counted = 0;
    CHECK(file != NULL);
    CHECK(fgets(line, sizeof line, file) != NULL);
    while (fgets(line, sizeof line, file)) {
        CHECK_INT(sscanf(line, "%10[^;];%2[^;];%3[^;];%1[^;];%119[^\n]", date, country, region,
                         kind, name),
                  5);
        const struct holiday *holiday = holiday_on(country, region, day(date));
        CHECK(holiday != NULL);
        CHECK_STR(holiday->name, name);
        CHECK_INT(holiday->kind, kind[0] == 'g'   ? HOLIDAY_LEGAL
                                 : kind[0] == 't' ? HOLIDAY_PARTIAL
                                                  : HOLIDAY_USUAL);
        char place[8];
        (void)snprintf(place, sizeof place, "%s-%s", country, region);
        size_t i = 0;
        while (i < places && strcmp(seen[i], place) != 0)
            i++;
        if (i == places)
            memcpy(seen[places++], place, sizeof place);
        rows++;
    }
    (void)fclose(file);
    // And no others.
    for (size_t i = 0; i < places; i++) {
        char *dash = strchr(seen[i], '-');
        *dash = '\0';
        CHECK(holiday_place_known(seen[i], dash + 1));
        for (int64_t d = day("2026-01-01"); d <= day("2028-12-31"); d++)
            counted += holiday_on(seen[i], dash + 1, d) != NULL;
    }
    CHECK_INT((int64_t)rows, 1516);
    CHECK_INT((int64_t)counted, (int64_t)rows);
}

TEST(places_without_rules_are_not_known)
{
    CHECK(holiday_place_known("DE", NULL));
    CHECK(holiday_place_known("AT", "9"));
    CHECK(!holiday_place_known("AT", "0"));
    CHECK(!holiday_place_known("DE", "ZZ"));
    CHECK(!holiday_place_known("DE", "*"));
    CHECK(!holiday_place_known("FR", NULL));
    CHECK(holiday_on("DE", NULL, day("2026-06-04")) == NULL); // Corpus Christi is no national one
    CHECK_STR(holiday_on("DE", "BY", day("2026-06-04"))->name, "Fronleichnam");
}

// --- business time
static struct calendar office(const struct hours *hours)
{
    CHECK(zone_load("Europe/Berlin", &berlin));
    return (struct calendar){ .zone = &berlin, .hours = hours, .country = "DE", .region = "BE" };
}

TEST(open_and_closed_at_the_second)
{
    struct hours hours = read_hours("Mo–Fr 8–12, 13–17");
    struct calendar calendar = office(&hours);
    CHECK(!calendar_open(&calendar, at("2026-03-02T06:59:59.999999Z")));
    CHECK(calendar_open(&calendar, at("2026-03-02T07:00:00Z")));
    CHECK(calendar_open(&calendar, at("2026-03-02T10:59:59.999999Z")));
    CHECK(!calendar_open(&calendar, at("2026-03-02T11:00:00Z")));
    CHECK_INT(calendar_closes(&calendar, at("2026-03-02T07:00:00Z")), at("2026-03-02T11:00:00Z"));
    CHECK_INT(calendar_closes(&calendar, at("2026-03-02T11:00:00Z")), CALENDAR_NEVER);
    CHECK_INT(calendar_next_open(&calendar, at("2026-03-02T11:00:00Z")),
              at("2026-03-02T12:00:00Z"));
    // Friday evening to Monday; in summer an hour earlier by the world's clock
    CHECK_INT(calendar_next_open(&calendar, at("2026-03-06T16:00:00Z")),
              at("2026-03-09T07:00:00Z"));
    CHECK_INT(calendar_next_open(&calendar, at("2026-03-27T17:00:00Z")),
              at("2026-03-30T06:00:00Z"));
    // Maundy Thursday to the Tuesday after Easter
    CHECK_INT(calendar_next_open(&calendar, at("2026-04-02T15:00:00Z")),
              at("2026-04-07T06:00:00Z"));
}

TEST(closed_days_and_customs_count_as_set)
{
    struct hours hours = read_hours("Mo–Fr 8–12");
    struct calendar calendar = office(&hours);
    struct closure closures[] = { { day("2026-07-01"), day("2026-07-03"), "Betriebsferien" } };
    calendar.closures = closures;
    calendar.closure_count = 1;
    CHECK_STR(calendar_closed_day(&calendar, day("2026-07-03")), "Betriebsferien");
    CHECK_INT(calendar_next_open(&calendar, at("2026-06-30T10:00:00Z")),
              at("2026-07-06T06:00:00Z"));
    calendar.region = "BY"; // the Assumption is a holiday in a part of Bavaria only
    CHECK(calendar_closed_day(&calendar, day("2026-08-15")) == NULL);
    calendar.usual_too = true;
    CHECK_STR(calendar_closed_day(&calendar, day("2026-08-15")), "Mariä Himmelfahrt");
    struct hours sunday = read_hours("So 8-9");
    closures[0].until_day = day("2030-01-01");
    calendar.hours = &sunday;
    CHECK_INT(calendar_next_open(&calendar, at("2026-07-01T00:00:00Z")), CALENDAR_NEVER);
    CHECK_INT(calendar_add(&calendar, at("2026-07-01T00:00:00Z"), 1), CALENDAR_NEVER);
}

// The night of the change has 23 or 25 hours; who is open then works them.
TEST(business_time_over_both_changes_of_the_clock)
{
    struct hours night = read_hours("Sa 22:00–06:00");
    struct calendar calendar = office(&night);
    int64_t spring = at("2026-03-28T21:00:00Z"), autumn = at("2026-10-24T20:00:00Z");
    CHECK_INT(calendar_closes(&calendar, spring), at("2026-03-29T04:00:00Z"));
    CHECK_INT(calendar_between(&calendar, spring, spring + DAYS(2)), SECONDS(7 * 3600));
    CHECK_INT(calendar_closes(&calendar, autumn), at("2026-10-25T05:00:00Z"));
    CHECK_INT(calendar_between(&calendar, autumn, autumn + DAYS(2)), SECONDS(9 * 3600));
    CHECK_INT(calendar_add(&calendar, spring, SECONDS(6 * 3600)), at("2026-03-29T03:00:00Z"));
    CHECK_INT(calendar_add(&calendar, autumn, SECONDS(8 * 3600)), at("2026-10-25T04:00:00Z"));
    // Eight hours from the Friday before: the rest on Monday, summer time begun.
    struct hours week = read_hours("Mo–Fr 9–17");
    calendar.hours = &week;
    CHECK_INT(calendar_add(&calendar, at("2026-03-27T12:00:00Z"), SECONDS(8 * 3600)),
              at("2026-03-30T11:00:00Z"));
    struct hours skipped = read_hours("So 2:00–3:00");
    calendar.hours = &skipped; // on 29 March there is no such hour
    CHECK_INT(calendar_next_open(&calendar, at("2026-03-28T12:00:00Z")),
              at("2026-04-05T00:00:00Z"));
}

// By minutes, naively: the sum of open minutes is what `between` says and `add` undoes.
TEST(adding_and_measuring_undo_each_other)
{
    struct rng rng;
    struct hours hours = read_hours("Mo–Fr 8:15–12, 13–17:30; Sa 22–3");
    struct calendar calendar = office(&hours);
    rng_seed(&rng, test_seed());
    for (int i = 0; i < 200; i++) {
        int64_t from = at("2026-01-01T00:00:00Z") + (int64_t)rng_below(&rng, DAYS(500));
        int64_t wanted = (int64_t)rng_below(&rng, SECONDS(40 * 3600)) + 1;
        int64_t until = calendar_add(&calendar, from, wanted);
        CHECK_INT(calendar_between(&calendar, from, until), wanted);
        CHECK_INT(calendar_between(&calendar, from, until - 1), wanted - 1);
    }
    for (int i = 0; i < 5; i++) {
        int64_t from = at("2026-03-20T00:00:00Z") + (int64_t)rng_below(&rng, 1440) * SECONDS(60);
        int64_t until = from + DAYS(12), open = 0;
        for (int64_t t = from; t < until; t += SECONDS(60))
            open += calendar_open(&calendar, t) ? SECONDS(60) : 0;
        CHECK_INT(calendar_between(&calendar, from, until), open);
    }
}

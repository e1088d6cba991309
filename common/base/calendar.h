// SPDX-License-Identifier: Apache-2.0
// When somebody is there: weekly hours in a zone, less public holidays and closed days. Business
// time is real time within the open spans, whatever the clocks do.
#pragma once

#include "common/base/holiday.h"
#include "common/base/hours.h"
#include "common/base/zone.h"

// Days on which it is closed, both included.
struct closure {
    int64_t from_day, until_day; // since 1970-01-01
    const char *name;            // "Betriebsferien"; may be NULL
};

// What it points to is the caller's.
struct calendar {
    const struct zone *zone;
    const struct hours *hours; // NULL: day and night
    const char *country;       // NULL: no holidays
    const char *region;        // may be NULL
    bool usual_too;            // closed also on holidays of a part of the region or by custom
    const struct closure *closures;
    size_t closure_count;
};

#define CALENDAR_NEVER    (-1) // not within CALENDAR_DAYS_MAX days
#define CALENDAR_DAYS_MAX 800

bool calendar_open(const struct calendar *calendar, int64_t at_us);
// Why this local day is closed as a whole: the holiday's or closure's name ("" when the closure has
// none); NULL when it is an ordinary day.
const char *calendar_closed_day(const struct calendar *calendar, int64_t day);
// `at_us` itself when it is open then, else the next opening.
int64_t calendar_next_open(const struct calendar *calendar, int64_t at_us);
// The end of the span that is open at `at_us`, or CALENDAR_NEVER when it is closed; what goes on at
// midnight is one span.
int64_t calendar_closes(const struct calendar *calendar, int64_t at_us);
// When `duration_us` of open time have passed since `at_us`; 0: the next moment that is open.
int64_t calendar_add(const struct calendar *calendar, int64_t at_us, int64_t duration_us);
// Open time between two moments; 0 when `until_us` is not later.
int64_t calendar_between(const struct calendar *calendar, int64_t from_us, int64_t until_us);

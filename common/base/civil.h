// SPDX-License-Identifier: Apache-2.0
// Time as people write it. Inside, time is int64_t microseconds since 1970 UTC, always passed in.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/compiler.h"

#define SECONDS(n)      ((int64_t)(n)*1000000)
#define MILLISECONDS(n) ((int64_t)(n)*1000)
#define DAYS(n)         (SECONDS(86400) * (n))

// 1970 until June 2255: the last microsecond that every JSON reader keeps exactly (2^53 - 1).
#define CIVIL_TIME_MAX INT64_C(9007199254740991)

struct civil_text {
    char text[40];
};

// RFC 3339 in UTC with six decimals: "2026-11-24T10:41:07.123456Z".
struct civil_text civil_rfc3339(int64_t time_us);

// Reads RFC 3339 with any offset and 0 to 6 decimals; false for anything else, also for
// 30 February and for second 60.
MUST_USE bool civil_parse_rfc3339(const char *text, int64_t *ret_time_us);

// --- dates: days since 1970-01-01, in the Gregorian calendar
struct civil_date {
    int year, month, day;
};
int64_t civil_day(struct civil_date date);
struct civil_date civil_date(int64_t day);
int civil_weekday(int64_t day); // 1 Monday .. 7 Sunday
int64_t civil_easter(int year); // Easter Sunday
// "2026-11-24" or "24.11.2026"; false for anything else, also for 30 February.
MUST_USE bool civil_parse_date(const char *text, int64_t *ret_day);
struct civil_text civil_date_text(int64_t day); // "2026-11-24"

// Date and time of day in a zone ("Europe/Berlin"; the system's zone data): "24.11.2026 11:41:07".
// An unknown zone counts as UTC.
struct civil_text civil_local(int64_t time_us, const char *zone);
// The time of day only: "11:41:07".
struct civil_text civil_local_clock(int64_t time_us, const char *zone);

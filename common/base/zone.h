// SPDX-License-Identifier: Apache-2.0
// A time zone as a value: local days and times of day to moments and back, summer time included.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/compiler.h"

#define ZONE_CHANGES_MAX 512
#define DAY_SECONDS      86400

struct zone {
    size_t count;                      // changes of the offset
    int64_t times[ZONE_CHANGES_MAX];   // seconds since 1970 UTC, ascending
    int32_t offsets[ZONE_CHANGES_MAX]; // from then on, in seconds east of UTC
    int32_t first;                     // before the first change
};

// By its name in the system's zone data ("Europe/Berlin"). False for an unknown one; `out` is UTC
// then.
MUST_USE bool zone_load(const char *name, struct zone *out);

struct zone_local {
    int64_t day;    // days since 1970-01-01
    int32_t second; // of the day, 0 .. 86399
};
struct zone_local zone_local(const struct zone *zone, int64_t time_us);

// Which of two moments is meant when a clock shows a time twice.
enum zone_twice { ZONE_FIRST, ZONE_SECOND };
// The moment of a local time; `second` may be 86400 (the end of the day). A time that the clocks
// skip counts as the moment of the change.
int64_t zone_time_us(const struct zone *zone, int64_t day, int32_t second, enum zone_twice twice);

// SPDX-License-Identifier: Apache-2.0
// Public holidays [Feiertage] of Germany, Austria and Switzerland, by the rules of holidays.def.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum holiday_kind {
    HOLIDAY_LEGAL,   // in the whole region
    HOLIDAY_PARTIAL, // in a part of the region (communities) only
    HOLIDAY_USUAL,   // a day off by custom, not by law, or not everywhere
};

struct holiday {
    const char *country; // ISO 3166-1: DE, AT, CH
    const char *region;  // "*" or the land's or canton's code: BY, 9, ZH
    const char *rule;
    const char *name;
    enum holiday_kind kind;
    int from_year, until_year; // 0: open
};

// The holiday on this day (days since 1970-01-01), a legal one before others; NULL when there is
// none. `region` NULL or "": only what holds in the whole country.
const struct holiday *holiday_on(const char *country, const char *region, int64_t day);

// Whether holidays are known for the country, and within it for the region (NULL, "": of course).
bool holiday_place_known(const char *country, const char *region);

// SPDX-License-Identifier: Apache-2.0
// Times as people say them, German first: "morgen 10-12", "heute 17:00", "Freitag 9 Uhr",
// "in 30 min", "24.12. 8:15", "2026-12-01 09:00". Pure: now and the zone are given.
#pragma once

#include "common/base/err.h"
#include "common/base/zone.h"

struct when {
    int64_t from_us;
    bool has_until;
    int64_t until_us; // of a window
};

// A day without a time means its beginning at 9:00 (today: now). A weekday is the next one, today
// excluded; a date without a year is the next such day. ERR_INVALID with what would be right.
MUST_USE bool when_read(const char *text, int64_t now_us, const struct zone *zone, struct when *out,
                        struct err *err);

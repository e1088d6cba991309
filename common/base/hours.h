// SPDX-License-Identifier: Apache-2.0
// Weekly hours as people write them: "Mo–Fr 08:00–12:00, 13:00–17:00; Sa 9–12".
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/compiler.h"
#include "common/base/err.h"

#define HOURS_SPANS_MAX 56
#define HOURS_TEXT_MAX  1000 // bytes of the text form with its NUL
#define DAY_MINUTES     1440

// Wall clock, one day: what passes midnight is two spans.
struct hours_span {
    int weekday; // 1 Monday .. 7 Sunday
    int from_minute, until_minute;
};

struct hours {
    struct hours_span spans[HOURS_SPANS_MAX]; // in the order of the week; none touches another
    size_t count;
};

// Days (Mo, Di, Mi, Do, Fr, Sa, So, or Mon, Tue..., "täglich", "daily"), apart by commas or with a
// dash between, then times; several of both. "22:00–06:00" goes on into the next day, "0–24" is the
// whole day. ERR_INVALID, without a field, says what is wrong or which two spans overlap.
MUST_USE bool hours_read(const char *typed, struct hours *out, struct err *err);

// The same in one form, which hours_read gives back: "Mo–Fr 08:00–12:00, 13:00–17:00; Sa
// 09:00–12:00".
void hours_show(const struct hours *hours, char out[HOURS_TEXT_MAX]);

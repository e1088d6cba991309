// SPDX-License-Identifier: Apache-2.0
// Stop-watches [Zeitzähler] as values: what a call's part makes of its clock, and what calls leave
// of a clock that was started by hand. Spans follow from when things happened, never from when they
// were heard of.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

#define CLOCK_HAND_MAX        100
#define CLOCK_SPANS_MAX       200
#define CLOCK_CORRECTIONS_MAX 20

// --- a call's
// Of the call and which of this phone's parts it is: the same however the others are numbered.
struct id clock_id(struct id call, const char *extension, size_t nth);

// Times, state, seconds and number from the part; who and for whom is the caller's to fill. `out`
// is the clock as it was, or all zero.
void clock_follow(const struct call *call, size_t part, bool hold_counts, struct clock *out);

// --- by hand
// A time in which a call had its phone.
struct clock_busy {
    struct id clock;
    int64_t from, until; // INT64_MAX: it goes on
};

struct clock_limits {
    int64_t remind_us, limit_us; // 0: never
};

// State, spans, seconds and the times to be watched, from `hand` and the calls (in any order), as
// of `now_us`. False: the arena is full.
MUST_USE bool clock_settle(struct arena *arena, struct clock *clock, struct clock_busy *calls,
                           size_t count, const struct clock_limits *limits, int64_t now_us);

bool clock_is_on(const struct clock *clock);       // switched on by hand, a call in between or not
int64_t clock_moved_at(const struct clock *clock); // its last move by hand
// Moves by hand; clock_settle must follow. False: the arena or the list is full.
MUST_USE bool clock_switch_on(struct arena *arena, struct clock *clock, int64_t at_us);
MUST_USE bool clock_switch_off(struct arena *arena, struct clock *clock, int64_t at_us);

// Seconds as of `now_us`, corrections included: what a person is shown.
int64_t clock_seconds(const struct clock *clock, int64_t now_us);

// A correction behind the others. False: the arena or the list is full.
MUST_USE bool clock_amend(struct arena *arena, struct clock *clock,
                          const struct time_correction *correction);

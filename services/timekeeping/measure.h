// SPDX-License-Identifier: Apache-2.0
// What a measure [Maßnahme] is made of, and its time. Values in, values out.
#pragma once

#include "services/timekeeping/inquiry.h"

#define MEASURE_CLOCKS_MAX 100

// Its time runs from now on; false when it does already.
bool measure_begin(struct measure *row, int64_t now_us);
// It ran so much longer and stands since then.
void measure_count(struct measure *row, int64_t more_ms, int64_t at_us);
// Its time stands; what was counted is its raw time. False when it stood already.
bool measure_halt(struct measure *row, int64_t now_us);
// Done now, its time standing; what was begun and not ended ends now.
void measure_finish(struct measure *row, int64_t now_us);
// It has a time.
bool measure_timed(const struct measure *row);
// Its time: as corrected or given, else as measured.
int64_t measure_seconds(const struct measure *row);

// --- its clocks
// This one measures it from now on. False: the arena or the list is full.
MUST_USE bool measure_add_clock(struct arena *arena, struct measure *row, struct id clock);
// That it stopped: it stands, with the clock's time and corrections.
void measure_take_clock(struct measure *row, const struct clock *clock);
// One that it has taken counts or was corrected to something else.
void measure_retake_clock(struct measure *row, const struct clock *before,
                          const struct clock *after);

// --- given

// Raw time of beginning and end as given, unless it was counted; due again when that lies ahead.
// ERR_INVALID naming the field.
MUST_USE bool measure_settle(struct measure *row, const struct inquiry_editor *editor,
                             struct err *err);
// `out` is the row with what was given; equal to it when nothing changes.
MUST_USE bool measure_changed(const struct measure *row, const struct measure_change *change,
                              const struct inquiry_editor *editor, struct measure *out,
                              struct err *err);
// What this member of staff talked in the call on that local day, which begins and ends then.
int64_t measure_talked_ms(const struct call *call, const struct staff *staff, int64_t from_us,
                          int64_t until_us);

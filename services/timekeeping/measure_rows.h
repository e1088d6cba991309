// SPDX-License-Identifier: Apache-2.0
// Measures as rows: the one door for writing them, and what follows from their clocks.
#pragma once

#include "common/step/request.h"
#include "services/timekeeping/measure.h"

// With its fact; version and what it counts for are the caller's.
MUST_USE bool measure_put(struct request *rq, struct measure *row);

// As the next version; `before` NULL: it is new. Its entry follows, its inquiry's counts too, and
// work on it is the inquiry's answer.
MUST_USE bool measure_write(struct request *rq, struct inquiry *inquiry,
                            const struct measure *before, struct measure *row);

// A clock that has a measure was stopped, corrected or reckoned anew: the measure stands still or
// counts what the clock counts now, and its entry follows as far as billing lets it. Sets
// clock->overlap_s; the clock is written by the caller.
MUST_USE bool measure_for_clock(struct request *rq, const struct clock *before,
                                struct clock *clock);

// SPDX-License-Identifier: Apache-2.0
// From which clock a booking takes its time: a clock is booked once only, so no second is.
#pragma once

#include "common/step/request.h"

// The clock that is named, or the one of the part that this member of staff spoke in the call: the
// last part that is not booked yet. False: refused, also when a measure that will be booked has it.
// *ret has no id when neither is named, or when the call has no such part and `minutes` were given.
MUST_USE bool entry_clock_find(struct request *rq, const struct entry_new *in, struct id staff,
                               struct clock *ret);

// Its clocks: the one that it took, or all of its measure. In the request's arena; how many.
size_t entry_clocks(struct request *rq, const struct entry *entry, const struct id **ret);
// Some of them say that calls have seconds of it too.
bool entry_clocks_overlap(struct request *rq, const struct entry *entry);

// Their time is booked as this entry. No clock is no error.
MUST_USE bool entry_clock_take(struct request *rq, const struct entry *entry);
// The entry goes: its clocks are free to be booked again, unless parts of it are elsewhere.
MUST_USE bool entry_clock_free(struct request *rq, const struct entry *entry);

// SPDX-License-Identifier: Apache-2.0
// From which clock a booking takes its time: a clock is booked once only, so no second is.
#pragma once

#include "common/step/request.h"

// The clock that is named, or the one of the part that this member of staff spoke in the call: the
// last part that is not booked yet. False: refused. *ret has no id when neither is named, or when
// the call has no such part and `minutes` were given.
MUST_USE bool entry_clock_find(struct request *rq, const struct entry_new *in, struct id staff,
                               struct clock *ret);

// The clock's time is booked as this entry. No clock is no error.
MUST_USE bool entry_clock_take(struct request *rq, struct id clock, struct id entry);
// The entry goes: its clock is free to be booked again, unless parts of it are elsewhere.
MUST_USE bool entry_clock_free(struct request *rq, const struct entry *entry);

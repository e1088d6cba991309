// SPDX-License-Identifier: Apache-2.0
// Clocks as rows: written with their fact, taken by an entry and free again. What entries and
// measures need of clocks; whatever moves or reckons one is in clocks.h.
#pragma once

#include "common/step/request.h"
#include "services/timekeeping/clock.h"
#include "services/timekeeping/store_clock.h"

#define CLOCKS_SELF "timekeeping" // who moved it, when nobody did

// Whosever it is. False without a word.
MUST_USE bool clock_row(struct request *rq, struct id id, struct clock *ret);
// Writes it with its fact as the next version.
MUST_USE bool clock_put(struct request *rq, struct clock *clock, const char *by);

// The entry takes this clock's time: marks it, and fills *ret. ERR_NOT_FOUND; ERR_CONFLICT when
// another entry has it.
MUST_USE bool clock_take(struct request *rq, struct id clock, struct id entry, struct clock *ret);
// It is free again, if this entry has it. A clock that is not there any more is no error.
MUST_USE bool clock_release(struct request *rq, struct id clock, struct id entry);

// Within the scope, and of no locked file; ERR_NOT_FOUND on `id`.
MUST_USE bool clock_find(struct request *rq, struct id id, struct clock *ret);

// SPDX-License-Identifier: Apache-2.0
// What billing holds: a run's lock is one row that every booking and edit looks at, a job pins the
// entries and reports count and sum, vouchers mark them billed. Everything is said by billing's
// facts, may be told again, and ends up the same: the state of an entry follows from the run and
// the voucher that it has.
#pragma once

#include "common/step/service.h"

// Taken behind kept_run_take and kept_voucher_take, which they call.
MUST_USE bool locks_run_take(struct request *rq, const struct fact *fact, const void *row);
MUST_USE bool locks_voucher_take(struct request *rq, const struct fact *fact, const void *row);

// A job that is begun for each entry (as by_id) that billing freed and whose clocks overlap calls.
#define LOCKS_FREED "entry_freed"

// A chunk of what the locks have to do; true while there is more.
bool locks_tick(struct request *rq);

// Whether billing lets `before` (NULL: a new entry) become `after`. ERR_CONFLICT that names the
// voucher or the run. While a run pins its entries, what is booked into it is marked as not part
// of it.
MUST_USE bool locks_admit(struct request *rq, const struct entry *before, struct entry *after);

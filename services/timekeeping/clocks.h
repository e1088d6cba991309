// SPDX-License-Identifier: Apache-2.0
// Clocks in the transaction: they follow calls, are moved by hand, and are booked.
#pragma once

#include "common/step/job.h"
#include "services/timekeeping/clock.h"
#include "services/timekeeping/store_clock.h"

// --- for the rest of timekeeping
// The entry takes this clock's time: marks it, and fills *ret. ERR_NOT_FOUND; ERR_CONFLICT when
// another entry has it.
MUST_USE bool clock_take(struct request *rq, struct id clock, struct id entry, struct clock *ret);
// It is free again, if this entry has it. A clock that is not there any more is no error.
MUST_USE bool clock_release(struct request *rq, struct id clock, struct id entry);

// --- what was told
MUST_USE bool clocks_call_told(struct request *rq, const struct call *call);
MUST_USE bool clocks_staff_told(struct request *rq, const struct staff *staff);
// Reminders and limits; true while there is more.
bool clocks_tick(struct request *rq);
// Of tick's job_step: clocks of phones that were nobody's.
extern const struct job_kind clock_owner_job;

// --- asked for
MUST_USE bool clocks_start(struct request *rq, const struct clock_begin *in, struct clock *ret);
MUST_USE bool clocks_stop(struct request *rq, const struct clock_move *in, struct clock *ret);
MUST_USE bool clocks_pause(struct request *rq, const struct clock_move *in, struct clock *ret);
MUST_USE bool clocks_resume(struct request *rq, const struct clock_move *in, struct clock *ret);
MUST_USE bool clocks_correct(struct request *rq, const struct clock_correction *in,
                             struct clock *ret);
MUST_USE bool clocks_get(struct request *rq, struct id id, struct clock *ret);
MUST_USE bool clocks_list(struct request *rq, const struct clock_query *in, struct clock_page *ret);
MUST_USE bool clocks_status(struct request *rq, struct id staff, struct clock_stack *ret);

// --- between the files of clocks
#define CLOCKS_OPEN_MAX 50            // of one member of staff, by hand
#define CLOCKS_SELF     "timekeeping" // who moved it, when nobody did
// Writes it with its fact as the next version.
MUST_USE bool clock_put(struct request *rq, struct clock *clock, const char *by);
// The same when it differs from `before`.
MUST_USE bool clock_put_changed(struct request *rq, const struct clock *before, struct clock *clock,
                                const char *by);
// Reckons it anew from its moves and the calls of its member of staff.
MUST_USE bool clock_reckon(struct request *rq, struct clock *clock);
// The same with what is stored, and what follows is written: a limit, a reminder, once.
MUST_USE bool clock_again(struct request *rq, struct id id);
// This member's clocks by hand that are not stopped, in the order of their beginnings.
MUST_USE bool clocks_open(struct request *rq, struct id staff, struct clock **ret,
                          size_t *ret_count);
// Within the scope, and of no locked file; ERR_NOT_FOUND on `id`.
MUST_USE bool clock_find(struct request *rq, struct id id, struct clock *ret);
// Whose clocks are meant: `named`, else who asks. ERR_INVALID or ERR_NOT_FOUND on `staff`.
MUST_USE bool clock_staff(struct request *rq, struct id named, struct staff *ret);
// Its contact as it is now.
void clock_resolve(struct request *rq, struct clock *clock);

// SPDX-License-Identifier: Apache-2.0
// Clocks in the transaction: they follow calls and are moved by hand; the entry or measure that has
// one follows it.
#pragma once

#include "common/step/job.h"
#include "services/timekeeping/clock_rows.h"

// --- for measures
// As clocks_start, of this measure.
MUST_USE bool clocks_start_for(struct request *rq, const struct clock_begin *in, struct id measure,
                               struct clock *ret);
// As clocks_stop, but its measure does not follow: whoever stops it writes the measure.
MUST_USE bool clocks_end(struct request *rq, const struct clock_move *in, struct clock *ret);

// --- what was told
MUST_USE bool clocks_call_told(struct request *rq, const struct call *call);
MUST_USE bool clocks_staff_told(struct request *rq, const struct staff *staff);
// Reminders and limits; true while there is more.
bool clocks_tick(struct request *rq);
// Of tick: clocks of phones that were nobody's, what more a call shortens, what billing freed; true
// while there is more.
bool clocks_job_step(struct request *rq);

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
#define CLOCKS_OPEN_MAX 50 // of one member of staff, by hand
// As clock_put, when it differs from `before`.
MUST_USE bool clock_put_changed(struct request *rq, const struct clock *before, struct clock *clock,
                                const char *by);
// Reckons it anew from its moves and the calls of its member of staff.
MUST_USE bool clock_reckon(struct request *rq, struct clock *clock);
// The same with what is stored, and what follows is written: a limit, a reminder, once; its entry
// and its measure.
MUST_USE bool clock_again(struct request *rq, struct id id);
// This member's clocks by hand that are not stopped, in the order of their beginnings.
MUST_USE bool clocks_open(struct request *rq, struct id staff, struct clock **ret,
                          size_t *ret_count);
// Whose clocks are meant: `named`, else who asks. ERR_INVALID or ERR_NOT_FOUND on `staff`.
MUST_USE bool clock_staff(struct request *rq, struct id named, struct staff *ret);
extern const struct job_kind clock_owner_job, clock_reckon_job;
// Its contact as it is now.
void clock_resolve(struct request *rq, struct clock *clock);

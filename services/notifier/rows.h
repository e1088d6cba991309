// SPDX-License-Identifier: Apache-2.0
// The rows of the calls' board: made of what is known now, told to the log when they differ.
#pragma once

#include "common/step/job.h"
#include "common/step/request.h"
#include "services/notifier/store.h"

// Puts the call's row on the board, makes it anew, or takes an ended call off. Nothing is written
// when nothing shown has changed.
MUST_USE bool rows_place(struct request *rq, const struct call *call);
// Takes the call's row off, if it is there.
void rows_remove(struct request *rq, struct id id);
// Rows of the board: those with this key of this index.
struct rows_by {
    enum board_index index;
    struct id id;
    const char *phone; // of BOARD_BY_PHONE, in place of an id
};
// Makes these rows again; if they are too many for one step, a job does.
MUST_USE bool rows_again(struct request *rq, const struct rows_by *by, size_t by_count);
// So much memory is used that what else this step would make again is left to a job.
bool rows_full(const struct request *rq);
// A job makes the whole board again.
void rows_all_again(struct request *rq);

// The contact as it is now, also when it was merged into another; NULL: not known. `*id` becomes
// the one it is now, as far as merges are known.
const struct contact *rows_contact(struct request *rq, struct id *id);
// Adds behind ids[0] those that were merged into it, however indirectly; how many there are in all.
size_t rows_aliases(struct request *rq, struct id *ids, size_t room);

// A job of this kind has not begun: it will do.
bool rows_job_waits(struct request *rq, const char *kind);

#define NOTIFIER_JOBS 2
extern const struct job_kind notifier_jobs[NOTIFIER_JOBS];

// The row of the agents' board; NULL: the agent is gone.
MUST_USE bool rows_agent(struct request *rq, struct id id, const struct agent *told);

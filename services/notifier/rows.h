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
// Makes the rows with these keys of an index again; if they are too many for one step, a job does.
MUST_USE bool rows_again(struct request *rq, enum board_index by, const struct key *keys,
                         size_t key_count);

#define NOTIFIER_JOBS 1
extern const struct job_kind notifier_jobs[NOTIFIER_JOBS];

// The row of the agents' board; NULL: the agent is gone.
MUST_USE bool rows_agent(struct request *rq, struct id id, const struct agent *told);

// SPDX-License-Identifier: Apache-2.0
// A captured stream (FILE.ami, FILE.conn2.ami...) as steps in the order of time, to be played at
// real pace or at once. FILE.timing.csv says when each piece came.
#pragma once

#include "common/base/err.h"
#include "services/telephony/ami_model.h"

#define AMI_REPLAY_CONNECTIONS 16
#define AMI_REPLAY_BYTES       (INT64_C(256) * 1024 * 1024) // of one file

enum ami_replay_kind { AMI_REPLAY_CONNECTED, AMI_REPLAY_BYTES_CAME, AMI_REPLAY_LOST };

struct ami_replay_step {
    enum ami_replay_kind kind;
    size_t connection; // from 0
    int64_t at_us;     // never before the step before it
    const char *bytes; // owned by the replay
    size_t size;
};

struct ami_replay;

// Reads the files beside `path` ("FILE.ami"). Without a timing file everything came at
// `without_timing_us`, unless the PBX itself told the times (timestampevents). Errors:
// ERR_NOT_FOUND no such file, ERR_INVALID a timing file that does not fit, ERR_UNAVAILABLE
// unreadable or too large; *ret is untouched then.
MUST_USE bool ami_replay_open(const char *path, int64_t without_timing_us, struct ami_replay **ret,
                              struct err *err);
// Takes NULL.
void ami_replay_free(struct ami_replay *replay);

// The next step and NULL after the last; `peek` does not move on.
const struct ami_replay_step *ami_replay_peek(const struct ami_replay *replay);
const struct ami_replay_step *ami_replay_next(struct ami_replay *replay);

// Gives a step to the model, as the connection would have; `now_us` is step->at_us, or the present
// when it is played again as if it happened now.
void ami_replay_play(struct ami_replay *replay, const struct ami_replay_step *step,
                     struct ami_model *model, int64_t now_us);

// Read and skipped by `play` so far.
int64_t ami_replay_messages(const struct ami_replay *replay);
int64_t ami_replay_skipped(const struct ami_replay *replay);

// SPDX-License-Identifier: Apache-2.0
// The rows of what PBXs are asked to do: wanted by handlers, carried out by the port (acting.c).
// Dialling is never repeated: what was begun and not heard of again is unknown.
#pragma once

#include "common/step/request.h"

#define ACT_LATE_US (INT64_C(20) * 1000000) // what waited longer is not done any more

// The oldest wanted ones, marked as started (or failed, when they come too late): to be committed
// before the effect. At most `most` into `out`, in rq->arena; *ret_count.
MUST_USE bool acts_start(struct request *rq, struct act *out, size_t most, size_t *ret_count);
// What became of one. Nothing happens when it is not (or no more) started or unknown. `detail` is
// what the PBX said, may be NULL.
MUST_USE bool acts_finish(struct request *rq, struct id id, enum intent_state state,
                          enum text_id text, const char *detail);
// After a start of the process: what is started has become unknown. At most 200.
MUST_USE bool acts_recover(struct request *rq);
// A call has begun that a click to dial may have been the reason for: then it has happened.
MUST_USE bool acts_see_call(struct request *rq, const struct call *call);

// SPDX-License-Identifier: Apache-2.0
// A call on a hotline opens an inquiry by itself, once; or is offered to the caller's open ones.
#pragma once

#include "common/step/request.h"

// Of a followed call. False with rq->err when the store refuses.
MUST_USE bool hotline_told(struct request *rq, const struct call *call);
// The call's owner keeps it no longer: what was decided about it goes with it.
void hotline_forget(struct request *rq, struct id call);
// Those that have the call, and the open ones of this caller.
MUST_USE bool inquiries_for_call(struct request *rq, struct id call, struct inquiries_of_call *out);

// SPDX-License-Identifier: Apache-2.0
// Callbacks and resubmissions at their time, and the calls that may have been a callback.
#pragma once

#include "common/step/request.h"

// What time has changed, at most 40 rows of each; told once, also after a downtime. What was
// settled longer ago than the house keeps it is deleted, 20 of each. True while there are more.
bool callbacks_tick(struct request *rq);
// A call that was followed; `before`: as it was known until now, NULL: not at all. Answered, it is
// offered for the callbacks to this number or contact; in vain, it counts as an attempt. Each call
// once, however often it is told.
MUST_USE bool callbacks_call(struct request *rq, const struct call *before,
                             const struct call *call);

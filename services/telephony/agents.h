// SPDX-License-Identifier: Apache-2.0
// The rows of agents: kept in step with the calls, with the staff, and with the clock.
#pragma once

#include "common/step/request.h"

// The call is now as `next` says (`before`: as it was, NULL: new): whose phones ring and talk.
MUST_USE bool agents_see_call(struct request *rq, const struct call *before,
                              const struct call *next);
// A member of staff has changed; NULL: is gone.
MUST_USE bool agents_see_staff(struct request *rq, struct id id, const struct staff *staff);
// Ends wrap-ups whose time is over, at most 100; true while there are more.
bool agents_tick(struct request *rq);

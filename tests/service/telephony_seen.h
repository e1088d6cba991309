// SPDX-License-Identifier: Apache-2.0
// Calls as a source would tell them, for the tests of telephony's handlers.
#pragma once

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static inline bool record_call(struct request *rq, void *argument)
{
    return calls_record(rq, argument);
}

// What a source sees of call `ref` now; settles.
static inline void see(struct fixture *fx, const struct call *call)
{
    CHECK(fixture_input(fx, record_call, (void *)(uintptr_t)call));
}

static inline struct call inbound(struct fixture *fx, const char *ref, const char *caller,
                                  const char *called)
{
    return (struct call){ .source = "pbx",
                          .source_ref = ref,
                          .state = call_state_RINGING,
                          .direction = call_direction_INBOUND,
                          .caller = caller,
                          .called = called,
                          .started_at = fixture_now(fx) };
}

static inline void end(struct fixture *fx, struct call *call)
{
    call->state = call_state_ENDED;
    call->has_ended_at = true;
    call->ended_at = fixture_now(fx);
    call->outcome = call_outcome_ANSWERED;
    see(fx, call);
}

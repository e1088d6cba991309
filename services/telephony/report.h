// SPDX-License-Identifier: Apache-2.0
// Calls that no link tells: what a webhook says, in any order and any number of times, becomes one
// record; a call by hand is a stop-watch. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/phone.h"
#include "proto/proto.h"

#define HOOK_SOURCE   "hook:" // in front of the webhook's name
#define MANUAL_SOURCE "manual"

enum hook_kind { HOOK_RING, HOOK_ANSWER, HOOK_END };

struct report_place {
    struct arena *arena;
    struct phone_home home;
    int64_t now_us;
};

// `before` NULL: the first word of this call. Fills everything but id, version and who it is. False
// only with ERR_TOO_LARGE.
MUST_USE bool hook_apply(const struct report_place *place, enum hook_kind kind,
                         const struct hook_event *event, const struct call *before,
                         struct call *out, struct err *err);

// A call by hand, begun; `number` may be NULL. ERR_INVALID on "at" when it lies ahead.
MUST_USE bool manual_start(const struct report_place *place, const struct manual_begin *in,
                           struct call *out, struct err *err);
// This phone's part of it begins with the call. False: memory is full.
MUST_USE bool manual_talks(const struct report_place *place, const char *agent, struct call *call);
// ERR_CONFLICT when it has ended; ERR_INVALID on "at" when that lies before its beginning or ahead.
MUST_USE bool manual_stop(const struct report_place *place, const struct manual_end *in,
                          struct call *call, struct err *err);

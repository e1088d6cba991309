// SPDX-License-Identifier: Apache-2.0
// A callback [Rückruf] as a value: made, moved, settled, and what time does to it. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/phone.h"
#include "proto/proto.h"

struct callback_editor {
    struct arena *arena; // what the row points to afterwards
    const struct phone_home *home;
    int64_t now_us;
    const char *actor;
};

// Still to be made: not done and not withdrawn.
bool callback_pending(const struct callback *row);

// Version 1, in the state that the clock asks for. ERR_INVALID naming the field. Names of others
// (contact, staff) are the caller's to look up.
MUST_USE bool callback_make(const struct callback_new *in, const struct callback_editor *editor,
                            struct id id, struct callback *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes. ERR_CONFLICT
// when it is settled.
MUST_USE bool callback_apply(const struct callback *row, const struct callback_change *change,
                             const struct callback_editor *editor, struct callback *out,
                             struct err *err);
// To DONE, WITHDRAWN, or OPEN (again: as the clock asks for). ERR_CONFLICT when it is so already.
MUST_USE bool callback_move(struct callback *row, enum callback_state to, const char *result,
                            const struct callback_editor *editor, struct err *err);

// When time changes its state next; INT64_MAX: never.
int64_t callback_next_us(const struct callback *row);
// One step, if that time has come: open becomes due, due becomes overdue, each told once.
bool callback_step(struct callback *row, const struct callback_editor *editor);

// A call that may have been it. False when that changes nothing.
bool callback_offer(struct callback *row, struct id call, const struct callback_editor *editor);

// SPDX-License-Identifier: Apache-2.0
// A resubmission [Wiedervorlage] as a value: made, moved, settled, and what time does to it. Pure.
#pragma once

#include "services/timekeeping/callback.h"

bool resubmission_pending(const struct resubmission *row);
// As callback_make, callback_apply, callback_move, callback_next_us, callback_step.
MUST_USE bool resubmission_make(const struct resubmission_new *in,
                                const struct callback_editor *editor, struct id id,
                                struct resubmission *out, struct err *err);
MUST_USE bool resubmission_apply(const struct resubmission *row,
                                 const struct resubmission_change *change,
                                 const struct callback_editor *editor, struct resubmission *out,
                                 struct err *err);
MUST_USE bool resubmission_move(struct resubmission *row, enum resubmission_state to,
                                const struct callback_editor *editor, struct err *err);
int64_t resubmission_next_us(const struct resubmission *row);
bool resubmission_step(struct resubmission *row, const struct callback_editor *editor);

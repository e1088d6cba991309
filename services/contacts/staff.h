// SPDX-License-Identifier: Apache-2.0
// Staff and teams [Mitarbeiter, Teams]: making, changing, checking. Values in, values out.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// A new row, version 1. ERR_INVALID naming the field.
MUST_USE bool staff_make(const struct staff_new *in, const struct editor *editor, struct id id,
                         struct staff *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes.
MUST_USE bool staff_apply(const struct staff *row, const struct staff_change *change,
                          const struct editor *editor, struct staff *out, struct err *err);

MUST_USE bool team_make(const struct team_new *in, const struct editor *editor, struct id id,
                        struct team *out, struct err *err);

// SPDX-License-Identifier: Apache-2.0
// Clients [Mandanten]: making, changing, checking. Values in, values out.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// A new row, version 1. ERR_INVALID naming the field.
MUST_USE bool client_make(const struct client_new *in, const struct editor *editor, struct id id,
                          struct client_row *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes.
MUST_USE bool client_apply(const struct client_row *row, const struct client_change *change,
                           const struct editor *editor, struct client_row *out, struct err *err);

// SPDX-License-Identifier: Apache-2.0
// People and organisations [Kontakte]: making, changing, checking. Values in, values out.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// A new row, version 1. ERR_INVALID naming the field, also when there is no name to be had.
MUST_USE bool contact_make(const struct contact_new *in, const struct editor *editor, struct id id,
                           struct contact *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes. The version
// that the editor saw is not compared here.
MUST_USE bool contact_apply(const struct contact *row, const struct contact_change *change,
                            const struct editor *editor, struct contact *out, struct err *err);

// SPDX-License-Identifier: Apache-2.0
// Case files and projects [Akten, Projekte]: making, changing, checking, who may see a locked one.
// Values in, values out.
#pragma once

#include "proto/party.h"
#include "proto/proto.h"
#include "services/contacts/editor.h"

// A new row, version 1; every party already has its name. ERR_INVALID naming the field.
MUST_USE bool file_make(const struct file_new *in, const struct editor *editor, struct id id,
                        struct file *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes. The version
// that the editor saw is not compared here.
MUST_USE bool file_apply(const struct file *row, const struct file_change *change,
                         const struct editor *editor, struct file *out, struct err *err);

// `out`: `row`, one version on, seen by one more member of staff, with who did it and why.
MUST_USE bool file_let_in(const struct file *row, const struct file_admission *in,
                          const struct editor *editor, struct file *out, struct err *err);

// SPDX-License-Identifier: Apache-2.0
// Case files and projects [Akten, Projekte]: making, changing, checking, who may see a locked one.
// Values in, values out.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// A new row, version 1; every party already has its name. ERR_INVALID naming the field.
MUST_USE bool file_make(const struct file_new *in, const struct editor *editor, struct id id,
                        struct file *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes. The version
// that the editor saw is not compared here.
MUST_USE bool file_apply(const struct file *row, const struct file_change *change,
                         const struct editor *editor, struct file *out, struct err *err);

// A locked file is seen by its lawyer, its clerk and those named in seen_by; `actor` is a staff id
// as text, or a principal's name, who sees none.
bool file_shows(const struct file *file, const char *actor);

// `out`: `row`, one version on, seen by one more member of staff, with who did it and why.
MUST_USE bool file_let_in(const struct file *row, const struct file_admission *in,
                          const struct editor *editor, struct file *out, struct err *err);

enum party_side party_side_of(enum party_role role);
// The gravest part that the contact has in the file: the other side first, then ours, then the
// rest. party_role_ABSENT when it has none.
enum party_role file_role_of(const struct file *file, struct id contact);

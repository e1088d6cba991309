// SPDX-License-Identifier: Apache-2.0
// What a role in a file means: on which side it stands, which of several counts; who sees a locked
// file. Pure.
#pragma once

#include "proto/proto.h"

enum party_side party_side_of(enum party_role role);
// The gravest part that the contact has in the file: the other side first, then ours, then the
// rest. party_role_ABSENT when it has none.
enum party_role file_role_of(const struct file *file, struct id contact);
// A locked file is seen by its lawyer, its clerk and those named in seen_by; `actor` is a staff id
// as text, or a principal's name, who sees none.
bool file_shows(const struct file *file, const char *actor);

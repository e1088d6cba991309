// SPDX-License-Identifier: Apache-2.0
// What a role in a file means: on which side it stands, which of several counts. Pure.
#pragma once

#include "proto/proto.h"

enum party_side party_side_of(enum party_role role);
// The gravest part that the contact has in the file: the other side first, then ours, then the
// rest. party_role_ABSENT when it has none.
enum party_role file_role_of(const struct file *file, struct id contact);

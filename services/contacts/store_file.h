// SPDX-License-Identifier: Apache-2.0
// The tables of case files and of conflict checks.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table file_table;
extern const struct table conflict_table; // key: the id, which ascends with time

extern const struct index file_by_number; // unique: client, number folded
struct key file_number_key(struct id client, const char *number, struct arena *arena);

// SPDX-License-Identifier: Apache-2.0
// The work list of missed calls.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table missed_table;
extern const struct index *const missed_open;    // (contact's id as text, or a number): open ones
extern const struct index *const missed_by_last; // (settled?, last_at)

struct key missed_who_key(const char *who);
struct key missed_done_key(bool done);
struct key missed_last_key(bool done, int64_t last_at);

// SPDX-License-Identifier: Apache-2.0
// The mail room's tables.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table mail_table;
extern const struct index *const mail_by_note;  // (note)
extern const struct index *const mail_by_state; // (state, next_at or moved_at)
extern const struct index *const mail_by_time;  // (wanted_at)
extern const struct table letter_table;

struct key mail_state_key(enum mail_state state);
struct key mail_time_key(int64_t wanted_at);

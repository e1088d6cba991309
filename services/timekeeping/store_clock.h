// SPDX-License-Identifier: Apache-2.0
// The table of clocks.
#pragma once

#include "common/store/store.h"

extern const struct table clock_table;
extern const struct index *const clock_by_staff;   // (staff, started_at)
extern const struct index *const clock_by_start;   // (started_at)
extern const struct index *const clock_by_end;     // clock_end_key
extern const struct index *const clock_by_call;    // (call)
extern const struct index *const clock_by_due;     // (remind_at or limit_at)
extern const struct index *const clock_by_unowned; // (extension, id)

// Of this member's clocks, a call's or by hand.
struct key clock_of_key(struct id staff, bool by_hand);
// By when they ended; INT64_MAX: those that have not.
struct key clock_end_key(struct id staff, bool by_hand, int64_t end);
struct key clock_staff_key(struct id staff, int64_t started_at);
struct key clock_start_key(int64_t started_at);
struct key clock_unowned_key(const char *extension);

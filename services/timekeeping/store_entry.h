// SPDX-License-Identifier: Apache-2.0
// The tables of kinds of service, rounding rules, entries and billing locks.
#pragma once

#include "services/timekeeping/store.h"

extern const struct index *const service_kind_by_key; // kind_key, unique

extern const struct index *const entry_by_time;    // (began_at)
extern const struct index *const entry_by_staff;   // (staff, began_at)
extern const struct index *const entry_by_file;    // (file, began_at)
extern const struct index *const entry_by_contact; // (contact, began_at)
extern const struct index *const entry_by_client;  // (client, began_at)
extern const struct index *const entry_by_call;    // (call, began_at)
extern const struct index *const entry_by_inquiry; // (inquiry, began_at)
extern const struct index *const entry_by_booker;  // (booked_by, booked_at)
extern const struct index *const entry_unbilled;   // (file or zero for all, began_at): not billed
extern const struct index *const entry_by_block;   // entry_block_key and began_at
extern const struct index *const entry_by_run;     // (run, customer)

extern const struct index *const billing_lock_pinning; // those in this state

// As key_of_id for the rows of an index that goes on with a time.
struct key entry_place_key(struct id id, int64_t began_at);
struct key entry_time_key(int64_t began_at);
struct key entry_booker_key(const char *booked_by);
struct key entry_run_key(struct id run, struct id customer);

// What is rounded as a whole, in the order of beginnings: open entries (run zero), or those that a
// run has or had. Only of entries whose rounding has the scope of a day or file.
struct key entry_block_key(const struct entry *entry, struct id run);

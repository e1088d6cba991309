// SPDX-License-Identifier: Apache-2.0
// The tables about clients' people, staff's absences, told messages, deletions and appointments.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table member_table;
extern const struct index *const member_by_client; // (client)

extern const struct table absence_table;
extern const struct index *const absence_by_staff; // (staff, until)

extern const struct table told_table;
extern const struct index *const told_by_contact; // (contact, told_at)

// What telephony tells of clients; see store_people.c.
extern const struct table diversion_table;

extern const struct table purge_notice_table;
extern const struct index *const purge_notice_due; // (delete_at)
extern const struct table purge_log_table;
extern const struct table purge_kept_table;
extern const struct index *const purge_kept_due; // (undo_until)
extern const struct table purge_mark_table;

extern const struct table appointment_table;
extern const struct index *const appointment_by_start;   // (starts_at)
extern const struct index *const appointment_by_staff;   // (staff, starts_at)
extern const struct index *const appointment_by_contact; // (contact, starts_at)
extern const struct table reminder_table;
extern const struct index *const reminder_due; // (due_at), those not told
extern const struct table calendar_key_table;
extern const struct index *const calendar_by_hash; // unique

struct key id_time_key(struct id id, int64_t time_us);
struct key time_key(int64_t time_us);
struct key hash_key(struct bytes hash);

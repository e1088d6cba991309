// SPDX-License-Identifier: Apache-2.0
// The tables of inquiries, their moves and measures, service agreements, hotline calls.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table inquiry_table;
extern const struct index *const inquiry_by_number;        // (number), unique
extern const struct index *const inquiry_by_time;          // inquiry_time_key
extern const struct index *const inquiry_by_client;        // inquiry_place_key
extern const struct index *const inquiry_by_contact;       // likewise
extern const struct index *const inquiry_by_file;          // likewise
extern const struct index *const inquiry_by_staff;         // likewise
extern const struct index *const inquiry_by_team;          // likewise
extern const struct index *const inquiry_by_call;          // (call)
extern const struct index *const inquiry_by_message;       // (Message-ID)
extern const struct index *const inquiry_open_by_due;      // inquiry_due_key
extern const struct index *const inquiry_open_by_priority; // inquiry_priority_key
extern const struct index *const inquiry_open_by_caller;   // inquiry_caller_key
extern const struct index *const inquiry_by_wake;          // (inquiry_wakes_at)

struct key inquiry_text_key(const char *text);
struct key inquiry_time_key(int64_t opened_at);
struct key inquiry_place_key(struct id id, int64_t opened_at);
struct key inquiry_due_key(const struct inquiry *row);
struct key inquiry_priority_key(const struct inquiry *row);
// Of a contact, or (when that is zero) of a number, within the client.
struct key inquiry_caller_key(struct id client, struct id contact, const char *phone);

extern const struct table inquiry_move_table;
extern const struct index *const inquiry_move_by_inquiry; // (inquiry, place)
extern const struct table inquiry_year_table;
extern const struct table hotline_call_table;

extern const struct table measure_table;
extern const struct index *const measure_by_inquiry; // (inquiry, place)
extern const struct index *const measure_by_staff;   // (staff, added_at)
extern const struct index *const measure_by_time;    // (added_at)
extern const struct index *const measure_by_due;     // (due_at) of those to be reminded of
extern const struct index *const measure_running;    // (staff)

extern const struct table sla_table;

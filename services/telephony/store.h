// SPDX-License-Identifier: Apache-2.0
// telephony's tables: the calls, and what is known of contacts, clients and staff from the facts of
// the contacts service (only the columns that a ring needs).
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table call_table;
extern const struct index *const call_by_ref;    // unique: (source, source_ref)
extern const struct index *const call_by_start;  // (started_at)
extern const struct index *const call_by_client; // (client, started_at)
extern const struct index *const call_by_number; // (caller or called, started_at)
extern const struct index *const call_live;      // (source), calls that have not ended

extern const struct table known_contact_table;
extern const struct index *const known_contact_by_number; // (client, e164)
extern const struct table known_client_table;
extern const struct index *const known_client_by_number; // (e164)
extern const struct table known_staff_table;
extern const struct index *const known_staff_by_extension; // (extension)

extern const struct table known_merged_table;        // where contacts went
extern const struct index *const known_merged_by_to; // (to)

extern const struct table agent_table;
extern const struct index *const agent_by_wrap_up; // (wrap_up_until)

extern const struct table act_table;
extern const struct index *const act_by_state; // (state, wanted_at), only wanted and started ones

extern const struct table hotline_table;

#define TELEPHONY_TABLES 15
extern const struct table *const telephony_tables[TELEPHONY_TABLES];

struct key call_ref_key(const char *source, const char *source_ref);
struct key call_start_key(int64_t started_at);
struct key call_client_key(struct id client, int64_t started_at);
struct key call_number_key(const char *number, int64_t started_at);
struct key call_source_key(const char *source);
// A key of just this text, for walks over the indexes by number and by extension.
struct key number_key(const char *e164);
struct key known_number_key(struct id client, const char *e164);
struct key act_state_key(enum intent_state state);

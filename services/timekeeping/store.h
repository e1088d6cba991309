// SPDX-License-Identifier: Apache-2.0
// timekeeping's tables. Its own rows first; then what is known of the others from their facts
// (kept.h). Numbers: 1-19 rows, 20-29 and 65-69 known, 30-34 clocks, 35-39 entries, 40-44
// inquiries, 45-49 callbacks, 50-54 attachments, 55-59 mails, 60-64 searching.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table service_kind_table;
extern const struct table rounding_rule_table;
extern const struct table entry_table;
extern const struct table billing_lock_table;
extern const struct table entry_block_table;

#define TIMEKEEPING_TABLES 35
extern const struct table *const timekeeping_tables[TIMEKEEPING_TABLES];

// The key of rows whose first field is their id.
void row_id_key(const void *row, struct key *key);

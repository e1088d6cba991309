// SPDX-License-Identifier: Apache-2.0
// The notifier's tables: the board, and what it remembers of the facts that it follows.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table board_call_table;
enum board_index {
    BOARD_BY_CONTACT,
    BOARD_BY_CLIENT,
    BOARD_BY_PHONE,
    BOARD_BY_RESPONSIBLE,
    BOARD_INDEXES
};
extern const struct index board_call_indexes[BOARD_INDEXES];

extern const struct table board_agent_table;

// Of these rows only what a board or a mail shows, and what their records require.
extern const struct table shown_contact_table;
extern const struct table shown_client_table;
extern const struct table shown_team_table;
extern const struct table shown_staff_table;
extern const struct index shown_staff_by_extension;

// Where contacts went that were merged away.
extern const struct table shown_merged_table;
extern const struct index shown_merged_by_to;

// Files that are open and not locked.
extern const struct table shown_file_table;
extern const struct index shown_file_by_party;

#define NOTIFIER_TABLES 22
extern const struct table *const notifier_tables[NOTIFIER_TABLES];

struct contact contact_kept(const struct contact *contact);
struct client_row client_kept(const struct client_row *client);
struct staff staff_kept(const struct staff *staff);

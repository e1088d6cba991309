// SPDX-License-Identifier: Apache-2.0
// Callbacks and resubmissions are found alike: by whose they are, of what, and when. Who stands in.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

enum todo_index {
    TODO_BY_NEXT, // (when time changes its state)
    TODO_WORK,    // (settled, time)
    TODO_WHOSE,   // (staff or deputy, settled, time)
    TODO_TEAM,    // (team, settled, time)
    TODO_CONTACT, // (contact, settled, time)
    TODO_FILE,    // (file, settled, time)
    TODO_INQUIRY, // (inquiry, settled, time)
    TODO_INDEXES
};

extern const struct table callback_table;
extern const struct index callback_indexes[TODO_INDEXES + 1];
extern const struct index *const callback_by_number; // (number) of those to be made
extern const struct table resubmission_table;
extern const struct index resubmission_indexes[TODO_INDEXES];
extern const struct table stand_in_table;
extern const struct table stand_in_mark_table;

// What both have, for whoever looks for them.
struct todo {
    struct id id, client, staff, deputy, team, contact, file, inquiry;
    bool settled;
    enum pending state;
    int64_t time_us; // to be made: when; settled: when that was
    int64_t next_us;
};
struct todo todo_of_callback(const void *row);
struct todo todo_of_resubmission(const void *row);

// `whose` zero: all.
struct key todo_key(struct id whose, bool settled);
struct key todo_time_key(struct id whose, const struct todo *todo);

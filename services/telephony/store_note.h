// SPDX-License-Identifier: Apache-2.0
// Call notes with all their editions, and templates.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table note_table;
extern const struct index *const note_by_call;    // (call, called_at)
extern const struct index *const note_by_client;  // (client, called_at)
extern const struct index *const note_by_contact; // (contact, called_at)
extern const struct index *const note_by_file;    // (file, called_at)
extern const struct index *const note_by_staff;   // (staff, called_at)
extern const struct index *const note_by_time;    // (called_at)

// Former editions under (note, edition): the same record as the note's.
extern const struct table note_edition_table;
extern const struct table template_table;

struct key note_time_key(int64_t called_at);
struct key note_place_key(struct id id, int64_t called_at); // of the indexes that begin with an id
struct key note_edition_key(struct id note, int64_t edition);

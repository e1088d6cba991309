// SPDX-License-Identifier: Apache-2.0
// The tables of contacts, and the keys by which they are searched.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table contact_table;
extern const struct table client_table;
extern const struct table staff_table;
extern const struct table team_table;

enum contact_index {
    CONTACT_BY_NUMBER,
    CONTACT_BY_IDLE, // (edited_at), mere callers that are not kept
    CONTACT_INDEXES
};
extern const struct index contact_indexes[CONTACT_INDEXES];
extern const struct index client_by_number;   // unique; a closed client holds no number
extern const struct index staff_by_extension; // unique; who has left holds no extension

#define CONTACTS_TABLES 17
extern const struct table *const contacts_tables[CONTACTS_TABLES];

// The text by which a contact is found by name, folded: name and its parts, organisation, customer
// number. NULL when the arena is full.
MUST_USE const char *contact_words(const struct contact *contact, struct arena *arena);

struct key contact_number_key(struct id client, const char *e164);
struct key text_key(const char *text); // of a client's number, of an extension

// SPDX-License-Identifier: Apache-2.0
// The tables of contacts, and the keys by which they are searched.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table contact_table;
extern const struct table client_table;
extern const struct table staff_table;
extern const struct table team_table;
extern const struct table caller_made_table;

enum contact_index {
    CONTACT_BY_NUMBER,
    CONTACT_BY_IDLE, // (edited_at), mere callers that are not kept
    CONTACT_BY_LIKENESS,
    CONTACT_BY_NAME, // (client, the name's words in order)
    CONTACT_INDEXES
};
extern const struct index contact_indexes[CONTACT_INDEXES];
extern const struct index client_by_number;   // unique; a closed client holds no number
extern const struct index staff_by_extension; // unique; who has left holds no extension

// See store_merge.c.
extern const struct table merged_table;
extern const struct table merge_detail_table;
extern const struct index merged_indexes[];
enum merged_index { MERGED_BY_TO, MERGED_BY_TIME, MERGED_INDEXES };
extern const struct table import_table;
extern const struct index import_by_digest;
struct key merged_to_key(struct id to);
struct key import_digest_key(struct id client, const char *digest);

#define CONTACTS_TABLES 21
extern const struct table *const contacts_tables[CONTACTS_TABLES];

// The text by which a contact is found by name, folded: name and its parts, organisation, customer
// number. NULL when the arena is full.
MUST_USE const char *contact_words(const struct contact *contact, struct arena *arena);

struct key contact_likeness_key(struct id client, enum likeness likeness, const char *value);
// `words` as likeness_name gives them; very long ones are cut, so that names must be compared.
struct key contact_name_key(struct id client, const char *words);
struct key contact_number_key(struct id client, const char *e164);
struct key text_key(const char *text); // of a client's number, of an extension

// SPDX-License-Identifier: Apache-2.0
// Foreign lists of contacts: which column means what, and a row as a new contact. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/zone.h"
#include "proto/proto.h"

enum meaning {
#define MEANING(name, word, title, width) COLUMN_##name,
#define HEADING(meaning, words)
#define QUALIFIER(label, words)
#include "services/contacts/columns.def"
#undef MEANING
#undef HEADING
#undef QUALIFIER
    COLUMN_MEANINGS
};

struct column {
    int meaning;          // of enum meaning; in a list of files of enum file_meaning. 0: nothing
    const char *heading;  // as in the file
    const char *label;    // "Büro", "mobil"...; NULL: none said
    int instance;         // the number in "Telefon 2"; 0: none said
    enum party_role role; // of a party's column in a list of files
};

#define COLUMNS_MAX 500

struct columns {
    struct column list[COLUMNS_MAX]; // by column of the file
    size_t count;
    size_t known;            // that mean something
    const struct zone *zone; // of the times in a list of files; NULL: UTC
};

// One cell of a row; by ascending column, empty ones may be left out.
struct column_cell {
    size_t column;
    const char *text;
};

// What this row would mean as a heading. False when the arena is full.
MUST_USE bool columns_read(const struct column_cell *cells, size_t count, struct arena *arena,
                           struct columns *out);
// True when a list of contacts can begin with such a heading: it names somebody or reaches them,
// and has few words that nobody knows.
bool columns_are_heading(const struct columns *columns);
// A person says what a column means: by heading, and by meaning's word. False: no such heading or
// word.
MUST_USE bool columns_set(struct columns *columns, const char *heading, const char *word,
                          struct arena *arena);

// The column with this heading, however it is written; NULL: there is none.
struct column *column_headed(struct columns *columns, const char *heading, struct arena *arena);
void columns_count(struct columns *columns); // those that mean something, anew

// The row as a new contact, with the record's limits checked. ERR_INVALID names the heading.
MUST_USE bool columns_contact(const struct columns *columns, const struct column_cell *cells,
                              size_t count, struct arena *arena, struct contact_new *out,
                              struct err *err);

const char *column_word(enum meaning meaning);
const char *column_title(enum meaning meaning);
int column_width(enum meaning meaning);

// "Deutschland", "Germany", "D", "de": "DE". NULL: a name that is not known here.
const char *country_code(const char *name, struct arena *arena);

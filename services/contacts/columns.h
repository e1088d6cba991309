// SPDX-License-Identifier: Apache-2.0
// Foreign lists of contacts: which column means what, and a row as a new contact. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
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
    enum meaning meaning;
    const char *heading; // as in the file
    const char *label;   // "Büro", "mobil"...; NULL: none said
    int instance;        // the number in "Telefon 2"; 0: none said
};

#define COLUMNS_MAX 500

struct columns {
    struct column list[COLUMNS_MAX]; // by column of the file
    size_t count;
    size_t known; // that mean something
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

// The row as a new contact, with the record's limits checked. ERR_INVALID names the heading.
MUST_USE bool columns_contact(const struct columns *columns, const struct column_cell *cells,
                              size_t count, struct arena *arena, struct contact_new *out,
                              struct err *err);

const char *column_word(enum meaning meaning);
const char *column_title(enum meaning meaning);
int column_width(enum meaning meaning);

// "Deutschland", "Germany", "D", "de": "DE". NULL: a name that is not known here.
const char *country_code(const char *name, struct arena *arena);

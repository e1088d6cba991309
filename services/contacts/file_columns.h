// SPDX-License-Identifier: Apache-2.0
// Foreign lists of case files: which column means what, and a row as one that imports take. Pure.
#pragma once

#include "services/contacts/columns.h"

enum file_meaning {
#define MEANING(name, word, title, width) FILE_COLUMN_##name,
#include "services/contacts/file_columns.def"
#define PART(name, word, title, words) FILE_PART_##name, // of the party of the column's role
#include "services/contacts/file_columns.def"
    FILE_COLUMN_MEANINGS
};

// As the functions of columns.h: what this row would mean as a heading; whether a list of files can
// begin so (it has their numbers and something else); what a person says of a column: a meaning's
// word, or a party's with what of it ("opponent", "court.reference").
MUST_USE bool file_columns_read(const struct column_cell *cells, size_t count, struct arena *arena,
                                struct columns *out);
bool file_columns_are_heading(const struct columns *columns);
bool file_columns_set(struct columns *columns, const char *heading, const char *word,
                      struct arena *arena);

// The row, with the record's limits checked; times are those of columns->zone. ERR_INVALID names
// the heading.
MUST_USE bool file_columns_entry(const struct columns *columns, const struct column_cell *cells,
                                 size_t count, struct arena *arena, struct file_entry *out,
                                 struct err *err);

// "Bezeichnung"; of a party with its number: "Gegner 2 Telefon". NULL when the arena is full.
const char *file_column_title(const struct column *column, struct arena *arena);
int file_column_width(const struct column *column);

// SPDX-License-Identifier: Apache-2.0
// Rows as people read them: one row as labelled lines, many as a table.
#pragma once

#include "services/cli/cli.h"

// One row: a line per field that is set, nested rows indented. `columns` NULL: all fields.
void print_row(const struct cli *cli, const struct record *record, const void *row,
               const char *columns);

// Rows behind each other in memory as a table with a heading; `columns` are field names apart by
// spaces, "contact.name" reaches into a nested row. Wide tables are cut to the terminal's width
// only in their last column. Prints a line when there are none.
void print_table(const struct cli *cli, const struct record *record, const void *rows, size_t count,
                 const char *columns);

// The value of one field as a person reads it, in the arena; "" when it is not set.
const char *print_value(const struct cli *cli, const struct field *field, const void *row);
// The same for a path ("contact.name"); "" also when something on the way is not set.
const char *print_path(const struct cli *cli, const struct record *record, const void *row,
                       const char *path);
// The field that a path ends at, and the row that holds it; NULL when there is no such field,
// *row NULL when something on the way is not set.
const struct field *print_resolve(const struct record *record, const char *path, const void **row,
                                  const struct record **ret_record);
// What people call a field, in the reader's language.
const char *print_label(const struct cli *cli, const struct field *field);

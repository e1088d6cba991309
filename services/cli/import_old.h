// SPDX-License-Identifier: Apache-2.0
// Foreign lists of inquiries: which column means what, and a row as one that is taken over. Pure.
#pragma once

#include "services/contacts/columns.h"

// As the functions of services/contacts/columns.h. A meaning is a place in import_old.def, from 1.
MUST_USE bool old_columns_read(const struct column_cell *cells, size_t count, struct arena *arena,
                               struct columns *out);
bool old_columns_are_heading(const struct columns *columns);
bool old_columns_set(struct columns *columns, const char *heading, const char *word,
                     struct arena *arena);
const char *old_column_title(const struct column *column, struct arena *arena);
// The row, with the record's limits checked; its number is the caller's to set. ERR_INVALID names
// the heading.
MUST_USE bool old_columns_row(const struct columns *columns, const struct column_cell *cells,
                              size_t count, struct arena *arena, struct inquiry_old *out,
                              struct err *err);

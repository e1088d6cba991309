// SPDX-License-Identifier: Apache-2.0
// A column of a list: which field it shows, and as what.
#pragma once

#include "common/sheet/write.h"
#include "services/cli/listing.h"

enum cell_form {
    CELL_PLAIN,   // as the field's type says: moments, numbers, texts
    CELL_SECONDS, // as minutes
    CELL_MILLIS,  // as minutes
    CELL_NAMED,   // an id of staff, team or client as its name
};

struct list_column {
    const char *path; // "inquiry.subject"
    int width;        // in characters
    enum cell_form form;
    bool sum;
};

struct list_table {
    const char *word;   // entries
    const char *method; // whose rows they are
    const char *sheet;  // the sheet's name
    const char *sheet_en;
    const char *const *halves; // questions that together give all, where none is asked; NULL: one
    const struct list_column *columns;
    size_t count;
};

extern const struct list_table list_tables[];
extern const size_t list_table_count;

// Where a column's field lies, found once for all rows; `field` NULL: there is none.
struct cell_place {
    const struct field *within; // the nested row that holds it; NULL: the row itself
    const struct field *field;
    enum cell_form form;
};
struct cell_place cell_place(const struct record *record, const struct list_column *column);

// The typed value; its text lives in the listing's page.
struct sheet_value cell_value(const struct listing *listing, const struct cell_place *place,
                              const void *row);
// Its heading in the reader's language, with the unit.
const char *cell_title(const struct listing *listing, const struct list_column *column,
                       const struct record *record);

// SPDX-License-Identifier: Apache-2.0
// Tables for people: .xlsx (typed cells, frozen heading, filter) or .csv as a German Excel opens
// it, row by row, in bounded memory. The file appears under its name only when it is whole.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

struct sheet_writer;

enum sheet_form { SHEET_FORM_XLSX, SHEET_FORM_CSV };

struct sheet_column {
    const char *title;
    int width; // in characters
    bool sum;  // of its numbers, below the last row; not in .csv, which programs read
};

// A typed cell. A spreadsheet knows time as days and their fractions, without a zone.
enum sheet_value_kind {
    SHEET_NOTHING,
    SHEET_TEXT,    // text
    SHEET_NUMBER,  // number
    SHEET_MINUTES, // number: seconds, shown as minutes with two decimals
    SHEET_DATE,    // number: days since 1970-01-01
    SHEET_MOMENT,  // number: seconds of the local clock since 1970-01-01 00:00
};
struct sheet_value {
    enum sheet_value_kind kind;
    const char *text;
    int64_t number;
};

// NULL: ERR_INVALID, the file cannot be made. Columns must live on.
MUST_USE struct sheet_writer *sheet_writer_new(enum sheet_form form, const char *path,
                                               const char *sheet,
                                               const struct sheet_column *columns, size_t count,
                                               struct err *err);
// One text a column (NULL: nothing). Texts stay texts: numbers keep their zeros and plus signs.
MUST_USE bool sheet_writer_row(struct sheet_writer *writer, const char *const *texts,
                               struct err *err);
// The same with one typed value a column.
MUST_USE bool sheet_writer_values(struct sheet_writer *writer, const struct sheet_value *values,
                                  struct err *err);
// Writes what is left and gives the file its name. Frees the writer, as sheet_writer_drop does.
MUST_USE bool sheet_writer_close(struct sheet_writer *writer, struct err *err);
// Leaves nothing behind; takes NULL.
void sheet_writer_drop(struct sheet_writer *writer);

// SPDX-License-Identifier: Apache-2.0
// Foreign tables: rows of an .xlsx or .csv file as it comes, one after the other, in bounded
// memory. Contents decide what a file is, never its name; what cannot be read is refused by name.
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "common/base/err.h"

enum cell_kind {
    CELL_TEXT,
    CELL_NUMBER,    // as typed: up to 15 digits, a point; with the zeros that its format shows
    CELL_DATE,      // "2026-11-24", "2026-11-24 10:41", "10:41:07"
    CELL_BOOL,      // "1" or "0"
    CELL_ERROR,     // "#N/A"...
    CELL_NO_RESULT, // a formula whose result the file does not hold; "": nobody should guess
};

// Only cells that hold something are told.
struct sheet_cell {
    uint32_t column; // from 0
    enum cell_kind kind;
    const char *text; // valid UTF-8; of a .csv file every cell is CELL_TEXT
};

struct sheet_row {
    int64_t number;                 // from 1, as the program that shows the table counts
    bool hidden;                    // filtered away; its contents still count
    const struct sheet_cell *cells; // by ascending column; valid until the taker returns
    size_t count;
};

// What one file may cost; what lies beyond is refused.
struct sheet_limits {
    uint64_t part_bytes; // of one part of an .xlsx file, unpacked
    uint64_t text_bytes; // of all texts that an .xlsx file keeps aside
    size_t cell_bytes;
    int64_t rows;
    uint32_t columns;
};
extern const struct sheet_limits sheet_limits_usual;

struct sheet_options {
    unsigned sheet;                    // from 1; 0: the first that is not hidden
    const struct sheet_limits *limits; // NULL: the usual ones
};

// False: no more rows are wanted.
typedef bool sheet_take(void *context, const struct sheet_row *row);

// What the file turned out to be, for people: "Excel, Blatt „Liste“" or "CSV, windows-1252, ;".
struct sheet_about {
    char form[8]; // "xlsx", "csv"
    char sheet[128];
    char encoding[16];
    char separator; // of a .csv file
};

// Reads `file` (seekable, from its start) and hands its rows over. ERR_INVALID or ERR_TOO_LARGE
// says what is wrong with it and what to do; rows before the fault were handed over already.
// `ret_about` is filled before the first row.
MUST_USE bool sheet_read(FILE *file, const struct sheet_options *options, sheet_take *take,
                         void *context, struct sheet_about *ret_about, struct err *err);

// SPDX-License-Identifier: Apache-2.0
// Lists for people as A4 pages (PDF), without a browser: title, tables whose heading is repeated on
// each page, groups and sums, page x of y. Rows are handed over one after the other and kept in a
// file of their own, so that memory stays bounded; the same rows, time and fonts give the same
// bytes. The PDF appears under its name only when it is whole. Pango keeps fonts for the life of
// the process: meant for helper processes such as the command line, never for a service.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define PAPER_COLUMNS_MAX 16

struct paper;

enum paper_align { PAPER_LEFT, PAPER_RIGHT };

struct paper_column {
    const char *title;
    double mm;    // a fixed width...
    double share; // ...or a share of what the fixed ones leave
    enum paper_align align;
};

struct paper_table {
    const char *title; // above it; NULL: none
    const struct paper_column *columns;
    size_t count;
};

enum paper_kind {
    PAPER_ROW,   // a text a column; NULL: nothing
    PAPER_GROUP, // texts[0] over the whole width, texts[1] at its right end
    PAPER_SUM,   // as PAPER_ROW, set off
    PAPER_NOTE,  // texts[0] over the whole width: "none today"
};

// How a row stands out; the signs differ in shape too, so that a copy in black and white shows
// them.
enum paper_mark {
    PAPER_PLAIN,
    PAPER_FAINT,  // grey
    PAPER_RAISED, // a narrow bar in front
    PAPER_URGENT, // a broad bar in front and a tint behind
};

struct paper_row {
    enum paper_kind kind;
    enum paper_mark mark;
    uint32_t bold; // a bit a column
    const char *texts[PAPER_COLUMNS_MAX];
};

struct paper_options {
    const char *title, *subtitle; // subtitle NULL: none
    const char *footer;           // at the left: "Rufbus · 24.11.2026 11:41"
    const char *page, *of;        // "Seite", "von"
    const char *language;         // BCP 47
    int64_t created_us;           // as the PDF says it
    bool landscape;
};

// NULL: ERR_INVALID, the file cannot be made. The options are copied, their texts must live on.
MUST_USE struct paper *paper_new(const char *path, const struct paper_options *options,
                                 struct err *err);
// Rows that follow belong to this table; its texts and columns must live on.
void paper_table(struct paper *paper, const struct paper_table *table);
// After paper_table. The texts are valid UTF-8 and only read during the call.
MUST_USE bool paper_row(struct paper *paper, const struct paper_row *row, struct err *err);
// Lays the pages out and gives the file its name. Frees the paper, as paper_drop does.
// `ret_pages` may be NULL.
MUST_USE bool paper_close(struct paper *paper, int *ret_pages, struct err *err);
// Leaves nothing behind; takes NULL.
void paper_drop(struct paper *paper);

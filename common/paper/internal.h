// SPDX-License-Identifier: Apache-2.0
// What the parts of paper share: the kept items, and one pass over them.
#pragma once

#include <stdio.h>

#include <pango/pangocairo.h>

#include "common/paper/paper.h"

#define A4_SHORT (210 * 72 / 25.4) // in points
#define A4_LONG  (297 * 72 / 25.4)

// A row as it is kept, or the beginning of a table.
struct paper_item {
    const struct paper_table *table; // not NULL: it begins here, the rest is unused
    struct paper_row row;
};

// Reads the next kept item; its texts are valid until the call after the next. False at the end,
// or when the spool cannot be read.
bool paper_next(struct paper *paper, struct paper_item *out);
void paper_rewind(struct paper *paper);

// One pass over all items; then what was recorded is drawn, with the count of pages.
struct paper_flow {
    const struct paper_options *options;
    struct paper_record *record;
    cairo_t *cairo;
    bool draws; // rather than records
    int page, pages;
    double width, height; // of the page, in points
    double y;             // where the next item begins
    const struct paper_table *table;
    double left[PAPER_COLUMNS_MAX], wide[PAPER_COLUMNS_MAX];
    PangoFontMap *fonts;
    PangoLayout *cells[PAPER_COLUMNS_MAX];
    PangoLayout *line; // for everything that is no cell
    PangoFontDescription *font, *font_bold;
};

void paper_flow_init(struct paper_flow *flow, cairo_t *cairo, const struct paper_options *options);
void paper_flow_done(struct paper_flow *flow);
// Records all; flow->page is the count of pages then.
void paper_flow_run(struct paper_flow *flow, struct paper *paper);

// --- the record of what stands on the pages
struct paper_record *paper_record_new(void);
void paper_record_free(struct paper_record *record);
struct paper_box {
    double x, y, width, height, red, green, blue;
};
void paper_put_box(const struct paper_flow *flow, const struct paper_box *box);
struct paper_place {
    double x, y, grey; // y: of the letters' foot
};
void paper_put_line(const struct paper_flow *flow, PangoLayoutLine *line,
                    const struct paper_place *place);
void paper_put_page(const struct paper_flow *flow);
// Draws it, each page with its footer. False: the record could not be kept or read.
MUST_USE bool paper_replay(struct paper_flow *flow);

// --- drawing; all in points
#define PAPER_MARGIN     42.0
#define PAPER_TOP        40.0
#define PAPER_BOTTOM     48.0 // up to the footer's line
#define PAPER_GUTTER     8.0  // in front of the first column: for the bars
#define PAPER_CELL_SPACE 8.0  // between columns
#define PAPER_GAP        5.0  // below a sum
#define PAPER_PAD        2.2  // above and below a row's text

double paper_bottom(const struct paper_flow *flow);
void paper_stripe(const struct paper_flow *flow, double grey, double y, double height);
void paper_rule(const struct paper_flow *flow, double grey, double y, double thickness);
void paper_bar(const struct paper_flow *flow, enum paper_mark mark, double y, double height);
// A single line, cut with an ellipsis where it does not fit; returns its height.
struct paper_line {
    const char *text;
    double points;
    bool bold, right;
    double grey;
    double x, width;
};
double paper_line(const struct paper_flow *flow, const struct paper_line *line, double y);
double paper_line_height(const struct paper_flow *flow, double points, bool bold);
void paper_header(struct paper_flow *flow);
void paper_footer(const struct paper_flow *flow);

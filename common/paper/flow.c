// SPDX-License-Identifier: Apache-2.0
// Which item stands where: rows stay whole where a page can hold them, headings never stand alone
// at a page's end, nor sums at a page's beginning.
#include <string.h>

#include "common/paper/internal.h"

#define TEXT_POINTS    8.2
#define HEADING_POINTS 7.6
#define TITLE_POINTS   11.0
#define GROUP_POINTS   9.0
#define MM             (72 / 25.4)

// What of a row's cells is still to be set; a row higher than a page goes on on the next one.
struct rest {
    int from[PAPER_COLUMNS_MAX]; // the next line of each cell
    bool more;
};

// --- setting up
static PangoLayout *new_layout(const struct paper_flow *flow)
{
    PangoContext *context = pango_font_map_create_context(flow->fonts);
    PangoLayout *layout = pango_layout_new(context);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72); // a point is a point
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string(flow->options->language));
    pango_layout_context_changed(layout);
    g_object_unref(context); // the layout has it
    return layout;
}

void paper_flow_init(struct paper_flow *flow, cairo_t *cairo, const struct paper_options *options)
{
    *flow = (struct paper_flow){ .options = options, .cairo = cairo };
    flow->record = paper_record_new();
    flow->width = options->landscape ? A4_LONG : A4_SHORT;
    flow->height = options->landscape ? A4_SHORT : A4_LONG;
    flow->fonts = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT); // goes with us
    flow->font = pango_font_description_from_string("DejaVu Sans, sans-serif");
    flow->font_bold = pango_font_description_from_string("DejaVu Sans, sans-serif Bold");
    flow->line = new_layout(flow);
    pango_layout_set_ellipsize(flow->line, PANGO_ELLIPSIZE_END);
    pango_layout_set_single_paragraph_mode(flow->line, TRUE);
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++) {
        flow->cells[i] = new_layout(flow);
        pango_layout_set_wrap(flow->cells[i], PANGO_WRAP_WORD_CHAR);
        pango_layout_set_attributes(flow->cells[i], attributes);
    }
    pango_attr_list_unref(attributes);
}

void paper_flow_done(struct paper_flow *flow)
{
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++)
        g_object_unref(flow->cells[i]);
    paper_record_free(flow->record);
    g_object_unref(flow->line);
    pango_font_description_free(flow->font);
    pango_font_description_free(flow->font_bold);
    g_object_unref(flow->fonts);
}

static void place_columns(struct paper_flow *flow)
{
    const struct paper_table *table = flow->table;
    double fixed = 0, shares = 0, x = PAPER_MARGIN + PAPER_GUTTER;
    for (size_t i = 0; i < table->count; i++) {
        fixed += table->columns[i].mm * MM;
        shares += table->columns[i].share;
    }
    double room = flow->width - 2 * PAPER_MARGIN - PAPER_GUTTER - fixed -
                  PAPER_CELL_SPACE * (double)(table->count - 1) - 2;
    for (size_t i = 0; i < table->count; i++) {
        double share = shares > 0 ? room * table->columns[i].share / shares : 0;
        flow->left[i] = x;
        flow->wide[i] = table->columns[i].mm * MM + share;
        x += flow->wide[i] + PAPER_CELL_SPACE;
    }
}

// --- cells
static void set_cells(struct paper_flow *flow, const char *const *texts, uint32_t bold,
                      double points)
{
    for (size_t i = 0; i < flow->table->count; i++) {
        bool right = flow->table->columns[i].align == PAPER_RIGHT;
        PangoFontDescription *font = bold >> i & 1 ? flow->font_bold : flow->font;
        pango_font_description_set_size(font, (gint)(points * PANGO_SCALE));
        pango_layout_set_font_description(flow->cells[i], font);
        pango_layout_set_width(flow->cells[i], (int)(flow->wide[i] * PANGO_SCALE));
        pango_layout_set_alignment(flow->cells[i], right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
        pango_layout_set_text(flow->cells[i], texts[i] ? texts[i] : "", -1);
    }
}

static double cells_height(const struct paper_flow *flow)
{
    int highest = 0;
    for (size_t i = 0; i < flow->table->count; i++) {
        int height;
        pango_layout_get_size(flow->cells[i], NULL, &height);
        highest = height > highest ? height : highest;
    }
    return (double)highest / PANGO_SCALE;
}

// Where lines of a cell are put; not put at all: how high they would be.
struct lines {
    double room, y, grey;
    bool put;
};

// Lines of one cell from `*from` on, as many as there is room for (one at least); returns their
// height.
static double put_lines(const struct paper_flow *flow, size_t cell, int *from,
                        const struct lines *lines)
{
    PangoLayoutIter *iter = pango_layout_get_iter(flow->cells[cell]);
    int number = 0, top = 0, used = 0, first = *from;
    do {
        int y0, y1;
        PangoRectangle extent;
        if (number++ < first)
            continue;
        pango_layout_iter_get_line_yrange(iter, &y0, &y1);
        pango_layout_iter_get_line_extents(iter, NULL, &extent);
        top = number - 1 == first ? y0 : top;
        if (number - 1 > first && y1 - top > lines->room * PANGO_SCALE)
            break;
        used = y1 - top;
        *from = number;
        if (!lines->put)
            continue;
        int baseline = pango_layout_iter_get_baseline(iter);
        struct paper_place place = { flow->left[cell] + (double)extent.x / PANGO_SCALE,
                                     lines->y + (double)(baseline - top) / PANGO_SCALE,
                                     lines->grey };
        paper_put_line(flow, pango_layout_iter_get_line_readonly(iter), &place);
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    return (double)used / PANGO_SCALE;
}

// One piece of a row: measured first, so that what lies behind the text comes before it.
static double put_piece(struct paper_flow *flow, struct rest *rest, double room,
                        const struct paper_row *row)
{
    struct rest before = *rest;
    struct lines lines = { .room = room };
    double height = 0;
    rest->more = false;
    for (size_t i = 0; i < flow->table->count; i++) {
        int count = pango_layout_get_line_count(flow->cells[i]);
        if (rest->from[i] >= count)
            continue;
        double used = put_lines(flow, i, &rest->from[i], &lines);
        height = used > height ? used : height;
        rest->more |= rest->from[i] < count;
    }
    paper_bar(flow, row->mark, flow->y, height + 2 * PAPER_PAD);
    lines.put = true;
    lines.y = flow->y + PAPER_PAD;
    lines.grey = row->mark == PAPER_FAINT ? 0.4 : 0;
    for (size_t i = 0; i < flow->table->count; i++) {
        if (before.from[i] < pango_layout_get_line_count(flow->cells[i]))
            (void)put_lines(flow, i, &before.from[i], &lines);
    }
    return height;
}

// --- pages
static void put_heading(struct paper_flow *flow)
{
    const char *titles[PAPER_COLUMNS_MAX];
    struct rest rest = { .more = false };
    struct paper_row row = { .mark = PAPER_PLAIN };
    for (size_t i = 0; i < flow->table->count; i++)
        titles[i] = flow->table->columns[i].title;
    set_cells(flow, titles, UINT32_MAX, HEADING_POINTS);
    double height = cells_height(flow) + 2 * PAPER_PAD;
    paper_stripe(flow, 0.91, flow->y, height);
    (void)put_piece(flow, &rest, height, &row);
    flow->y += height;
    paper_rule(flow, 0.2, flow->y, 0.8);
    flow->y += 0.8;
}

static void next_page(struct paper_flow *flow, bool heading)
{
    paper_put_page(flow);
    flow->page++;
    paper_header(flow);
    if (heading)
        put_heading(flow);
}

// --- items
static double least_height(const struct paper_flow *flow)
{
    return paper_line_height(flow, TEXT_POINTS, false) + 2 * PAPER_PAD;
}

// Less than a page has for rows, whatever its heading.
static double row_room(const struct paper_flow *flow)
{
    return paper_bottom(flow) - PAPER_TOP - 3 * least_height(flow);
}

static uint32_t bold_of(const struct paper_row *row)
{
    return row->kind == PAPER_SUM ? UINT32_MAX : row->bold;
}

// How much of the item below a heading must stand on its page: a whole row, where a page holds it.
static double least_below(struct paper_flow *flow, const struct paper_item *next)
{
    double least = 2 * least_height(flow);
    if (!next || next->table || next->row.kind != PAPER_ROW)
        return least;
    set_cells(flow, next->row.texts, bold_of(&next->row), TEXT_POINTS);
    double height = cells_height(flow) + 2 * PAPER_PAD;
    return height > least && height <= row_room(flow) ? height : least;
}

// `next`: what follows; NULL: nothing.
static void begin_table(struct paper_flow *flow, const struct paper_table *table,
                        const struct paper_item *next)
{
    bool first = flow->table == NULL;
    flow->table = table;
    place_columns(flow);
    double above = first ? 0 : 14;
    double title = table->title ? paper_line_height(flow, TITLE_POINTS, true) + 4 : 0;
    double needed = above + title + least_height(flow) + 1 + least_below(flow, next);
    if (flow->y + needed > paper_bottom(flow))
        next_page(flow, false);
    else
        flow->y += above;
    if (table->title) {
        struct paper_line line = { .text = table->title,
                                   .points = TITLE_POINTS,
                                   .bold = true,
                                   .x = PAPER_MARGIN,
                                   .width = flow->width - 2 * PAPER_MARGIN };
        (void)paper_line(flow, &line, flow->y);
        flow->y += title;
    }
    put_heading(flow);
}

static void put_row(struct paper_flow *flow, const struct paper_row *row, double below)
{
    struct rest rest = { .more = true };
    bool sum = row->kind == PAPER_SUM;
    double space = 2 * PAPER_PAD;
    set_cells(flow, row->texts, bold_of(row), TEXT_POINTS);
    double height = cells_height(flow) + space + below;
    if (flow->y + height > paper_bottom(flow) && height <= row_room(flow)) {
        next_page(flow, true);
        set_cells(flow, row->texts, bold_of(row), TEXT_POINTS);
    }
    if (sum)
        paper_rule(flow, 0.2, flow->y, 0.8);
    while (rest.more) {
        double used = put_piece(flow, &rest, paper_bottom(flow) - flow->y - space, row);
        flow->y += used + space;
        if (!rest.more)
            break;
        next_page(flow, true);
        set_cells(flow, row->texts, bold_of(row), TEXT_POINTS);
    }
    if (sum)
        flow->y += PAPER_GAP;
    else
        paper_rule(flow, 0.82, flow->y, 0.4);
}

static void put_wide(struct paper_flow *flow, const struct paper_row *row)
{
    bool group = row->kind == PAPER_GROUP;
    double points = group ? GROUP_POINTS : TEXT_POINTS;
    double height = paper_line_height(flow, points, group) + 2 * PAPER_PAD;
    if (flow->y + height + (group ? least_height(flow) : 0) > paper_bottom(flow))
        next_page(flow, true);
    if (group)
        paper_stripe(flow, 0.955, flow->y, height);
    double width = flow->width - 2 * PAPER_MARGIN - PAPER_GUTTER - 2;
    struct paper_line line = { .text = row->texts[0] ? row->texts[0] : "",
                               .points = points,
                               .bold = group,
                               .grey = group ? 0 : 0.35,
                               .x = PAPER_MARGIN + PAPER_GUTTER,
                               .width = row->texts[1] ? width * 0.75 : width };
    (void)paper_line(flow, &line, flow->y + PAPER_PAD);
    if (row->texts[1]) {
        line.text = row->texts[1];
        line.x += line.width;
        line.width = width * 0.25;
        line.right = true;
        (void)paper_line(flow, &line, flow->y + PAPER_PAD);
    }
    flow->y += height;
}

void paper_flow_run(struct paper_flow *flow, struct paper *paper)
{
    struct paper_item item, next;
    paper_rewind(paper);
    flow->page = 1;
    flow->table = NULL;
    paper_header(flow);
    bool more = paper_next(paper, &item);
    while (more) {
        more = paper_next(paper, &next);
        bool before_sum = more && !next.table && next.row.kind == PAPER_SUM;
        if (item.table)
            begin_table(flow, item.table, more ? &next : NULL);
        else if (item.row.kind == PAPER_ROW || item.row.kind == PAPER_SUM)
            put_row(flow, &item.row, before_sum ? least_height(flow) : 0);
        else
            put_wide(flow, &item.row);
        item = next;
    }
    paper_put_page(flow);
}

// SPDX-License-Identifier: Apache-2.0
// Lines, rules, bars, headers and footers.
#include <stdio.h>
#include <string.h>

#include "common/paper/internal.h"

#define FOOTER_POINTS 7.5

double paper_bottom(const struct paper_flow *flow)
{
    return flow->height - PAPER_BOTTOM;
}

void paper_stripe(const struct paper_flow *flow, double grey, double y, double height)
{
    struct paper_box box = { PAPER_MARGIN, y,   flow->width - 2 * PAPER_MARGIN, height, grey,
                             grey,         grey };
    paper_put_box(flow, &box);
}

void paper_rule(const struct paper_flow *flow, double grey, double y, double thickness)
{
    paper_stripe(flow, grey, y - thickness / 2, thickness);
}

void paper_bar(const struct paper_flow *flow, enum paper_mark mark, double y, double height)
{
    if (mark == PAPER_PLAIN || mark == PAPER_FAINT)
        return;
    // Below the rule of the row above, which would vanish behind it.
    struct paper_box tint = { PAPER_MARGIN, y + 0.3, flow->width - 2 * PAPER_MARGIN,
                              height - 0.3, 0.99,    0.91,
                              0.90 };
    // Dark red is black in a copy, the other one grey.
    struct paper_box urgent = { PAPER_MARGIN, y + 0.3, 4.0, height - 0.3, 0.55, 0.0, 0.05 };
    struct paper_box raised = { PAPER_MARGIN, y + 0.3, 1.8, height - 0.3, 0.85, 0.48, 0.0 };
    if (mark == PAPER_URGENT)
        paper_put_box(flow, &tint);
    paper_put_box(flow, mark == PAPER_URGENT ? &urgent : &raised);
}

static void set_font(const struct paper_flow *flow, double points, bool bold)
{
    PangoFontDescription *font = bold ? flow->font_bold : flow->font;
    pango_font_description_set_size(font, (gint)(points * PANGO_SCALE));
    pango_layout_set_font_description(flow->line, font);
}

double paper_line(const struct paper_flow *flow, const struct paper_line *line, double y)
{
    int height;
    set_font(flow, line->points, line->bold);
    pango_layout_set_width(flow->line, (int)(line->width * PANGO_SCALE));
    pango_layout_set_alignment(flow->line, line->right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_text(flow->line, line->text, -1);
    pango_layout_get_size(flow->line, NULL, &height);
    PangoLayoutIter *iter = pango_layout_get_iter(flow->line);
    PangoRectangle extent;
    pango_layout_iter_get_line_extents(iter, NULL, &extent);
    struct paper_place place = { line->x + (double)extent.x / PANGO_SCALE,
                                 y + (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE,
                                 line->grey };
    paper_put_line(flow, pango_layout_iter_get_line_readonly(iter), &place);
    pango_layout_iter_free(iter);
    return (double)height / PANGO_SCALE;
}

double paper_line_height(const struct paper_flow *flow, double points, bool bold)
{
    int height;
    set_font(flow, points, bold);
    pango_layout_set_text(flow->line, "Äg", -1);
    pango_layout_get_size(flow->line, NULL, &height);
    return (double)height / PANGO_SCALE;
}

void paper_header(struct paper_flow *flow)
{
    double width = flow->width - 2 * PAPER_MARGIN;
    struct paper_line title = { .text = flow->options->title, .x = PAPER_MARGIN, .width = width };
    flow->y = PAPER_TOP;
    if (flow->page > 1) { // which list this sheet of paper belongs to
        const char *subtitle = flow->options->subtitle;
        char *both = g_strconcat(flow->options->title, subtitle ? " · " : NULL, subtitle, NULL);
        title.text = both;
        title.points = FOOTER_POINTS;
        title.grey = 0.35;
        flow->y += paper_line(flow, &title, PAPER_TOP - 12) - 4;
        g_free(both);
        return;
    }
    title.points = 17;
    title.bold = true;
    flow->y += paper_line(flow, &title, flow->y);
    if (flow->options->subtitle) {
        struct paper_line subtitle = {
            .text = flow->options->subtitle,
            .x = PAPER_MARGIN,
            .width = width,
            .points = 10,
            .grey = 0.3,
        };
        flow->y += 2 + paper_line(flow, &subtitle, flow->y + 2);
    }
    flow->y += 10;
}

void paper_footer(const struct paper_flow *flow)
{
    char number[80];
    double y = paper_bottom(flow) + 8, half = flow->width / 2 - PAPER_MARGIN;
    (void)snprintf(number, sizeof number, "%s %d %s %d", flow->options->page, flow->page,
                   flow->options->of, flow->pages);
    paper_rule(flow, 0.6, y, 0.5);
    struct paper_line line = { .text = flow->options->footer,
                               .points = FOOTER_POINTS,
                               .grey = 0.3,
                               .x = PAPER_MARGIN,
                               .width = half * 1.5 };
    (void)paper_line(flow, &line, y + 4);
    line.text = number;
    line.x = PAPER_MARGIN + half * 1.5;
    line.width = half / 2;
    line.right = true;
    (void)paper_line(flow, &line, y + 4);
}

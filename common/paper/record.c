// SPDX-License-Identifier: Apache-2.0
// What stands on the pages, kept in a file until it is known how many there are: boxes, and letters
// where pango has put them. So texts are set once only, however many there are.
#include <stdlib.h>

#include "common/paper/internal.h"

#define FONTS_MAX 64

enum kind { KIND_BOX, KIND_LETTERS, KIND_PAGE };

// Behind it: glyphs, clusters, text.
struct letters {
    double grey, y;
    uint32_t font, glyph_count, cluster_count, size;
    bool backward;
};

struct kept_glyph {
    uint32_t glyph;
    float x, y; // y: below the line's
};

struct paper_record {
    FILE *spool;
    bool failed;
    PangoFont *fonts[FONTS_MAX];
    uint32_t font_count;
    // of one run of letters
    struct kept_glyph *kept;
    cairo_glyph_t *glyphs;
    cairo_text_cluster_t *clusters;
    char *text;
    size_t room;
};

struct paper_record *paper_record_new(void)
{
    struct paper_record *record = calloc(1, sizeof *record);
    if (!record)
        abort();
    record->spool = tmpfile();
    record->failed = record->spool == NULL;
    return record;
}

void paper_record_free(struct paper_record *record)
{
    if (record->spool)
        (void)fclose(record->spool);
    for (uint32_t i = 0; i < record->font_count; i++)
        g_object_unref(record->fonts[i]);
    free(record->kept);
    free(record->glyphs);
    free(record->clusters);
    free(record->text);
    free(record);
}

static void *larger(void *old, size_t count, size_t size)
{
    void *made = realloc(old, count * size);
    if (!made)
        abort();
    return made;
}

// For that many glyphs, clusters, bytes.
static void make_room(struct paper_record *record, size_t count)
{
    if (count <= record->room)
        return;
    record->room = 2 * count;
    record->kept = larger(record->kept, record->room, sizeof *record->kept);
    record->glyphs = larger(record->glyphs, record->room, sizeof *record->glyphs);
    record->clusters = larger(record->clusters, record->room, sizeof *record->clusters);
    record->text = larger(record->text, record->room, 1);
}

static void put(struct paper_record *record, const void *bytes, size_t size)
{
    record->failed = record->failed || (size && fwrite(bytes, size, 1, record->spool) != 1);
}

static bool get(struct paper_record *record, void *bytes, size_t size)
{
    record->failed = record->failed || (size && fread(bytes, size, 1, record->spool) != 1);
    return !record->failed;
}

// --- boxes and pages
static void draw_box(cairo_t *cairo, const struct paper_box *box)
{
    cairo_set_source_rgb(cairo, box->red, box->green, box->blue);
    cairo_rectangle(cairo, box->x, box->y, box->width, box->height);
    cairo_fill(cairo);
}

void paper_put_box(const struct paper_flow *flow, const struct paper_box *box)
{
    enum kind kind = KIND_BOX;
    if (flow->draws) {
        draw_box(flow->cairo, box);
        return;
    }
    put(flow->record, &kind, sizeof kind);
    put(flow->record, box, sizeof *box);
}

void paper_put_page(const struct paper_flow *flow)
{
    enum kind kind = KIND_PAGE;
    put(flow->record, &kind, sizeof kind);
}

// --- letters
static uint32_t font_number(struct paper_record *record, PangoFont *font)
{
    for (uint32_t i = 0; i < record->font_count; i++) {
        if (record->fonts[i] == font)
            return i;
    }
    if (record->font_count == FONTS_MAX)
        return FONTS_MAX - 1; // legible in another one
    record->fonts[record->font_count] = g_object_ref(font);
    return record->font_count++;
}

// A letter that no font has: an empty box in its place.
static void put_missing(const struct paper_flow *flow, double x, double y, double width)
{
    double height = 6, thin = 0.4, wide = width - 1;
    struct paper_box box = { .x = x + 0.5, .y = y - height, .width = wide, .height = thin };
    paper_put_box(flow, &box);
    box.y = y - thin;
    paper_put_box(flow, &box);
    box.y = y - height;
    box.width = thin;
    box.height = height;
    paper_put_box(flow, &box);
    box.x += wide - thin;
    paper_put_box(flow, &box);
}

// The glyphs that can be seen, from `x` on; how many.
static uint32_t take_glyphs(const struct paper_flow *flow, const PangoGlyphString *string, double x,
                            double y)
{
    struct paper_record *record = flow->record;
    uint32_t count = 0;
    for (int i = 0; i < string->num_glyphs; i++) {
        const PangoGlyphInfo *info = &string->glyphs[i];
        double at = x + (double)info->geometry.x_offset / PANGO_SCALE;
        double width = (double)info->geometry.width / PANGO_SCALE;
        x += width;
        if (info->glyph == PANGO_GLYPH_EMPTY)
            continue;
        if (info->glyph & PANGO_GLYPH_UNKNOWN_FLAG)
            put_missing(flow, at, y, width);
        else
            record->kept[count++] =
                (struct kept_glyph){ info->glyph, (float)at,
                                     (float)info->geometry.y_offset / PANGO_SCALE };
    }
    return count;
}

// Which letters of the text each glyph shows, so that it can be read back.
static uint32_t take_clusters(struct paper_record *record, PangoGlyphItem *item, const char *text)
{
    PangoGlyphItemIter at;
    uint32_t count = 0;
    for (gboolean more = pango_glyph_item_iter_init_start(&at, item, text); more;
         more = pango_glyph_item_iter_next_cluster(&at)) {
        int step = at.end_glyph > at.start_glyph ? 1 : -1, seen = 0;
        for (int i = at.start_glyph; i != at.end_glyph; i += step) {
            PangoGlyph glyph = item->glyphs->glyphs[i].glyph;
            seen += glyph != PANGO_GLYPH_EMPTY && !(glyph & PANGO_GLYPH_UNKNOWN_FLAG);
        }
        record->clusters[count++] = (cairo_text_cluster_t){ at.end_index - at.start_index, seen };
    }
    return count;
}

static void put_run(const struct paper_flow *flow, PangoGlyphItem *run, const char *text,
                    const struct paper_place *place)
{
    struct paper_record *record = flow->record;
    enum kind kind = KIND_LETTERS;
    size_t size = (size_t)run->item->length;
    make_room(record, size + (size_t)run->glyphs->num_glyphs);
    struct letters letters = {
        .grey = place->grey,
        .y = place->y,
        .font = font_number(record, run->item->analysis.font),
        .glyph_count = take_glyphs(flow, run->glyphs, place->x, place->y),
        .cluster_count = take_clusters(record, run, text),
        .size = (uint32_t)size,
        .backward = run->item->analysis.level % 2 == 1,
    };
    put(record, &kind, sizeof kind);
    put(record, &letters, sizeof letters);
    put(record, record->kept, letters.glyph_count * sizeof *record->kept);
    put(record, record->clusters, letters.cluster_count * sizeof *record->clusters);
    put(record, text + run->item->offset, size);
}

void paper_put_line(const struct paper_flow *flow, PangoLayoutLine *line,
                    const struct paper_place *place)
{
    if (flow->draws) {
        cairo_set_source_rgb(flow->cairo, place->grey, place->grey, place->grey);
        cairo_move_to(flow->cairo, place->x, place->y);
        pango_cairo_show_layout_line(flow->cairo, line);
        return;
    }
    struct paper_place at = *place;
    const char *text = pango_layout_get_text(line->layout);
    for (GSList *next = line->runs; next; next = next->next) {
        PangoGlyphItem *run = next->data;
        put_run(flow, run, text, &at);
        at.x += (double)pango_glyph_string_get_width(run->glyphs) / PANGO_SCALE;
    }
}

static void draw_letters(struct paper_record *record, cairo_t *cairo)
{
    struct letters letters;
    if (!get(record, &letters, sizeof letters))
        return;
    make_room(record, (size_t)letters.glyph_count + letters.cluster_count + letters.size);
    if (!get(record, record->kept, letters.glyph_count * sizeof *record->kept) ||
        !get(record, record->clusters, letters.cluster_count * sizeof *record->clusters) ||
        !get(record, record->text, letters.size) || letters.glyph_count == 0)
        return;
    for (uint32_t i = 0; i < letters.glyph_count; i++)
        record->glyphs[i] = (cairo_glyph_t){ record->kept[i].glyph, (double)record->kept[i].x,
                                             letters.y + (double)record->kept[i].y };
    cairo_set_source_rgb(cairo, letters.grey, letters.grey, letters.grey);
    PangoCairoFont *font = PANGO_CAIRO_FONT(record->fonts[letters.font]);
    cairo_set_scaled_font(cairo, pango_cairo_font_get_scaled_font(font));
    cairo_show_text_glyphs(cairo, record->text, (int)letters.size, record->glyphs,
                           (int)letters.glyph_count, record->clusters, (int)letters.cluster_count,
                           letters.backward ? CAIRO_TEXT_CLUSTER_FLAG_BACKWARD : 0);
}

// --- onto the pages
bool paper_replay(struct paper_flow *flow)
{
    struct paper_record *record = flow->record;
    enum kind kind;
    struct paper_box box;
    flow->draws = true;
    flow->pages = flow->page;
    flow->page = 1;
    if (record->failed || fflush(record->spool) != 0)
        return false;
    rewind(record->spool);
    while (!record->failed && fread(&kind, sizeof kind, 1, record->spool) == 1) {
        if (kind == KIND_LETTERS) {
            draw_letters(record, flow->cairo);
        } else if (kind == KIND_BOX && get(record, &box, sizeof box)) {
            draw_box(flow->cairo, &box);
        } else if (kind == KIND_PAGE) {
            paper_footer(flow);
            cairo_show_page(flow->cairo);
            flow->page++;
        }
    }
    return !record->failed && !ferror(record->spool);
}

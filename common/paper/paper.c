// SPDX-License-Identifier: Apache-2.0
// The rows in a file of their own until all are there; then they are set, once.
#include "common/paper/paper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cairo-pdf.h>

#include "common/base/civil.h"
#include "common/base/system.h"
#include "common/paper/internal.h"

// As it is kept; the texts follow, each with its NUL, where sizes[i] is not 0.
struct kept {
    const struct paper_table *table;
    enum paper_kind kind;
    enum paper_mark mark;
    uint32_t bold;
    uint32_t sizes[PAPER_COLUMNS_MAX];
};

struct paper {
    struct paper_options options;
    char *path, *part; // the name wanted, and the one written to
    FILE *spool, *file;
    bool failed; // the spool could not be read
    // Texts of the item and of the one before, which is still being laid out.
    struct {
        char *bytes;
        size_t room;
    } buffers[2];
    unsigned turn;
};

static bool refused(const struct paper *paper, const char *why, struct err *err)
{
    return fail(err, ERR_INVALID, NULL, TEXT_SHEET_UNWRITABLE, paper->path, why, NULL);
}

struct paper *paper_new(const char *path, const struct paper_options *options, struct err *err)
{
    static const char suffix[] = ".part";
    size_t size = strlen(path);
    struct paper *paper = calloc(1, sizeof *paper);
    if (!paper)
        abort();
    paper->options = *options;
    paper->path = strdup(path);
    paper->part = malloc(size + sizeof suffix);
    if (!paper->path || !paper->part)
        abort();
    memcpy(paper->part, path, size);
    memcpy(paper->part + size, suffix, sizeof suffix);
    errno = 0;
    paper->file = fopen(paper->part, "wb");
    paper->spool = paper->file ? tmpfile() : NULL;
    if (paper->spool)
        return paper;
    (void)refused(paper, system_text(errno).text, err);
    paper_drop(paper);
    return NULL;
}

// --- keeping
void paper_table(struct paper *paper, const struct paper_table *table)
{
    struct kept kept = { .table = table };
    (void)fwrite(&kept, sizeof kept, 1,
                 paper->spool); // a failure shows at the next row, or at the end
}

bool paper_row(struct paper *paper, const struct paper_row *row, struct err *err)
{
    struct kept kept = { .kind = row->kind, .mark = row->mark, .bold = row->bold };
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++)
        kept.sizes[i] = row->texts[i] ? (uint32_t)strlen(row->texts[i]) + 1 : 0;
    (void)fwrite(&kept, sizeof kept, 1, paper->spool);
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++) {
        if (kept.sizes[i])
            (void)fwrite(row->texts[i], kept.sizes[i], 1, paper->spool);
    }
    return !ferror(paper->spool) || refused(paper, system_text(errno).text, err);
}

static char *room_for(struct paper *paper, size_t size)
{
    paper->turn ^= 1;
    if (paper->buffers[paper->turn].room < size) {
        free(paper->buffers[paper->turn].bytes);
        paper->buffers[paper->turn].bytes = malloc(size);
        if (!paper->buffers[paper->turn].bytes)
            abort();
        paper->buffers[paper->turn].room = size;
    }
    return paper->buffers[paper->turn].bytes;
}

bool paper_next(struct paper *paper, struct paper_item *out)
{
    struct kept kept;
    size_t total = 0;
    if (fread(&kept, sizeof kept, 1, paper->spool) != 1) {
        paper->failed |= ferror(paper->spool) != 0;
        return false;
    }
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++)
        total += kept.sizes[i];
    char *bytes = room_for(paper, total + 1);
    if (total && fread(bytes, total, 1, paper->spool) != 1) {
        paper->failed = true;
        return false;
    }
    *out = (struct paper_item){ .table = kept.table };
    out->row = (struct paper_row){ .kind = kept.kind, .mark = kept.mark, .bold = kept.bold };
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++) {
        out->row.texts[i] = kept.sizes[i] ? bytes : NULL;
        bytes += kept.sizes[i];
    }
    return true;
}

void paper_rewind(struct paper *paper)
{
    rewind(paper->spool);
}

// --- the document
static cairo_status_t put(void *context, const unsigned char *bytes, unsigned size)
{
    struct paper *paper = context;
    return fwrite(bytes, 1, size, paper->file) == size ? CAIRO_STATUS_SUCCESS
                                                       : CAIRO_STATUS_WRITE_ERROR;
}

static void describe(cairo_surface_t *surface, const struct paper_options *options)
{
    struct civil_text created = civil_rfc3339(options->created_us);
    memcpy(created.text + 19, "Z", 2); // to the second
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, options->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Rufbus " RUFBUS_VERSION);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created.text);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, created.text);
}

static int lay_out(struct paper *paper, cairo_t *cairo)
{
    struct paper_flow flow;
    paper_flow_init(&flow, cairo, &paper->options);
    paper_flow_run(&flow, paper);
    paper->failed |= !paper_replay(&flow);
    paper_flow_done(&flow);
    return flow.pages;
}

bool paper_close(struct paper *paper, int *ret_pages, struct err *err)
{
    bool wide = paper->options.landscape;
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
        put, paper, wide ? A4_LONG : A4_SHORT, wide ? A4_SHORT : A4_LONG);
    describe(surface, &paper->options);
    cairo_t *cairo = cairo_create(surface);
    int pages = lay_out(paper, cairo);
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    bool good = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && !paper->failed;
    cairo_surface_destroy(surface);
    good &= fclose(paper->file) == 0;
    paper->file = NULL;
    good = good && rename(paper->part, paper->path) == 0;
    if (!good)
        (void)refused(paper, system_text(errno).text, err);
    if (ret_pages)
        *ret_pages = pages;
    paper_drop(paper);
    return good;
}

void paper_drop(struct paper *paper)
{
    if (!paper)
        return;
    if (paper->spool)
        (void)fclose(paper->spool);
    if (paper->file)
        (void)fclose(paper->file);
    (void)unlink(paper->part);
    for (size_t i = 0; i < COUNT_OF(paper->buffers); i++)
        free(paper->buffers[i].bytes);
    free(paper->path);
    free(paper->part);
    free(paper);
}

// Fontconfig keeps some bytes for the life of the process, which the sanitizer of leaks takes for
// lost. Giving them back (FcFini) would be worse: a thread of pango's may still look for fonts.
const char *__lsan_default_suppressions(void); // the sanitizer's name for it
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

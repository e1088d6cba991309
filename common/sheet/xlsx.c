// SPDX-License-Identifier: Apache-2.0
// The workbook: which parts there are, which sheet is meant.
#include <stdlib.h>
#include <string.h>

#include "common/sheet/xlsx_internal.h"

#define SHEETS_MAX    1000
#define RELATIONS_MAX 4000
#define NAMES_BYTES   ((size_t)4 << 20)

struct relation {
    const char *id, *type, *target;
};

struct relations {
    struct arena *arena;
    struct relation *list;
    size_t count;
};

struct sheet_name {
    const char *name, *relation;
    bool hidden;
};

struct book {
    struct arena *arena;
    struct sheet_name *sheets;
    size_t count;
    bool date1904;
};

static const char *copy(struct arena *arena, const char *text)
{
    const char *kept = text ? arena_text(arena, text, strlen(text)) : NULL;
    return kept ? kept : "";
}

static void ignore_end(struct xml *xml, const char *name)
{
    (void)xml;
    (void)name;
}

// --- relations
static void relation_start(struct xml *xml, const char *name, const char **attributes)
{
    struct relations *relations = xml->context;
    if (strcmp(name, "Relationship") != 0 || relations->count == RELATIONS_MAX)
        return;
    struct relation *relation = &relations->list[relations->count++];
    relation->id = copy(relations->arena, xml_attribute(attributes, "Id"));
    relation->type = copy(relations->arena, xml_attribute(attributes, "Type"));
    relation->target = copy(relations->arena, xml_attribute(attributes, "Target"));
}

static bool relations_read(struct reading *reading, zip_t *zip, const char *name,
                           struct arena *arena, struct relations *out)
{
    static const struct xml_reader reader = { relation_start, ignore_end, NULL };
    *out = (struct relations){
        .arena = arena,
        .list = arena_array(arena, RELATIONS_MAX, sizeof *out->list),
    };
    if (!out->list)
        return sheet_damaged(reading->err, name);
    return xml_part(reading, zip, name, &reader, out);
}

// Strict files have other addresses before the last word of the type.
static bool is_type(const struct relation *relation, const char *word)
{
    const char *slash = strrchr(relation->type, '/');
    return slash && strcmp(slash + 1, word) == 0;
}

static const char *target_of(const struct relations *relations, const char *type)
{
    for (size_t i = 0; i < relations->count; i++) {
        if (is_type(&relations->list[i], type))
            return relations->list[i].target;
    }
    return NULL;
}

// A part's name: absolute, or relative to the folder of `from`.
static const char *part_name(struct arena *arena, const char *from, const char *target)
{
    const char *slash = strrchr(from, '/');
    if (target[0] == '/')
        return target + 1;
    if (strncmp(target, "./", 2) == 0)
        target += 2;
    if (!slash)
        return target;
    return arena_format(arena, "%.*s/%s", (int)(slash - from), from, target);
}

static const char *relations_name(struct arena *arena, const char *part)
{
    const char *slash = strrchr(part, '/');
    if (!slash)
        return arena_format(arena, "_rels/%s.rels", part);
    return arena_format(arena, "%.*s/_rels/%s.rels", (int)(slash - part), part, slash + 1);
}

// --- the workbook
static void book_start(struct xml *xml, const char *name, const char **attributes)
{
    struct book *book = xml->context;
    if (strcmp(name, "workbookPr") == 0) {
        const char *date = xml_attribute(attributes, "date1904");
        book->date1904 = date && (strcmp(date, "1") == 0 || strcmp(date, "true") == 0);
    }
    if (strcmp(name, "sheet") != 0 || book->count == SHEETS_MAX)
        return;
    const char *state = xml_attribute(attributes, "state"), *relation = NULL;
    // "r:id" and "sheetId" lie beside each other: the one with a prefix is meant.
    for (const char **at = attributes; at[0]; at += 2) {
        const char *colon = strchr(at[0], ':');
        if (colon && strcmp(colon + 1, "id") == 0)
            relation = at[1];
    }
    book->sheets[book->count++] = (struct sheet_name){
        .name = copy(book->arena, xml_attribute(attributes, "name")),
        .relation = copy(book->arena, relation),
        .hidden = state && strcmp(state, "visible") != 0,
    };
}

static bool is_worksheet(const struct relations *relations, const struct sheet_name *sheet,
                         const char **ret_target)
{
    for (size_t i = 0; i < relations->count; i++) {
        if (strcmp(relations->list[i].id, sheet->relation) != 0)
            continue;
        *ret_target = relations->list[i].target;
        return is_type(&relations->list[i], "worksheet");
    }
    return false;
}

// The sheet that is meant; chart sheets do not count.
static const struct sheet_name *choose(const struct reading *reading, const struct book *book,
                                       const struct relations *relations, const char **ret_target)
{
    unsigned place = 0;
    for (size_t i = 0; i < book->count; i++) {
        const struct sheet_name *sheet = &book->sheets[i];
        if (!is_worksheet(relations, sheet, ret_target))
            continue;
        place++;
        if (reading->sheet ? place == reading->sheet : !sheet->hidden)
            return sheet;
    }
    if (place == 0)
        (void)fail(reading->err, ERR_INVALID, NULL, TEXT_SHEET_NOT_A_TABLE, NULL);
    (void)fail(reading->err, ERR_INVALID, NULL, TEXT_SHEET_NO_SUCH_SHEET,
               int_text(reading->sheet ? reading->sheet : 1).text, int_text(place).text, NULL);
    return NULL;
}

static bool tables_read(struct reading *reading, zip_t *zip, const char *book_name,
                        const struct relations *relations, struct workbook *out)
{
    struct arena *arena = relations->arena;
    const char *shared = target_of(relations, "sharedStrings");
    const char *styles = target_of(relations, "styles");
    shared = shared ? part_name(arena, book_name, shared) : NULL;
    styles = styles ? part_name(arena, book_name, styles) : NULL;
    return (!shared || !zip_has(zip, shared) || shared_read(reading, zip, shared, &out->shared)) &&
           (!styles || !zip_has(zip, styles) || styles_read(reading, zip, styles, &out->styles));
}

static bool book_read(struct reading *reading, zip_t *zip, struct arena *arena, const char *name,
                      struct workbook *workbook)
{
    static const struct xml_reader reader = { book_start, ignore_end, NULL };
    struct book book = { .arena = arena };
    struct relations relations;
    const char *target = NULL;
    book.sheets = arena_array(arena, SHEETS_MAX, sizeof *book.sheets);
    if (!book.sheets || !xml_part(reading, zip, name, &reader, &book) ||
        !relations_read(reading, zip, relations_name(arena, name), arena, &relations))
        return false;
    const struct sheet_name *sheet = choose(reading, &book, &relations, &target);
    if (!sheet || !tables_read(reading, zip, name, &relations, workbook))
        return false;
    workbook->date1904 = book.date1904;
    memcpy(reading->about->form, "xlsx", sizeof "xlsx");
    (void)snprintf(reading->about->sheet, sizeof reading->about->sheet, "%s", sheet->name);
    return rows_read(reading, zip, part_name(arena, name, target), workbook);
}

// A container without a workbook of this kind: named if it is known what it is.
static bool refuse_other(struct reading *reading, zip_t *zip)
{
    if (zip_has(zip, "content.xml"))
        return fail(reading->err, ERR_INVALID, NULL, TEXT_SHEET_ODS, NULL);
    return fail(reading->err, ERR_INVALID, NULL, TEXT_SHEET_NOT_A_TABLE, NULL);
}

static bool container_read(struct reading *reading, zip_t *zip)
{
    struct arena *arena = arena_new(NAMES_BYTES);
    struct relations relations;
    struct workbook workbook = { .date1904 = false };
    const char *name = NULL;
    bool good = false;
    if (!zip_has(zip, "_rels/.rels")) {
        (void)refuse_other(reading, zip);
    } else if (relations_read(reading, zip, "_rels/.rels", arena, &relations)) {
        name = target_of(&relations, "officeDocument");
        name = name ? part_name(arena, "", name) : NULL;
        if (!name)
            (void)refuse_other(reading, zip);
        else if (strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".bin") == 0)
            (void)fail(reading->err, ERR_INVALID, NULL, TEXT_SHEET_XLSB, NULL);
        else
            good = book_read(reading, zip, arena, name, &workbook);
    }
    shared_done(&workbook.shared);
    styles_done(&workbook.styles);
    arena_free(arena);
    return good;
}

bool xlsx_read(struct reading *reading)
{
    zip_error_t fault;
    zip_error_init(&fault);
    zip_source_t *source = zip_source_function_create(file_source, reading->file, &fault);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &fault) : NULL;
    zip_error_fini(&fault);
    if (!zip) {
        zip_source_free(source);
        return sheet_damaged(reading->err, "zip");
    }
    bool good = container_read(reading, zip);
    zip_discard(zip);
    return good;
}

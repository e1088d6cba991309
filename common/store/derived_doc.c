// SPDX-License-Identifier: Apache-2.0
// What is searched of a row: gathered, kept as bytes, taken apart into terms.
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/store/derived_internal.h"

#define FOLD_MEMORY ((size_t)8 << 20)
#define HEAD_BYTES  (4 * DOC_SECTIONS)

struct doc *doc_new(void)
{
    struct doc *doc = calloc(1, sizeof *doc);
    if (!doc)
        abort();
    doc->arena = arena_new(FOLD_MEMORY);
    for (size_t i = 0; i < DOC_SECTIONS; i++)
        mp_writer_init(&doc->sections[i]);
    return doc;
}

void doc_free(struct doc *doc)
{
    if (!doc)
        return;
    arena_free(doc->arena);
    for (size_t i = 0; i < DOC_SECTIONS; i++)
        mp_writer_done(&doc->sections[i]);
    free(doc);
}

static struct bytes span(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

// A line begins with a blank, so that "blank, word" finds the beginnings of all words alike.
static void add_line(struct doc *doc, enum doc_section section, const char *folded)
{
    struct mp_writer *out = &doc->sections[section];
    if (!folded || !*folded)
        return;
    if (out->size == 0)
        mp_raw(out, span("\n"));
    if (section != DOC_PARTS)
        mp_raw(out, span(" "));
    mp_raw(out, span(folded));
    mp_raw(out, span("\n"));
}

void doc_name(struct doc *doc, const char *text)
{
    if (text)
        add_line(doc, DOC_NAMES, text_fold(doc->arena, text));
}

void doc_text(struct doc *doc, const char *text)
{
    if (text)
        add_line(doc, DOC_TEXTS, text_fold(doc->arena, text));
}

char *part_fold(struct arena *arena, const char *text)
{
    // Digits at both ends keep the separators there, which folding would drop.
    const char *framed = arena_format(arena, "0%s0", text);
    char *folded = framed ? text_fold(arena, framed) : NULL;
    if (!folded)
        return NULL;
    folded[strlen(folded) - 1] = '\0';
    return folded + 1;
}

void doc_part(struct doc *doc, const char *text)
{
    if (text)
        add_line(doc, DOC_PARTS, part_fold(doc->arena, text));
}

void doc_tag(struct doc *doc, char kind, struct bytes value)
{
    uint8_t head[2] = { (uint8_t)value.size, (uint8_t)kind };
    if (value.size == 0 || value.size > UINT8_MAX)
        return;
    mp_raw(&doc->sections[DOC_TAGS], (struct bytes){ head, sizeof head });
    mp_raw(&doc->sections[DOC_TAGS], value);
}

void doc_tag_text(struct doc *doc, char kind, const char *text)
{
    if (text)
        doc_tag(doc, kind, span(text));
}

void doc_tag_id(struct doc *doc, char kind, struct id id)
{
    if (!id_is_zero(id))
        doc_tag(doc, kind, (struct bytes){ id.bytes, sizeof id.bytes });
}

// A tag that is no term.
#define TIME_KIND  '\x7F'
#define TIME_BYTES 8

void doc_time(struct doc *doc, int64_t at_us)
{
    uint8_t bytes[TIME_BYTES];
    for (int i = 0; i < TIME_BYTES; i++)
        bytes[i] = (uint8_t)((uint64_t)at_us >> (56 - 8 * i));
    doc_tag(doc, TIME_KIND, (struct bytes){ bytes, sizeof bytes });
}

struct arena *doc_arena(struct doc *doc)
{
    return doc->arena;
}

// --- as bytes
static void tag_scopes(struct doc *doc, const struct record *record, const uint8_t *row)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        char kind = doc_scope_kind(field->scope);
        if (field->scope == SCOPE_MARK_NONE)
            continue;
        if (field->type == FIELD_ID) {
            doc_tag_id(doc, kind, *(const struct id *)(row + field->offset));
            continue;
        }
        const struct id *ids = *(const struct id *const *)(row + field->offset);
        size_t count = *(const size_t *)(row + field->count_offset);
        for (size_t k = 0; k < count; k++)
            doc_tag_id(doc, kind, ids[k]);
    }
}

static void add_size(struct mp_writer *out, size_t size)
{
    uint8_t bytes[4] = { (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                         (uint8_t)size };
    mp_raw(out, (struct bytes){ bytes, sizeof bytes });
}

void doc_make(struct txn *txn, const struct slot *slot, struct bytes key, const void *row,
              struct mp_writer *out)
{
    struct scratch *scratch = txn_scratch(txn);
    if (!scratch->doc)
        scratch->doc = doc_new();
    struct doc *doc = scratch->doc;
    arena_reset(doc->arena);
    for (size_t i = 0; i < DOC_SECTIONS; i++)
        mp_writer_reset(&doc->sections[i]);
    slot->table->derived->gather(row, doc);
    tag_scopes(doc, slot->table->record(), row);
    for (size_t i = 0; i < DOC_SECTIONS; i++)
        add_size(out, doc->sections[i].size);
    for (size_t i = 0; i < DOC_SECTIONS; i++)
        mp_raw(out, mp_writer_bytes(&doc->sections[i]));
    mp_raw(out, key);
}

bool doc_open(struct bytes payload, struct doc_view *out)
{
    size_t at = HEAD_BYTES;
    *out = (struct doc_view){ 0 };
    if (payload.size == 0)
        return true; // no document
    if (payload.size < HEAD_BYTES)
        return false;
    for (size_t i = 0; i < DOC_SECTIONS; i++) {
        const uint8_t *head = payload.data + 4 * i;
        size_t size =
            (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | (size_t)head[3];
        if (size > payload.size - at)
            return false;
        out->sections[i] = (struct bytes){ payload.data + at, size };
        at += size;
    }
    out->key = (struct bytes){ payload.data + at, payload.size - at };
    return true;
}

bool doc_has_tag(const struct doc_view *doc, char kind, struct bytes value)
{
    struct bytes tags = doc->sections[DOC_TAGS];
    for (size_t at = 0; at + 2 <= tags.size; at += 2 + tags.data[at]) {
        if (tags.data[at] == value.size && (char)tags.data[at + 1] == kind &&
            memcmp(tags.data + at + 2, value.data, value.size) == 0)
            return true;
    }
    return false;
}

int64_t doc_time_of(const struct doc_view *doc)
{
    struct bytes tags = doc->sections[DOC_TAGS];
    for (size_t at = 0; at + 2 <= tags.size; at += 2 + tags.data[at]) {
        uint64_t value = 0;
        if ((char)tags.data[at + 1] != TIME_KIND || tags.data[at] != TIME_BYTES)
            continue;
        for (size_t i = 0; i < TIME_BYTES; i++)
            value = value << 8 | tags.data[at + 2 + i];
        return (int64_t)value;
    }
    return DOC_TIME_NONE;
}

// --- terms
uint64_t term_gram(enum term_class class, const char *bytes, size_t size)
{
    uint64_t term = (uint64_t) class << 48;
    for (size_t i = 0; i < size && i < 3; i++)
        term |= (uint64_t)(uint8_t)bytes[i] << (40 - 8 * i);
    return term;
}

// FNV-1a; two values of one hash cost a look at the document, no more.
uint64_t term_hash(enum term_class class, char kind, struct bytes value)
{
    uint64_t hash = (UINT64_C(0xCBF29CE484222325) ^ (uint8_t)kind) * UINT64_C(0x100000001B3);
    for (size_t i = 0; i < value.size; i++)
        hash = (hash ^ value.data[i]) * UINT64_C(0x100000001B3);
    return (uint64_t) class << 48 | (hash ^ hash >> 48) >> 16;
}

void terms_add(struct terms *terms, uint64_t term)
{
    if (terms->count == terms->room) {
        terms->room = terms->room ? terms->room * 2 : 512;
        terms->items = realloc(terms->items, terms->room * sizeof *terms->items);
        if (!terms->items)
            abort();
    }
    terms->items[terms->count++] = term;
}

void terms_done(struct terms *terms)
{
    free(terms->items);
    *terms = (struct terms){ 0 };
}

static void word_terms(struct terms *terms, enum term_class class, const char *word, size_t size)
{
    char beginning[3] = { ' ', word[0], size > 1 ? word[1] : '\0' };
    terms_add(terms, term_gram(class, beginning, 2));
    if (size > 1)
        terms_add(terms, term_gram(class, beginning, 3));
    for (size_t i = 0; i + 3 <= size; i++)
        terms_add(terms, term_gram(class, word + i, 3));
}

static void line_terms(struct terms *terms, enum term_class class, const char *line, size_t size)
{
    if (class == TERM_NAME)
        terms_add(terms, term_hash(TERM_EXACT, 0, (struct bytes){ (const uint8_t *)line, size }));
    for (size_t at = 0; at < size;) {
        const char *blank = memchr(line + at, ' ', size - at);
        size_t word = blank ? (size_t)(blank - line) - at : size - at;
        if (word)
            word_terms(terms, class, line + at, word);
        at += word + 1;
    }
}

static void part_terms(struct terms *terms, const char *line, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        for (size_t length = 1; length <= 3 && i + length <= size; length++)
            terms_add(terms, term_gram(TERM_PART, line + i, length));
    }
}

static void section_terms(struct terms *terms, struct bytes section, enum doc_section kind)
{
    const char *text = (const char *)section.data;
    size_t lead = kind == DOC_PARTS ? 0 : 1; // the blank
    for (size_t at = 1; at < section.size;) {
        size_t size =
            (size_t)((const char *)memchr(text + at, '\n', section.size - at) - text) - at;
        if (kind == DOC_PARTS)
            part_terms(terms, text + at, size);
        else
            line_terms(terms, kind == DOC_NAMES ? TERM_NAME : TERM_TEXT, text + at + lead,
                       size - lead);
        at += size + 1;
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void terms_collect(const struct doc_view *doc, struct terms *terms)
{
    struct bytes tags = doc->sections[DOC_TAGS];
    terms->count = 0;
    if (doc->key.size == 0)
        return;
    terms_add(terms, term_gram(TERM_ALL, "", 0));
    for (size_t i = DOC_NAMES; i <= DOC_PARTS; i++)
        section_terms(terms, doc->sections[i], (enum doc_section)i);
    for (size_t at = 0; at + 2 <= tags.size; at += 2 + tags.data[at]) {
        if ((char)tags.data[at + 1] != TIME_KIND)
            terms_add(terms, term_hash(TERM_TAG, (char)tags.data[at + 1],
                                       (struct bytes){ tags.data + at + 2, tags.data[at] }));
    }
}

void terms_sort(struct terms *terms)
{
    size_t kept = 0;
    if (terms->count)
        qsort(terms->items, terms->count, sizeof *terms->items, compare);
    for (size_t i = 0; i < terms->count; i++) {
        if (kept == 0 || terms->items[kept - 1] != terms->items[i])
            terms->items[kept++] = terms->items[i];
    }
    terms->count = kept;
}

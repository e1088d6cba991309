// SPDX-License-Identifier: Apache-2.0
// Searching a derived index: rank by rank, the youngest segment first. Within a segment posting
// lists give candidates, and the document's text decides. What the postings do not know yet is
// looked at once, at the start, and takes part as if they did.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/store/derived_seek.h"

#define MOST_DEFAULT 20000

static struct bytes span(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

// --- the question

static bool add_needle(struct seek *seek, const char *word, size_t size)
{
    char *needle = arena_alloc(seek->arena, size + 2);
    if (!needle)
        return false;
    needle[0] = ' ';
    memcpy(needle + 1, word, size);
    seek->words[seek->word_count++] = (struct bytes){ (const uint8_t *)needle, size + 1 };
    return true;
}

static bool read_words(struct seek *seek, const char *typed)
{
    char *folded = text_fold(seek->arena, typed);
    seek->words =
        folded ? arena_array(seek->arena, strlen(folded) / 2 + 1, sizeof *seek->words) : NULL;
    if (!seek->words)
        return false;
    const char *whole = arena_format(seek->arena, "\n %s\n", folded);
    if (!whole)
        return false;
    seek->whole = span(whole);
    for (const char *at = folded; *at;) {
        size_t size = strcspn(at, " ");
        if (!add_needle(seek, at, size))
            return false;
        at += size + (at[size] == ' ');
    }
    return true;
}

static bool read_question(struct seek *seek, const struct seek_options *options)
{
    const char *part = options->part && *options->part ? part_fold(seek->arena, options->part) : "";
    assert(options->tag_count <= SEEK_TAGS_MAX - 1);
    if (!part || (options->words && !read_words(seek, options->words)))
        return false;
    seek->part = span(part);
    // Words that fold to nothing ask for nothing that there is.
    seek->nothing = (options->words && *options->words && seek->word_count == 0) ||
                    (options->part && *options->part && !*part);
    for (size_t i = 0; i < options->tag_count; i++)
        seek->tags[seek->tag_count++] = options->tags[i];
    seek->any_kind = options->any_kind;
    seek->any = options->any;
    seek->any_count = options->any_count;
    seek->by_time = options->by_time;
    seek->has_span = options->from != 0 || options->until != 0;
    seek->from = options->from;
    seek->until = options->until ? options->until : INT64_MAX;
    if (seek->scope.kind != SCOPE_HOUSE)
        seek->tags[seek->tag_count++] = (struct seek_tag){
            .kind = doc_scope_kind(scope_mark(seek->scope.kind)),
            .value = { seek->scope.id.bytes, sizeof seek->scope.id.bytes },
        };
    return true;
}

// --- judging a document

static bool holds(struct bytes section, struct bytes needle)
{
    return section.size >= needle.size &&
           memmem(section.data, section.size, needle.data, needle.size) != NULL;
}

// In what a word shows at most: a beginning in a name, a beginning anywhere, a part.
static enum seek_rank word_rank(const struct doc_view *doc, struct bytes word)
{
    struct bytes names = doc->sections[DOC_NAMES], texts = doc->sections[DOC_TEXTS];
    struct bytes bare = { word.data + 1, word.size - 1 };
    if (holds(names, word))
        return SEEK_NAME;
    if (holds(texts, word))
        return SEEK_TEXT;
    if (bare.size >= 3 && (holds(names, bare) || holds(texts, bare)))
        return SEEK_WITHIN;
    return SEEK_RANKS;
}

static bool in_span(const struct seek *seek, const struct doc_view *doc)
{
    if (!seek->has_span)
        return true;
    int64_t at = doc_time_of(doc);
    return at >= seek->from && at < seek->until;
}

static bool has_any(const struct seek *seek, const struct doc_view *doc)
{
    for (size_t i = 0; i < seek->any_count; i++) {
        if (doc_has_tag(doc, seek->any_kind, seek->any[i]))
            return true;
    }
    return seek->any_count == 0;
}

enum seek_rank seek_judge(const struct seek *seek, const struct doc_view *doc)
{
    enum seek_rank rank = SEEK_EXACT;
    if (doc->key.size == 0)
        return SEEK_RANKS;
    for (size_t i = 0; i < seek->tag_count; i++) {
        if (!doc_has_tag(doc, seek->tags[i].kind, seek->tags[i].value))
            return SEEK_RANKS;
    }
    if (!has_any(seek, doc) || !in_span(seek, doc))
        return SEEK_RANKS;
    if (seek->part.size && !holds(doc->sections[DOC_PARTS], seek->part))
        return SEEK_RANKS;
    if (seek->word_count == 0 || holds(doc->sections[DOC_NAMES], seek->whole))
        return SEEK_EXACT;
    for (size_t i = 0; i < seek->word_count && rank < SEEK_RANKS; i++) {
        enum seek_rank word = word_rank(doc, seek->words[i]);
        rank = word > rank ? word : rank;
    }
    return rank;
}

// --- candidates of a segment

static void set_and(struct set *set, const struct set *other)
{
    for (size_t i = 0; i < SET_WORDS; i++)
        set->words[i] &= other->words[i];
}

// Keeps those that have the term, in texts as well if `wide`. False when none is left.
static bool keep_term(struct seek *seek, uint64_t term, bool wide, struct set *set)
{
    struct set have = { { 0 } };
    posting_read(seek->txn, seek->database, seek->segment, term, &have);
    if (wide)
        posting_read(seek->txn, seek->database, seek->segment,
                     (term & (UINT64_MAX >> 16)) | (uint64_t)TERM_TEXT << 48, &have);
    set_and(set, &have);
    return !set_empty(set);
}

// Words of less than three bytes have a beginning only.
static bool is_short(struct bytes word)
{
    return word.size <= 3;
}

static bool keep_beginnings(struct seek *seek, bool wide, struct set *set)
{
    for (size_t i = 0; i < seek->word_count; i++) {
        const char *text = (const char *)seek->words[i].data;
        size_t size = is_short(seek->words[i]) ? seek->words[i].size : 3;
        if (!keep_term(seek, term_gram(TERM_NAME, text, size), wide, set))
            return false;
    }
    return true;
}

static bool keep_parts(struct seek *seek, bool wide, struct set *set)
{
    for (size_t i = 0; i < seek->word_count; i++) {
        const char *text = (const char *)seek->words[i].data;
        size_t size = seek->words[i].size;
        if (wide && is_short(seek->words[i]) &&
            !keep_term(seek, term_gram(TERM_NAME, text, size), wide, set))
            return false;
        for (size_t k = 1; k + 3 <= size; k++) {
            if (!keep_term(seek, term_gram(TERM_NAME, text + k, 3), wide, set))
                return false;
        }
    }
    return true;
}

static bool keep_part(struct seek *seek, struct set *set)
{
    const char *text = (const char *)seek->part.data;
    size_t size = seek->part.size;
    if (size > 0 && size < 3)
        return keep_term(seek, term_gram(TERM_PART, text, size), false, set);
    for (size_t i = 0; i + 3 <= size; i++) {
        if (!keep_term(seek, term_gram(TERM_PART, text + i, 3), false, set))
            return false;
    }
    return true;
}

static bool keep_any(struct seek *seek, struct set *set)
{
    struct set have = { { 0 } };
    if (seek->any_count == 0)
        return true;
    for (size_t i = 0; i < seek->any_count; i++)
        posting_read(seek->txn, seek->database, seek->segment,
                     term_hash(TERM_TAG, seek->any_kind, seek->any[i]), &have);
    set_and(set, &have);
    return !set_empty(set);
}

static bool keep_tags(struct seek *seek, struct set *set)
{
    for (size_t i = 0; i < seek->tag_count; i++) {
        const struct seek_tag *tag = &seek->tags[i];
        if (!keep_term(seek, term_hash(TERM_TAG, tag->kind, tag->value), false, set))
            return false;
    }
    if (!keep_any(seek, set))
        return false;
    bool any = seek->word_count || seek->tag_count || seek->any_count || seek->part.size;
    return any || keep_term(seek, term_gram(TERM_ALL, "", 0), false, set);
}

static bool is_dead(const struct seek *seek)
{
    return seek->dead[seek->segment / 64] >> (seek->segment % 64) & 1;
}

// A segment in which not even parts of the words come together needs no second look for them.
static bool keep_words(struct seek *seek, struct set *set)
{
    struct bytes line = { seek->whole.data + 2, seek->whole.size - 3 };
    switch (seek->rank) {
    case SEEK_EXACT: return keep_term(seek, term_hash(TERM_EXACT, 0, line), false, set);
    case SEEK_NAME: return keep_beginnings(seek, false, set) && keep_parts(seek, false, set);
    case SEEK_TEXT:
        if (keep_parts(seek, true, set))
            return keep_beginnings(seek, true, set);
        seek->dead[seek->segment / 64] |= UINT64_C(1) << (seek->segment % 64);
        return false;
    default: return !is_dead(seek) && keep_parts(seek, true, set);
    }
}

static bool keep_all(struct seek *seek, struct set *set)
{
    return keep_tags(seek, set) && keep_part(seek, set) &&
           (seek->word_count == 0 || keep_words(seek, set)) &&
           (!seek->has_span || times_keep(seek, set));
}

// What is damaged is built anew by the next step.
static void note_damage(struct seek *seek)
{
    if (!txn_sound(seek->txn))
        seek->txn->store->slots[seek->slot - seek->txn->store->slots].derived_broken = true;
}

void seek_candidates(struct seek *seek)
{
    memset(&seek->set, 0xFF, sizeof seek->set);
    if (!keep_all(seek, &seek->set))
        memset(&seek->set, 0, sizeof seek->set);
    note_damage(seek);
}

// The present segment's candidates at the present rank.
static void candidates(struct seek *seek)
{
    seek_candidates(seek);
    while (seek->loose_at > 0 &&
           segment_of(seek->loose[seek->loose_at - 1].ordinal) == seek->segment) {
        const struct loose *loose = &seek->loose[--seek->loose_at];
        set_bit(&seek->set, place_of(loose->ordinal), loose->rank == seek->rank);
    }
    seek->below = (int)SEGMENT_SIZE;
}

// --- going on

static void rank_begin(struct seek *seek, enum seek_rank rank)
{
    seek->rank = rank;
    seek->segment = seek->last_segment;
    seek->loose_at = seek->loose_count;
    candidates(seek);
}

static bool segment_next(struct seek *seek)
{
    if (seek->segment > 0) {
        seek->segment--;
        candidates(seek);
        return true;
    }
    if (seek->word_count == 0 || seek->rank + 1 == SEEK_RANKS)
        return false;
    rank_begin(seek, (enum seek_rank)(seek->rank + 1));
    return true;
}

static const struct loose *loose_find(const struct seek *seek, uint64_t ordinal)
{
    size_t least = 0, beyond = seek->loose_count;
    while (least < beyond) {
        size_t middle = (least + beyond) / 2;
        if (seek->loose[middle].ordinal == ordinal)
            return &seek->loose[middle];
        if (seek->loose[middle].ordinal < ordinal)
            least = middle + 1;
        else
            beyond = middle;
    }
    return NULL;
}

struct bytes seek_candidate(struct seek *seek, uint64_t ordinal)
{
    const struct loose *loose = loose_find(seek, ordinal);
    struct sealed sealed;
    struct doc_view doc;
    struct raw_key key = ordinal_key('d', ordinal);
    if (loose)
        return loose->key;
    if (seek->crowded && loose_marked(seek, ordinal))
        return (struct bytes){ NULL, 0 };
    seek->looked++;
    if (!row_get(seek->txn, seek->database, raw_bytes(&key), &sealed) ||
        !doc_open(sealed.payload, &doc)) {
        txn_fault_key(seek->txn, seek->database, raw_bytes(&key), "the document is missing");
        note_damage(seek);
        return (struct bytes){ NULL, 0 };
    }
    enum seek_rank rank = seek_judge(seek, &doc);
    bool fits = seek->by_time ? rank <= seek->rank : rank == seek->rank;
    return fits ? doc.key : (struct bytes){ NULL, 0 };
}

bool seek_row(struct seek *seek, struct bytes key, void *row)
{
    struct sealed sealed;
    if (!row_get(seek->txn, &seek->slot->rows, key, &sealed)) {
        txn_fault_key(seek->txn, seek->database, key, "the document's row is missing");
        note_damage(seek);
        return false;
    }
    return row_decode(seek->txn, seek->slot, key, sealed.payload, &seek->scope, seek->arena, row) ==
           ROW_SEEN;
}

bool seek_next(struct seek *seek, void *row, enum seek_rank *ret_rank)
{
    while (seek->txn && !seek->ended && txn_sound(seek->txn)) {
        if (seek->by_time && shelves_next(seek, row, ret_rank))
            return true;
        if (seek->by_time)
            break;
        seek->below = set_last(&seek->set, seek->below);
        if (seek->below < 0) {
            seek->ended = !segment_next(seek);
            continue;
        }
        if (seek->looked >= seek->most) {
            seek->cut = seek->ended = true;
            break;
        }
        uint64_t ordinal = (uint64_t)seek->segment << SEGMENT_BITS | (unsigned)seek->below;
        struct bytes key = seek_candidate(seek, ordinal);
        if (key.size == 0 || !seek_row(seek, key, row))
            continue;
        *ret_rank = seek->rank;
        return true;
    }
    if (seek->slot)
        memset(row, 0, seek->slot->table->record()->size);
    return false;
}

bool seek_cut(const struct seek *seek)
{
    return seek->cut || seek->crowded;
}

// --- opening

static void find_last_segment(struct seek *seek)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    if (!seek->database->present)
        return;
    int code = mdb_cursor_open(seek->txn->mdb, seek->database->dbi, &cursor);
    if (!code)
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    if (code && code != MDB_NOTFOUND)
        txn_fault_code(seek->txn, code, seek->database, "seek");
    const uint8_t *bytes = code ? NULL : key.mv_data;
    if (bytes && key.mv_size > 5 && bytes[0] == 's')
        seek->last_segment = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 |
                             (uint32_t)bytes[3] << 8 | bytes[4];
    if (cursor)
        mdb_cursor_close(cursor);
    if (seek->loose_count &&
        segment_of(seek->loose[seek->loose_count - 1].ordinal) > seek->last_segment)
        seek->last_segment = segment_of(seek->loose[seek->loose_count - 1].ordinal);
}

// Behind a row that was given before: its rank and place are found by looking at it again.
static void begin_behind(struct seek *seek, struct id after)
{
    struct raw_key key;
    struct sealed sealed;
    struct mp_writer fresh;
    struct doc_view doc;
    raw_init(&key);
    raw_add(&key, (struct bytes){ after.bytes, sizeof after.bytes });
    if (!row_get(seek->txn, &seek->slot->rows, raw_bytes(&key), &sealed))
        return; // it is gone: from the start
    const void *row = row_scratch(seek->txn, seek->slot, raw_bytes(&key), sealed.payload);
    if (!row)
        return;
    mp_writer_init(&fresh);
    doc_make(seek->txn, seek->slot, raw_bytes(&key), row, &fresh);
    enum seek_rank rank = SEEK_RANKS;
    if (doc_open(mp_writer_bytes(&fresh), &doc))
        rank = seek_judge(seek, &doc);
    int64_t time = rank < SEEK_RANKS ? doc_time_of(&doc) : DOC_TIME_NONE;
    mp_writer_done(&fresh);
    seek->behind_time = rank < SEEK_RANKS ? time : INT64_MAX;
    seek->behind_ordinal = sealed.ordinal;
    if (seek->by_time || rank == SEEK_RANKS || segment_of(sealed.ordinal) > seek->last_segment)
        return;
    rank_begin(seek, rank);
    while (seek->segment > segment_of(sealed.ordinal))
        (void)segment_next(seek);
    seek->below = place_of(sealed.ordinal);
}

static void no_room(struct seek *seek)
{
    txn_fault_key(seek->txn, seek->database, (struct bytes){ NULL, 0 },
                  "a search does not fit the request's memory");
}

struct seek *seek_open(struct txn *txn, const struct table *table,
                       const struct seek_options *options, struct arena *arena)
{
    static struct seek nowhere; // never changed: it has no transaction
    struct seek *seek = arena_alloc(arena, sizeof *seek);
    assert(options->scope && table->derived);
    if (!seek) {
        txn_fault_key(txn, &txn->store->own[OWN_META], (struct bytes){ NULL, 0 },
                      "a search does not fit the request's memory");
        return &nowhere;
    }
    *seek = (struct seek){ .txn = txn, .slot = slot_of(txn, table), .arena = arena };
    seek->database = &seek->slot->derived;
    seek->scope = *options->scope;
    seek->most = options->most ? options->most : MOST_DEFAULT;
    if (!txn_sound(txn))
        return seek;
    if (!read_question(seek, options) || !loose_gather(seek)) {
        no_room(seek);
        return seek;
    }
    find_last_segment(seek);
    seek->dead = arena_array(arena, (size_t)seek->last_segment / 64 + 1, sizeof *seek->dead);
    if (!seek->dead) {
        no_room(seek);
        return seek;
    }
    seek->ended = seek->nothing;
    seek->behind_time = INT64_MAX;
    seek->times = seek->by_time || seek->has_span ? arena_alloc(arena, sizeof *seek->times) : NULL;
    if ((seek->by_time || seek->has_span) && !seek->times) {
        no_room(seek);
        return seek;
    }
    if (!seek->by_time)
        rank_begin(seek, SEEK_EXACT);
    if (!id_is_zero(options->after))
        begin_behind(seek, options->after);
    if (seek->by_time && !shelves_open(seek))
        no_room(seek);
    return seek;
}

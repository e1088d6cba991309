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

// SPDX-License-Identifier: Apache-2.0
// Candidates of a segment: what its posting lists leave, and the rows behind them.
#include <string.h>

#include "common/store/derived_seek.h"

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

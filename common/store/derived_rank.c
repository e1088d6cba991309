// SPDX-License-Identifier: Apache-2.0
// Two passes over the posting lists of what is asked for: how many rows have each thing, then what
// each row has. Rows that the postings do not know yet are taken apart once, and count alike.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/derived_rank.h"
#include "common/store/derived_seek.h"

#define WANTS_MAX  2048
#define LOOSE_MAX  2000 // rows taken apart for one question; of more, the youngest
#define COMMON     2    // parts that one row in two has tell nothing,
#define COMMON_ROW 10   // unless there are hardly any rows
#define SLOT_BITS  13   // four times as many as wants
#define BITS_WORDS (WANTS_MAX / 64)

struct want {
    uint64_t term;  // of names where `wide`: the one of texts is meant as well
    uint64_t other; // must be in the archive too; 0: none
    double weight;
    bool wide, extra; // extra: not missed where it is not
    uint64_t rows;
    double value;
};

// A row that the postings do not know as it is, and what it has of what is wanted.
struct apart {
    const struct loose *loose;
    uint64_t has[BITS_WORDS];
};

struct rank {
    struct seek *seek;
    struct want *wants;
    size_t count;
    uint16_t *slots;
    struct set *allowed; // of each segment: those within scope and tags that the postings know
    struct apart *apart;
    size_t apart_count;
    uint64_t rows;
    double ideal;
    bool cut;
};

struct rank *rank_open(struct txn *txn, const struct table *table, const struct seek_options *among,
                       struct arena *arena)
{
    static struct rank nowhere; // never changed: it wants nothing
    struct rank *rank = arena_alloc(arena, sizeof *rank);
    if (!rank)
        return &nowhere;
    rank->wants = arena_array(arena, WANTS_MAX, sizeof *rank->wants);
    rank->seek = seek_open(txn, table, among, arena);
    return rank->wants && rank->seek->txn ? rank : &nowhere;
}

// --- what is wanted

static void want_add(struct rank *rank, const struct want *want)
{
    if (rank->wants && rank->count < WANTS_MAX)
        rank->wants[rank->count++] = *want;
}

static uint64_t tag_term(char kind, const char *value)
{
    return term_hash(TERM_TAG, kind, (struct bytes){ (const uint8_t *)value, strlen(value) });
}

void rank_tag(struct rank *rank, char kind, const char *value, double weight, bool extra)
{
    want_add(rank,
             &(struct want){ .term = tag_term(kind, value), .weight = weight, .extra = extra });
}

void rank_tags(struct rank *rank, char kind, const char *one, const char *other, double weight)
{
    uint64_t a = tag_term(kind, one), b = tag_term(kind, other);
    want_add(rank, &(struct want){ .term = a, .other = b, .weight = weight, .extra = true });
    want_add(rank, &(struct want){ .term = b, .other = a, .weight = weight, .extra = true });
}

static void want_gram(struct rank *rank, const char *bytes, size_t size, const struct want *as)
{
    struct want want = *as;
    want.term = term_gram(TERM_NAME, bytes, size);
    want_add(rank, &want);
}

void rank_word(struct rank *rank, const char *word, double weight, bool extra)
{
    struct want as = { .weight = weight, .wide = true, .extra = extra };
    size_t size = strlen(word);
    char beginning[3] = { ' ', size ? word[0] : '\0', size > 1 ? word[1] : '\0' };
    if (size == 0)
        return;
    want_gram(rank, beginning, 2, &as);
    if (size > 1)
        want_gram(rank, beginning, 3, &as);
    for (size_t i = 0; i + 3 <= size; i++)
        want_gram(rank, word + i, 3, &as);
}

static int by_term(const void *a, const void *b)
{
    const struct want *x = a, *y = b;
    if (x->term != y->term)
        return x->term > y->term ? 1 : -1;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->extra != y->extra)
        return x->extra - y->extra;
    return (x->other > y->other) - (x->other < y->other);
}

static bool is_same(const struct want *a, const struct want *b)
{
    return a->term == b->term && a->weight == b->weight && a->extra == b->extra &&
           a->other == b->other;
}

// Each term's wants side by side, the heaviest first; each once.
static void wants_sort(struct rank *rank)
{
    size_t kept = 0;
    if (rank->count)
        qsort(rank->wants, rank->count, sizeof *rank->wants, by_term);
    for (size_t i = 0; i < rank->count; i++) {
        if (kept == 0 || !is_same(&rank->wants[kept - 1], &rank->wants[i]))
            rank->wants[kept++] = rank->wants[i];
    }
    rank->count = kept;
}

static const struct want *want_find(const struct rank *rank, uint64_t term)
{
    struct want wanted = { .term = term };
    size_t least = 0, beyond = rank->count;
    while (least < beyond) {
        size_t middle = (least + beyond) / 2;
        if (rank->wants[middle].term < wanted.term)
            least = middle + 1;
        else
            beyond = middle;
    }
    return least < rank->count && rank->wants[least].term == term ? &rank->wants[least] : NULL;
}

// --- which rows there are

static void segment_allow(struct rank *rank, uint32_t segment)
{
    struct seek *seek = rank->seek;
    seek->segment = segment;
    seek_candidates(seek);
    rank->allowed[segment] = seek->set;
    for (size_t i = 0; i < seek->loose_count; i++) {
        if (segment_of(seek->loose[i].ordinal) == segment)
            set_bit(&rank->allowed[segment], place_of(seek->loose[i].ordinal), false);
    }
    rank->rows += set_count(&rank->allowed[segment]);
}

static bool allow(struct rank *rank)
{
    struct seek *seek = rank->seek;
    rank->allowed = arena_array(seek->arena, (size_t)seek->last_segment + 1, sizeof *rank->allowed);
    for (uint32_t i = 0; rank->allowed && i <= seek->last_segment; i++)
        segment_allow(rank, i);
    return rank->allowed != NULL;
}

// Those of the segment that have it.
static void want_read(const struct rank *rank, const struct want *want, uint32_t segment,
                      struct set *out)
{
    const struct seek *seek = rank->seek;
    memset(out, 0, sizeof *out);
    posting_read(seek->txn, seek->database, segment, want->term, out);
    if (want->wide)
        posting_read(seek->txn, seek->database, segment,
                     (want->term & (UINT64_MAX >> 16)) | (uint64_t)TERM_TEXT << 48, out);
    for (size_t i = 0; i < SET_WORDS; i++)
        out->words[i] &= rank->allowed[segment].words[i];
}

static void count_indexed(struct rank *rank)
{
    struct set *set = arena_alloc(rank->seek->arena, sizeof *set);
    for (size_t i = 0; set && i < rank->count; i++) {
        struct want *want = &rank->wants[i];
        if (i > 0 && want[-1].term == want->term) {
            want->rows = want[-1].rows;
            continue;
        }
        for (uint32_t segment = 0; segment <= rank->seek->last_segment; segment++) {
            want_read(rank, want, segment, set);
            want->rows += set_count(set);
        }
    }
}

// --- rows that are not indexed

// The wants by their terms: open addressing, the first want of each term; 0: none.
static size_t slot_of_term(uint64_t term)
{
    return (size_t)((term * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - SLOT_BITS));
}

static bool wants_index(struct rank *rank)
{
    rank->slots = arena_array(rank->seek->arena, (size_t)1 << SLOT_BITS, sizeof *rank->slots);
    for (size_t i = 0; rank->slots && i < rank->count; i++) {
        size_t slot = slot_of_term(rank->wants[i].term);
        if (i > 0 && rank->wants[i - 1].term == rank->wants[i].term)
            continue;
        while (rank->slots[slot])
            slot = (slot + 1) & (((size_t)1 << SLOT_BITS) - 1);
        rank->slots[slot] = (uint16_t)(i + 1);
    }
    return rank->slots != NULL;
}

// All wants of this term are had.
static void has_term(const struct rank *rank, uint64_t term, struct apart *apart)
{
    size_t slot = slot_of_term(term), i;
    while (rank->slots[slot] && rank->wants[rank->slots[slot] - 1].term != term)
        slot = (slot + 1) & (((size_t)1 << SLOT_BITS) - 1);
    for (i = rank->slots[slot]; i > 0 && i <= rank->count && rank->wants[i - 1].term == term; i++)
        apart->has[(i - 1) / 64] |= UINT64_C(1) << ((i - 1) % 64);
}

static void apart_add(struct rank *rank, const struct loose *loose, const struct doc_view *doc,
                      struct terms *terms)
{
    struct apart *apart = &rank->apart[rank->apart_count++];
    *apart = (struct apart){ .loose = loose };
    terms_collect(doc, terms);
    for (size_t i = 0; i < terms->count; i++) {
        uint64_t term = terms->items[i];
        has_term(rank, term, apart);
        if (term >> 48 == TERM_TEXT)
            has_term(rank, (term & (UINT64_MAX >> 16)) | (uint64_t)TERM_NAME << 48, apart);
    }
    for (size_t i = 0; i < rank->count; i++)
        rank->wants[i].rows += apart->has[i / 64] >> (i % 64) & 1;
    rank->rows++;
}

// Its document is made anew where the one in the database is outdated.
static bool loose_doc(const struct rank *rank, const struct loose *loose, struct mp_writer *fresh,
                      struct doc_view *out)
{
    const struct seek *seek = rank->seek;
    struct raw_key key = ordinal_key('d', loose->ordinal);
    struct sealed sealed;
    if (loose->documented)
        return row_get(seek->txn, seek->database, raw_bytes(&key), &sealed) &&
               doc_open(sealed.payload, out);
    if (!row_get(seek->txn, &seek->slot->rows, loose->key, &sealed))
        return false;
    const void *row = row_scratch(seek->txn, seek->slot, loose->key, sealed.payload);
    if (!row)
        return false;
    mp_writer_reset(fresh);
    doc_make(seek->txn, seek->slot, loose->key, row, fresh);
    return doc_open(mp_writer_bytes(fresh), out);
}

static bool take_all_apart(struct rank *rank)
{
    const struct seek *seek = rank->seek;
    size_t room = seek->loose_count < LOOSE_MAX ? seek->loose_count : LOOSE_MAX;
    struct terms terms = { 0 };
    struct mp_writer fresh;
    rank->apart = arena_array(seek->arena, room + 1, sizeof *rank->apart);
    if (!rank->apart)
        return false;
    mp_writer_init(&fresh);
    for (size_t i = seek->loose_count; i > 0 && !rank->cut; i--) {
        if (seek->loose[i - 1].rank == SEEK_RANKS)
            continue;
        struct doc_view doc;
        if (rank->apart_count == room)
            rank->cut = true;
        else if (loose_doc(rank, &seek->loose[i - 1], &fresh, &doc))
            apart_add(rank, &seek->loose[i - 1], &doc, &terms);
    }
    mp_writer_done(&fresh);
    terms_done(&terms);
    return true;
}

// --- what each thing is worth

static bool is_worth(const struct rank *rank, size_t nth)
{
    const struct want *want = &rank->wants[nth];
    if (want->rows == 0)
        return false;
    // A heavier wish for the same counts already.
    for (size_t i = nth; i > 0 && rank->wants[i - 1].term == want->term; i--) {
        if (rank->wants[i - 1].value > 0)
            return false;
    }
    if (want->wide && want->rows > rank->rows / COMMON + COMMON_ROW)
        return false;
    if (!want->other)
        return true;
    const struct want *other = want_find(rank, want->other);
    return other && other->rows > 0;
}

// What is in no row counts as if half a one had it.
static double rarity(double all, double rows)
{
    return log(1 + (all - rows + 0.5) / (rows + 0.5));
}

static void weigh(struct rank *rank)
{
    double all = (double)rank->rows;
    for (size_t i = 0; i < rank->count; i++) {
        struct want *want = &rank->wants[i];
        if (is_worth(rank, i))
            want->value = want->weight * rarity(all, (double)want->rows);
        if (!want->extra)
            rank->ideal += want->value > 0   ? want->value
                           : want->rows == 0 ? want->weight * rarity(all, 0.5)
                                             : 0;
    }
}

// --- the best

struct best {
    struct ranked *items;
    size_t count, room;
};

static bool is_better(const struct ranked *a, const struct ranked *b)
{
    return a->score > b->score || (a->score == b->score && a->ordinal > b->ordinal);
}

static void best_add(struct best *best, const struct ranked *ranked)
{
    if (best->room == 0 || ranked->score <= 0 ||
        (best->count == best->room && !is_better(ranked, &best->items[best->count - 1])))
        return;
    if (best->count < best->room)
        best->count++;
    size_t at = best->count - 1;
    for (; at > 0 && is_better(ranked, &best->items[at - 1]); at--)
        best->items[at] = best->items[at - 1];
    best->items[at] = *ranked;
}

// Sums are made in the order of the wants everywhere: a row has one score, indexed or not.
static void score_segment(const struct rank *rank, uint32_t segment, double *scores,
                          struct best *best)
{
    struct set set;
    memset(scores, 0, SEGMENT_SIZE * sizeof *scores);
    for (size_t i = 0; i < rank->count; i++) {
        double value = rank->wants[i].value;
        if (value <= 0)
            continue;
        want_read(rank, &rank->wants[i], segment, &set);
        for (size_t word = 0; word < SET_WORDS; word++) {
            for (uint64_t bits = set.words[word]; bits; bits &= bits - 1)
                scores[word * 64 + (size_t)__builtin_ctzll(bits)] += value;
        }
    }
    for (size_t place = SEGMENT_SIZE; place > 0; place--)
        best_add(best,
                 &(struct ranked){ .score = scores[place - 1],
                                   .ordinal = (uint64_t)segment << SEGMENT_BITS | (place - 1) });
}

static void score_apart(const struct rank *rank, const struct apart *apart, struct best *best)
{
    double score = 0;
    for (size_t i = 0; i < rank->count; i++) {
        if (apart->has[i / 64] >> (i % 64) & 1)
            score += rank->wants[i].value;
    }
    best_add(best, &(struct ranked){ .score = score,
                                     .ordinal = apart->loose->ordinal,
                                     .key = apart->loose->key });
}

static void find_key(const struct rank *rank, struct ranked *ranked)
{
    const struct seek *seek = rank->seek;
    struct raw_key key = ordinal_key('d', ranked->ordinal);
    struct sealed sealed;
    struct doc_view doc;
    ranked->share = rank->ideal > 0 ? fmin(ranked->score / rank->ideal, 1) : 0;
    if (ranked->key.size)
        return;
    if (row_get(seek->txn, seek->database, raw_bytes(&key), &sealed) &&
        doc_open(sealed.payload, &doc))
        ranked->key = doc.key;
}

size_t rank_best(struct rank *rank, struct ranked *items, size_t room)
{
    struct best best = { .items = items, .room = room };
    if (!rank->seek || !txn_sound(rank->seek->txn))
        return 0;
    double *scores = arena_array(rank->seek->arena, SEGMENT_SIZE, sizeof *scores);
    wants_sort(rank);
    if (!scores || !wants_index(rank) || !allow(rank) || !take_all_apart(rank)) {
        txn_fault_key(rank->seek->txn, rank->seek->database, (struct bytes){ NULL, 0 },
                      "a search does not fit the request's memory");
        return 0;
    }
    count_indexed(rank);
    weigh(rank);
    for (uint32_t segment = 0; segment <= rank->seek->last_segment; segment++)
        score_segment(rank, segment, scores, &best);
    for (size_t i = 0; i < rank->apart_count; i++)
        score_apart(rank, &rank->apart[i], &best);
    for (size_t i = 0; i < best.count; i++)
        find_key(rank, &best.items[i]);
    return txn_sound(rank->seek->txn) ? best.count : 0;
}

bool rank_row(struct rank *rank, const struct ranked *ranked, void *row)
{
    return rank->seek && ranked->key.size && seek_row(rank->seek, ranked->key, row);
}

bool rank_cut(const struct rank *rank)
{
    return rank->cut || (rank->seek && rank->seek->crowded);
}

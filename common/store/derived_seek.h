// SPDX-License-Identifier: Apache-2.0
// A search under way, shared by the files it is made of; each uses those before it.
#pragma once

#include "common/store/derived_internal.h"

// A document that the postings do not know as it is: marked, pending, or not marked yet.
struct loose {
    uint64_t ordinal;
    enum seek_rank rank; // SEEK_RANKS: it does not fit, or is gone
    struct bytes key;    // of its row, in the database's memory
    int64_t time;
    bool documented; // its document is in the database as it is
};

struct seek {
    struct txn *txn; // NULL: empty
    const struct slot *slot;
    const struct database *database;
    struct arena *arena;
    struct scope scope;
    // the question
    struct bytes *words; // each behind a blank
    size_t word_count;
    struct bytes whole; // all of them as a line
    struct bytes part;
    struct seek_tag tags[SEEK_TAGS_MAX];
    size_t tag_count;
    char any_kind;
    const struct bytes *any;
    size_t any_count; // 0: whatever they are
    bool nothing;     // nothing can fit
    bool by_time, has_span;
    int64_t from, until;
    // where it is
    enum seek_rank rank;
    uint32_t segment, last_segment;
    uint64_t *dead;        // one bit a segment: nothing there has parts of all words
    struct set set;        // candidates of the segment
    struct shelf *shelves; // by time: of each segment
    struct times *times;   // room for those of one segment
    int64_t behind_time;   // only rows before this moment, or of it and older than the row
    uint64_t behind_ordinal;
    int below;                                // of which those below are still to come
    struct loose *loose;                      // by ordinal
    size_t loose_count, loose_room, loose_at; // those from loose_at on have taken part
    size_t looked, most;
    bool ended, cut;
    bool crowded; // not all that is not indexed yet was judged
};

// --- derived_judge.c
enum seek_rank seek_judge(const struct seek *seek, const struct doc_view *doc);

// --- derived_time.c
// Keeps those of the period. False when none is left.
bool times_keep(struct seek *seek, struct set *set);

// --- derived_loose.c
// False when the arena is full.
bool loose_gather(struct seek *seek);
// In a crowd: the row has changed, but was not judged; what is known of it is outdated.
bool loose_marked(const struct seek *seek, uint64_t ordinal);
// NULL: the postings know it as it is.
const struct loose *loose_find(const struct seek *seek, uint64_t ordinal);

// --- derived_candidate.c
// The candidates of the segment at the rank, as the postings know them, into seek->set.
void seek_candidates(struct seek *seek);
// The key of the candidate's row when it fits; size 0 otherwise.
struct bytes seek_candidate(struct seek *seek, uint64_t ordinal);
// Decodes it; false when the scope does not see it.
bool seek_row(struct seek *seek, struct bytes key, void *row);

// --- derived_shelf.c
// False when the arena is full.
bool shelves_open(struct seek *seek);
// The next row by time; false at the end.
bool shelves_next(struct seek *seek, void *row, enum seek_rank *ret_rank);

// SPDX-License-Identifier: Apache-2.0
// The rows that have most of what is asked for, in a derived index: where a search wants every
// word, this weighs. Each thing asked for counts the more the fewer rows have it (the weight of
// BM25 without counting how often it is in a row: rows are short), so that parts of words, forms,
// and words that are spelled wrongly may all be asked for at once.
#pragma once

#include "common/store/derived.h"

struct rank;
struct ranked {
    double score;
    double share;     // of what a row with everything would have: 0 to 1
    uint64_t ordinal; // of the row
    struct bytes key; // likewise, in the database's memory
};

// `among`: scope and tags say which rows there are at all; only they count. Never NULL; a sticky
// fault of the transaction makes it empty.
struct rank *rank_open(struct txn *txn, const struct table *table, const struct seek_options *among,
                       struct arena *arena);
// What is asked for; the same thing twice counts once, with the larger weight. More than some 2,000
// things are not looked at. What is `extra` is not missed where a row, or the archive, is without
// it.
void rank_tag(struct rank *rank, char kind, const char *value, double weight, bool extra);
// Two extra tags that only count if there are rows of either.
void rank_tags(struct rank *rank, char kind, const char *one, const char *other, double weight);
// All groups of three letters of a folded word, and its beginning.
void rank_word(struct rank *rank, const char *word, double weight, bool extra);
// The best first, among equals the youngest; at most `room`. Once.
size_t rank_best(struct rank *rank, struct ranked *best, size_t room);
// Decodes the row; false when the scope does not see it.
MUST_USE bool rank_row(struct rank *rank, const struct ranked *ranked, void *row);
// True when not all rows that are not indexed yet were looked at.
bool rank_cut(const struct rank *rank);

// SPDX-License-Identifier: Apache-2.0
// How a derived index lies in its database, shared by the files derived_*.c. All values are sealed
// rows or entries. Keys:
//   'c'                    control: version (8 bytes), 1 while it is built, the last row marked
//   'd' ordinal            the document: the row's key and what is searched of it
//   'm' ordinal            mark: the row has changed since (value: its key)
//   'p' ordinal            pending: the document as the postings still have it; empty: not at all
//   's' segment term       posting list: documents of the segment (4 bytes) with this term (7)
//   'T' segment            the times of its documents, where they have some
#pragma once

#include "common/base/text.h"
#include "common/store/derived.h"
#include "common/store/internal.h"

#define SEGMENT_BITS  13 // documents of one segment: 8192
#define SEGMENT_SIZE  ((size_t)1 << SEGMENT_BITS)
#define SET_WORDS     (SEGMENT_SIZE / 64)
#define MARKS_STEP    500
#define PENDING_LEAST 512 // so many are looked through by every search before they are worth a step
#define PENDING_STEP  512

// As it is written into the control: what is gathered, and how it is folded.
static inline int64_t derived_version(const struct table *table)
{
    return table->derived->version + ((int64_t)TEXT_FOLD_EDITION << 32);
}

static inline uint32_t segment_of(uint64_t ordinal)
{
    return (uint32_t)(ordinal >> SEGMENT_BITS);
}
static inline uint16_t place_of(uint64_t ordinal)
{
    return (uint16_t)(ordinal & (SEGMENT_SIZE - 1));
}

// --- derived_doc.c: what is searched of a row
// Lines of text, each " words of it\n", the first behind a '\n'; tags: size, kind, value.
enum doc_section { DOC_NAMES, DOC_TEXTS, DOC_PARTS, DOC_TAGS, DOC_SECTIONS };

struct doc {
    struct arena *arena; // of folding
    struct mp_writer sections[DOC_SECTIONS];
};
struct doc *doc_new(void);
void doc_free(struct doc *doc); // takes NULL

// Taken apart again.
struct doc_view {
    struct bytes key;
    struct bytes sections[DOC_SECTIONS];
};
// Gathers the row; the payload is appended to `out`.
void doc_make(struct txn *txn, const struct slot *slot, struct bytes key, const void *row,
              struct mp_writer *out);
bool doc_open(struct bytes payload, struct doc_view *out);
bool doc_has_tag(const struct doc_view *doc, char kind, struct bytes value);
#define DOC_TIME_NONE INT64_MIN
int64_t doc_time_of(const struct doc_view *doc);

// Terms: a class and what is of that class, in 56 bits.
enum term_class {
    TERM_ALL = 'a',   // every document
    TERM_EXACT = '=', // a whole line of names
    TERM_TAG = 'g',
    TERM_NAME = 'n', // three bytes of a word; or its beginning: a blank and one or two
    TERM_TEXT = 't',
    TERM_PART = 'p', // one, two, or three bytes of a part
};
uint64_t term_gram(enum term_class class, const char *bytes, size_t size);
uint64_t term_hash(enum term_class class, char kind, struct bytes value);

struct terms {
    uint64_t *items;
    size_t count, room;
};
void terms_add(struct terms *terms, uint64_t term);
// All terms of a document, some of them more than once.
void terms_collect(const struct doc_view *doc, struct terms *terms);
// In order, each once.
void terms_sort(struct terms *terms);
void terms_done(struct terms *terms);

// The typed part as doc_part folds it; NULL when the arena is full.
char *part_fold(struct arena *arena, const char *text);

// --- derived_list.c: sets of documents of one segment, and their form in the database
struct set {
    uint64_t words[SET_WORDS];
};
static inline void set_bit(struct set *set, uint16_t place, bool on)
{
    uint64_t bit = UINT64_C(1) << (place & 63);
    if (on)
        set->words[place >> 6] |= bit;
    else
        set->words[place >> 6] &= ~bit;
}
static inline bool set_has(const struct set *set, uint16_t place)
{
    return set->words[place >> 6] >> (place & 63) & 1;
}
bool set_empty(const struct set *set);
size_t set_count(const struct set *set);
// The highest member below `below`; -1 when there is none.
int set_last(const struct set *set, int below);
// Adds a stored list to the set; false when it is not one.
bool set_add(struct set *set, struct bytes payload);
// Appends the list.
void set_write(const struct set *set, struct mp_writer *out);

struct raw_key ordinal_key(char kind, uint64_t ordinal);
struct raw_key posting_key(uint32_t segment, uint64_t term);
uint64_t ordinal_of(struct bytes key); // behind its kind
// Adds the posting list to the set; a missing one is empty.
void posting_read(struct txn *txn, const struct database *database, uint32_t segment, uint64_t term,
                  struct set *set);

// --- derived_time.c: when the documents of a segment were
struct times {
    int64_t least, most; // `least` above `most`: there are none
    int64_t at[SEGMENT_SIZE];
};
// False when the segment has none.
bool times_read(struct txn *txn, const struct database *database, uint32_t segment,
                struct times *out);
// Only the first two; reads as much, but copies nothing.
bool times_bounds(struct txn *txn, const struct database *database, uint32_t segment,
                  int64_t *ret_least, int64_t *ret_most);
void times_none(struct times *times);
// Sets least and most, and writes; without any time there is no row.
void times_write(struct txn *txn, const struct database *database, uint32_t segment,
                 struct times *times);
// The key's, for checking.
struct raw_key times_key(uint32_t segment);
bool times_open(struct bytes payload, struct times *out);

// --- derived_step.c
void derived_mark(struct txn *txn, const struct slot *slot, uint64_t ordinal, struct bytes key);
struct control {
    int64_t version; // 0: none yet
    bool building;
    struct bytes place; // behind this row's key nothing is marked yet
};
void control_get(struct txn *txn, const struct slot *slot, struct control *out);

// SPDX-License-Identifier: Apache-2.0
// Derived indexes: what is searched of a table's rows while people type, by words, parts of words,
// parts of numbers, and tags. They are not written with the row: table_put and table_del only mark
// it, and derived_step does the rest behind the requests' back. A search reads what is marked or
// pending as well, so that it always answers from the rows as they are in its transaction.
//
// Documents are numbered by their row's ordinal. A segment holds the posting lists of 8192 of them,
// sorted by term, so that new rows touch the youngest segment only and an old row its own; nothing
// must ever be merged. What is found is compared with the document's text before it counts.
#pragma once

#include "common/store/check.h"
#include "common/store/store.h"

// What is searched of one row, being gathered.
struct doc;
typedef void doc_function(const void *row, struct doc *doc);

struct derived {
    const char *name;     // its database: "contact.search"
    int64_t version;      // of what `gather` gives; another one in the store is built anew
    doc_function *gather; // a function of the row alone; the table's key is the row's id
    const char *query;    // the query that needs it, in words
};

// NULL and "" add nothing. Texts are folded here (text_fold).
void doc_name(struct doc *doc, const char *text); // found as a whole, by beginnings, by parts
void doc_text(struct doc *doc, const char *text); // the same, but ranks behind names
void doc_part(struct doc *doc, const char *text); // any part of it, separators of any kind alike
// Found only as a whole and never by typing. Fields with a scope's mark are tags by themselves.
void doc_tag(struct doc *doc, char kind, struct bytes value);
void doc_tag_text(struct doc *doc, char kind, const char *text);
void doc_tag_id(struct doc *doc, char kind, struct id id); // the zero id adds nothing
// Memory until the row is gathered, for what is made of it.
struct arena *doc_arena(struct doc *doc);
// When it was, in microseconds: what periods and the order of time look at. Once for a row; rows of
// a table have one all, or none.
void doc_time(struct doc *doc, int64_t at_us);
// The kind of the tags made of fields with this mark.
static inline char doc_scope_kind(enum scope_mark mark)
{
    return (char)(mark + 1); // below all that a service would use
}

// --- searching
enum seek_rank {
    SEEK_EXACT,  // a name as a whole; also what is sought without words
    SEEK_NAME,   // every word begins a word of a name
    SEEK_TEXT,   // every word begins a word
    SEEK_WITHIN, // every word is part of a word; one of less than three bytes begins one
    SEEK_RANKS
};

#define SEEK_TAGS_MAX 8
struct seek_tag {
    char kind;
    struct bytes value;
};

struct seek_options {
    const struct scope *scope;           // whose rows; never NULL
    const char *words;                   // as typed, in any order, all of them; NULL or "": any row
    const char *part;                    // of a doc_part, as typed; NULL or "": any row
    struct seek_tag tags[SEEK_TAGS_MAX]; // all of them
    size_t tag_count;
    char any_kind;           // and, if any_count, a tag of this kind with one of these values
    const struct bytes *any; // lives as long as the search
    size_t any_count;
    struct id after;     // begin behind this row; zero: at the start
    int64_t from, until; // only rows of this time (doc_time), `until` excluded; 0: open
    bool by_time;        // the latest first, instead of the best; only what words begin
    size_t most;         // documents looked at before it gives up (0: 20,000), see seek_cut
};
struct seek;
// Best rank first, within a rank the youngest row first; or by time, among equals the youngest row
// first. Never NULL; a sticky fault of the
// transaction makes it empty. The table must not be written meanwhile.
struct seek *seek_open(struct txn *txn, const struct table *table,
                       const struct seek_options *options, struct arena *arena);
// Decodes the next row into the arena; false at the end.
MUST_USE bool seek_next(struct seek *seek, void *row, enum seek_rank *ret_rank);
// True when it is incomplete: too many documents were looked at in vain, or more than 20,000 rows
// are not indexed yet.
bool seek_cut(const struct seek *seek);

// --- keeping up
// A bounded piece of work: texts of at most 500 marked rows, or postings of at most 512 documents
// of one segment, or marks for at most 500 rows of an index that is being built. True while there
// is more to do.
bool derived_step(struct txn *txn, const struct table *table);
// Rows whose texts are not taken yet, for figures; stops counting at `most`.
size_t derived_backlog(struct txn *txn, const struct table *table, size_t most);
// Forgets the whole index; it is built again by derived_step, and searches read the rows till then.
void derived_forget(struct txn *txn, const struct table *table);

// Everything recomputed from the rows and compared; one call of `listener` per fault. Returns
// how many; false when the store cannot be read. Part of store_check.
MUST_USE bool derived_check(struct store *store, const struct table *table,
                            check_listener *listener, void *context, uint64_t *ret_faults,
                            struct err *err);

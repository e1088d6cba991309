// SPDX-License-Identifier: Apache-2.0
// One service's LMDB environment: opened once, written by one owner, every commit synced. This
// folder is the only code that knows LMDB; lmdb.h is included in its .c files only.
//
// Storage faults (a damaged row, an I/O error, a full map or disk) are sticky in the transaction:
// later calls do nothing and look-ups find nothing, and the commit tells. Handlers need not check.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/store/key.h"
#include "common/wire/scope.h"

struct store;
struct txn;
struct table;

struct store_options {
    const char *folder; // made if it is missing (mode 0700)
    const struct table *const *tables;
    size_t table_count;
    size_t map_bytes;      // 1 TiB in production, 1 GiB in tests; multiple of the page size
    uint64_t epoch_if_new; // random, 1 .. 2^53 - 1: used when the store is created
    bool read_only;        // for checks and dumps beside a running owner
};

// Takes owner.lock (held for life; ERR_CONFLICT when another process owns the folder), creates what
// is missing, fsyncs the folder, refuses a newer format, syncs once (a commit of a killed process
// can be visible and not yet durable), clears dead readers, builds the indexes that an older
// program did not have. ERR_UNAVAILABLE for what the system refuses.
MUST_USE struct store *store_open(const struct store_options *options, struct err *err);
void store_close(struct store *store); // takes NULL

uint64_t store_epoch(const struct store *store);
// The last fact's number; 0 when there is none. Known without a transaction (as of the last
// commit).
int64_t store_head(const struct store *store);
// After a restore: the log goes on under another epoch (1 .. 2^53 - 1), so that followers notice.
MUST_USE bool store_new_epoch(struct store *store, uint64_t epoch, struct err *err);

// --- transactions
// One write transaction at a time. NULL with ERR_UNAVAILABLE or ERR_INTERNAL.
MUST_USE struct txn *store_write(struct store *store, struct err *err);
// The same, hoping that no child which has written will be dropped: children write straight into
// the transaction, which saves them a copy of every page that they touch. Dropping such a child
// spoils the whole transaction: COMMIT_AGAIN.
MUST_USE struct txn *store_write_hoping(struct store *store, struct err *err);
// A snapshot; hold it for 5 s at most.
MUST_USE struct txn *store_read(struct store *store, struct err *err);

// A child of a write transaction: what it writes can be dropped alone. The parent must not be used
// while it lives. NULL only on a sticky fault of the parent.
MUST_USE struct txn *txn_child(struct txn *parent);
// Into the parent; false (and dropped) when a storage fault happened in the child.
MUST_USE bool txn_merge(struct txn *child);
void txn_drop(struct txn *txn); // any transaction, also a reading one; takes NULL

enum commit_result {
    COMMIT_DONE,     // durable
    COMMIT_FULL,     // the map is full: store_grow, then repeat the whole batch
    COMMIT_AGAIN,    // the hope was vain, nothing was written: repeat the whole batch without it
    COMMIT_NO_SPACE, // the disk is full: nothing was written; answer `unavailable`, go on reading
    COMMIT_DAMAGED, // a row failed its checksum or its index: nothing was written; the log names it
    COMMIT_BROKEN,  // any other error: exit without replying
};
// The one door to durability: commits, synced, and frees the transaction.
MUST_USE enum commit_result batch_commit(struct txn *txn);
MUST_USE bool store_grow(struct store *store, struct err *err);

// What the sticky fault is; "" when there is none. For the log.
const char *txn_fault(const struct txn *txn);
// What the last batch_commit met ("" when it was done), as the transaction is gone by then.
const char *store_last_fault(const struct store *store);

// --- tables
// The primary or index key of a row.
typedef void key_function(const void *row, struct key *key);
// Zero or more index keys of a row (a contact has several numbers).
struct keys;
typedef void keys_function(const void *row, struct keys *keys);
void keys_add(struct keys *keys, const struct key *key); // duplicates within one row collapse

struct index {
    const char *name; // its database: "contact.by_number"
    keys_function *keys;
    bool unique; // two rows with one key: ERR_CONFLICT naming `field`
    const char *field;
    const char *query; // the query that needs it, in words
    // Counted up when `keys` makes other keys of a row than before. The store builds a new index,
    // and one of another edition, from its rows when it is opened.
    uint16_t edition;
};

struct table {
    const char *name; // its database: "contact"
    uint16_t number;  // in the row's header, unique within the store, never used again
    const struct record *(*record)(void);
    key_function *key;
    const struct index *indexes;
    size_t index_count;
    bool grows; // with time: its non-unique indexes are bucketed by the row's ordinal
    const struct derived *derived; // what is searched while people type (derived.h); NULL: nothing
    // Of rows that are made of others: why this one is not what they make of it, or NULL. For the
    // check; NULL: a row stands by itself.
    const char *(*wrong)(struct txn *txn, const void *row);
};

// Inserts or replaces the row under its primary key; writes indexes, ordinal and checksum.
// ERR_CONFLICT naming the unique index's field when another row holds that key.
MUST_USE bool table_put(struct txn *txn, const struct table *table, const void *row,
                        struct err *err);
// False when there was no such row.
bool table_del(struct txn *txn, const struct table *table, const struct key *key);
// Fills `row` (memory in the arena). False when there is none, or the scope does not see it.
MUST_USE bool table_get(struct txn *txn, const struct table *table, const struct scope *scope,
                        const struct key *key, struct arena *arena, void *row);
// The row under a key of a unique index.
MUST_USE bool table_get_by(struct txn *txn, const struct index *index, const struct table *table,
                           const struct scope *scope, const struct key *key, struct arena *arena,
                           void *row);
// Rows in the table. Constant time.
uint64_t table_count(struct txn *txn, const struct table *table);

// --- walking a table or index in order
enum walk_fit {
    WALK_PASS, // not this one
    WALK_TAKE,
    WALK_END, // neither this one nor any behind it
};
struct walk_options {
    const struct index *index; // NULL: by primary key
    const struct scope *scope; // whose rows; never NULL
    struct key prefix;         // only keys that begin so (size 0: all)
    struct key after;          // begin behind this key of the same index (size 0: at the start)
    struct id after_row;       // with `after` in a non-unique index: behind this row
    bool down;                 // from the last key to the first
    // Which rows are wanted; NULL: all. What is passed over costs the walk's arena nothing, so that
    // one row among very many can be found.
    enum walk_fit (*fits)(void *context, const void *row);
    void *context;
};
struct walk;
// Never NULL; a sticky fault of the transaction makes it empty. Lives in the arena until
// walk_close.
struct walk *walk_open(struct txn *txn, const struct table *table,
                       const struct walk_options *options, struct arena *arena);
// Decodes the next row into the arena; false at the end. Writing to the table while walking is
// forbidden.
MUST_USE bool walk_next(struct walk *walk, void *row);
void walk_close(struct walk *walk); // takes NULL

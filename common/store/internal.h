// SPDX-License-Identifier: Apache-2.0
// What the files of this folder share: how rows lie on disk, the open store, the transaction.
//
// Rows are read for ever, so this layout never changes; a new one gets a new version byte.
//   byte 0        version, ROW_VERSION
//   bytes 1-2     schema id, big-endian: the table's number, or one of the store's own (0xFF00 on)
//   bytes 3-10    ordinal, big-endian: the how-manieth row of its table, kept when replaced
//   bytes 11-     payload: the record in the codec's canonical form
//   last 4 bytes  CRC32C, big-endian, over the database's name with its NUL, the key, and all
//                 bytes before the sum, so that a row found under a wrong key is refused too
// An index entry can be recomputed and has no version:
//   key           bucket (4 bytes, ordinal >> BUCKET_BITS; only non-unique indexes of tables that
//                 grow), the fields, and for non-unique indexes the row's key
//   value         the row's key and a CRC32C, made as above
#pragma once

#include <lmdb.h>

#include "common/store/log.h"
#include "common/store/store.h"
#include "common/wire/mp.h"

#define FORMAT      1 // of the whole folder, in meta; a newer one is refused
#define ROW_VERSION 1
#define ROW_HEAD    11
#define ROW_SUM     4
#define BUCKET_BITS 14  // rows of one bucket: 16,384
#define BUCKET_SIZE 4   // bytes before the key
#define RAW_KEY_MAX 511 // LMDB's own limit
#define STEP_MAX    500 // rows that one step may write
#define INDEXES_MAX 16  // of one table

struct database {
    const char *name;
    uint16_t number; // in the heads of its rows
    bool present;    // false: a read-only store without it; reads as empty
    bool unbuilt;    // an index that this store does not hold yet; see reindex.c
    MDB_dbi dbi;
};

enum own_database {
    OWN_META,
    OWN_LOG,
    OWN_FOLLOWER,
    OWN_CURSOR,
    OWN_FOLLOWED,
    OWN_FOLLOWED_BY_GENERATION,
    OWN_PARKED,
    OWN_PARKED_BY_ENTITY,
    OWN_REPLY,
    OWN_COUNT
};

// One of the caller's tables, opened.
struct slot {
    const struct table *table;
    struct database rows;
    struct database *indexes; // as table->indexes
    struct database derived;  // of the table's derived index; unnamed when it has none
    bool derived_broken;      // a search met damage: the next step builds it anew
};

struct store {
    MDB_env *env;
    char *folder;
    int owner; // the descriptor that holds the lock; -1: read only
    bool read_only;
    bool writing;   // a write transaction lives
    size_t open;    // transactions that live
    bool ballasted; // the ballast file is in its place
    size_t map_bytes;
    uint64_t epoch;
    int64_t head;
    uint64_t commits; // since opened
    char last_fault[256];
    struct database own[OWN_COUNT];
    struct slot *slots;
    size_t slot_count;
};

struct counter {
    uint64_t next; // ordinal; 0: not read yet
    bool changed;
};

struct keys {
    struct key *items;
    size_t count, room;
};

struct doc;

// Memory for the time of one call; belongs to the outermost transaction.
struct scratch {
    struct arena *arena;
    struct doc *doc; // of derived indexes; NULL until one is needed
    struct mp_writer writer;
    struct keys before,
        after[INDEXES_MAX]; // after: by index, collected once for checks and writing
};

struct txn {
    struct store *store;
    MDB_txn *mdb;
    struct txn *parent;
    bool writing;
    bool has_child;
    bool hoping;    // children share `mdb` with their parent
    uint64_t wrote; // puts and deletions, with those of merged children
    size_t walks;
    enum commit_result fault; // COMMIT_DONE: none
    char fault_text[256];
    int64_t head;
    bool head_changed;
    struct scratch *scratch;   // shared with the parent
    struct counter counters[]; // by slot
};

// --- owner.c: the folder, its lock, the ballast
bool folder_make(const char *folder, struct err *err);
bool folder_sync(const char *folder, struct err *err);
// The locked descriptor, or -1 with ERR_CONFLICT naming the owner's pid.
int owner_lock(const char *folder, struct err *err);
void ballast_drop(struct store *store);
// Writes it again when it is missing and there is room for four of its kind.
void ballast_restore(struct store *store);
// The file system, or the process's own limit, has no room for another ballast.
bool folder_is_full(const struct store *store);
// Returns false with the system's words for errno or an MDB_ code.
bool fail_system(struct err *err, const char *what, int code);

// --- txn.c: sticky faults
void txn_fault_code(struct txn *txn, int code, const struct database *database, const char *doing);
// A damaged row or entry: named by database and key.
void txn_fault_key(struct txn *txn, const struct database *database, struct bytes key,
                   const char *why);
bool txn_sound(const struct txn *txn);
struct scratch *txn_scratch(struct txn *txn);
// The ordinal that the next new row of this slot gets.
uint64_t txn_next_ordinal(struct txn *txn, const struct slot *slot);
// The ordinal for a new row of this slot: taken.
uint64_t txn_ordinal(struct txn *txn, const struct slot *slot);

// --- database.c: gets and puts on a faultless transaction, plus seals
static inline struct bytes key_bytes(const struct key *key)
{
    return (struct bytes){ key->bytes, key->size };
}

// A key as the database holds it.
struct raw_key {
    uint8_t bytes[RAW_KEY_MAX];
    size_t size;
    bool overflow;
};
void raw_init(struct raw_key *raw);
void raw_add(struct raw_key *raw, struct bytes bytes);
static inline struct bytes raw_bytes(const struct raw_key *raw)
{
    return (struct bytes){ raw->bytes, raw->size };
}
// The least key behind all that begin with these bytes; false when there is none (all 0xFF).
bool raw_behind(struct raw_key *raw);

// Key and name for people, in the texts of faults.
struct key_text {
    char text[96];
};
struct key_text key_text(struct bytes key);

bool database_get(struct txn *txn, const struct database *database, struct bytes key,
                  struct bytes *out);
void database_put(struct txn *txn, const struct database *database, struct bytes key,
                  struct bytes value);
bool database_del(struct txn *txn, const struct database *database, struct bytes key);
uint64_t database_count(struct txn *txn, const struct database *database);
void database_clear(struct txn *txn, const struct database *database);

struct sealed {
    uint64_t ordinal;
    struct bytes payload;
};
// NULL when the row is whole; otherwise what is wrong with it.
const char *row_open(const struct database *database, struct bytes key, struct bytes value,
                     struct sealed *out);
// Begins a row in the scratch writer; append the payload, then row_put seals and writes it.
struct mp_writer *row_begin(struct txn *txn, const struct database *database, uint64_t ordinal);
void row_put(struct txn *txn, const struct database *database, struct bytes key);
// False when there is none or it is damaged (sticky).
bool row_get(struct txn *txn, const struct database *database, struct bytes key,
             struct sealed *out);

const char *entry_open(const struct database *database, struct bytes key, struct bytes value,
                       struct bytes *ret_row_key);
void entry_put(struct txn *txn, const struct database *database, struct bytes key,
               struct bytes row_key);

// Numbers of a row of the store's own: an array of integers, read back in order. Rows may have
// grown at the end since.
bool ints_read(struct mp_reader *reader, int64_t *out, size_t count);
// A text or bytes item into a buffer, with its NUL; false when it does not fit.
bool text_read(struct mp_reader *reader, char *out, size_t room);

// Removes the database of this name, if there is one.
void database_drop(struct txn *txn, const char *name);

// --- reindex.c
// At opening: finds the indexes that the store does not hold as this program knows them. In a
// writing transaction they are emptied, and marked; those of empty tables are whole at once.
void indexes_look(struct txn *txn);
// Then: builds them, and drops those that this program does not know.
bool indexes_renew(struct store *store, struct err *err);

// --- meta.c
bool number_get(struct txn *txn, const char *name, uint64_t *out);
void number_put(struct txn *txn, const char *name, uint64_t value);

// --- scan.c: going through a database in the order of its keys, for the store's own needs
struct scan {
    struct txn *txn;
    const struct database *database;
    MDB_cursor *cursor;
    struct bytes key, value; // of the present place
};
// At the first key not below `from` (size 0: the first of all). scan_end in either case.
bool scan_begin(struct scan *scan, struct txn *txn, const struct database *database,
                struct bytes from);
bool scan_next(struct scan *scan);
// Removes the present one; scan_next then gives the one behind it.
void scan_del(struct scan *scan);
void scan_end(struct scan *scan);
bool starts_with(struct bytes bytes, struct bytes prefix);

// --- index.c
const struct slot *slot_of(const struct txn *txn, const struct table *table);
void keys_reset(struct keys *keys);
bool keys_have(const struct keys *keys, struct bytes key);
bool index_bucketed(const struct table *table, const struct index *index);
void index_key(struct raw_key *out, const struct table *table, const struct index *index,
               struct bytes fields, uint64_t ordinal, struct bytes row_key);
// The fields' part of an entry's key.
struct bytes index_fields(const struct table *table, const struct index *index, struct bytes key,
                          struct bytes row_key);

// --- table.c
// The row in scratch memory, until the next call that uses it; NULL is a sticky fault.
const void *row_scratch(struct txn *txn, const struct slot *slot, struct bytes key,
                        struct bytes payload);
enum row_state { ROW_SEEN, ROW_HIDDEN, ROW_FAULT };
// Decodes a whole row as the scope sees it.
enum row_state row_decode(struct txn *txn, const struct slot *slot, struct bytes key,
                          struct bytes payload, const struct scope *scope, struct arena *arena,
                          void *out);

// SPDX-License-Identifier: Apache-2.0
// Bare LMDB: what the floors write with. No checks, no checksums, no schema.
#pragma once

#include <lmdb.h>

#include "tests/bench/people.h"

#define BARE_DATABASES 10

struct bare {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi databases[BARE_DATABASES];
};

// As many databases, opened as the service opens its own (default sync flags). Ends the process on
// any error, as all of these do.
void bare_open(struct bare *bare, const char *folder, size_t databases);
void bare_close(struct bare *bare);
void bare_begin(struct bare *bare, bool write);
void bare_put(struct bare *bare, size_t database, const void *key, size_t key_size,
              const void *value, size_t value_size);
bool bare_get(struct bare *bare, size_t database, const void *key, size_t key_size, MDB_val *out);
// The first entry not below the key, in the row of its value.
bool bare_get_prefix(struct bare *bare, size_t database, const void *key, size_t key_size,
                     MDB_val *out);
void bare_commit(struct bare *bare); // synced; or the end of a reading one

// --- the puts of contacts' contact_add: the same keys, values of the same length
enum {
    BARE_META,
    BARE_CONTACT,
    BARE_BY_NUMBER,
    BARE_BY_LIKENESS,
    BARE_BY_NAME,
    BARE_LOG,
    BARE_REPLY,
    BARE_CONTACT_DATABASES
};
struct bare_contacts {
    struct bare bare;
    uint64_t next; // the person to come
    struct rng rng;
    uint8_t row[600], fact[900], reply[700]; // as the service encodes them, once
    size_t row_size, fact_size, reply_size, body_size;
};
void bare_contacts_open(struct bare_contacts *contacts, const char *folder);
void bare_contact_put(struct bare_contacts *contacts); // within bare_begin
// The two numbers that each batch writes, and the commit.
void bare_contacts_commit(struct bare_contacts *contacts);
// Without a sync, in batches as a service would take them; synced at the end.
void bare_contacts_fill(struct bare_contacts *contacts, uint64_t count);

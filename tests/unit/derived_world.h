// SPDX-License-Identifier: Apache-2.0
// What the tests of derived indexes share: a store with one searched table, and keeping its index
// up.
#pragma once

#include "common/store/derived.h"
#include "tests/unit/store_thing.h"

static inline struct store *searched_store(const char *folder, const struct table *table)
{
    struct err err = { 0 };
    const struct table *const tables[] = { table, &thing_table };
    struct store *store = store_open(&(struct store_options){ .folder = folder,
                                                              .tables = tables,
                                                              .table_count = COUNT_OF(tables),
                                                              .map_bytes = (size_t)1 << 29,
                                                              .epoch_if_new = 4711 },
                                     &err);
    CHECK_OK(&err);
    return store;
}

static inline void must_commit(struct txn *txn)
{
    CHECK_INT(batch_commit(txn), COMMIT_DONE);
}

// Steps until nothing is left to do.
static inline void keep_up(struct store *store, const struct table *table)
{
    for (bool more = true; more;) {
        struct txn *txn = must_write(store);
        more = derived_step(txn, table);
        must_commit(txn);
    }
}

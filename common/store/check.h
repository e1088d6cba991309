// SPDX-License-Identifier: Apache-2.0
// The store's fsck: every row's checksum and decoding, every index recomputed and compared.
#pragma once

#include "common/store/store.h"

struct check_report {
    uint64_t rows, index_entries, facts;
    uint64_t faults;
};
// One call per fault, in words that name database and key. Reads in pages; may run beside the owner
// (with a read_only store).
typedef void check_listener(void *context, const char *fault);
MUST_USE bool store_check(struct store *store, check_listener *listener, void *context,
                          struct check_report *out, struct err *err);

// Checks up to `rows` more rows of the walk that began at `*place` (zeroed: from the start) and
// goes round for ever; returns how many faults. For the slow scrub of a running service.
struct scrub_place {
    size_t table;
    struct key key;
};
size_t store_scrub(struct txn *txn, struct scrub_place *place, size_t rows,
                   check_listener *listener, void *context);

// Prints every table as JSON lines through the listener (one row a call).
MUST_USE bool store_dump(struct store *store, check_listener *listener, void *context,
                         struct err *err);

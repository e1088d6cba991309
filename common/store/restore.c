// SPDX-License-Identifier: Apache-2.0
// What a restore does to a store: the same rows, under another epoch.
#include "common/store/internal.h"

bool store_new_epoch(struct store *store, uint64_t epoch, struct err *err)
{
    struct txn *txn = store_write(store, err);
    if (!txn)
        return false;
    number_put(txn, "s:epoch", epoch);
    if (batch_commit(txn) != COMMIT_DONE)
        return fail(err, ERR_UNAVAILABLE, NULL, TEXT_STORE_FAULT, NULL);
    store->epoch = epoch;
    return true;
}

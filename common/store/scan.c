// SPDX-License-Identifier: Apache-2.0
// Going through a database in the order of its keys, for the store's own rows.
#include <assert.h>
#include <string.h>

#include "common/store/internal.h"

bool starts_with(struct bytes bytes, struct bytes prefix)
{
    if (prefix.size == 0)
        return true;
    return bytes.size >= prefix.size && memcmp(bytes.data, prefix.data, prefix.size) == 0;
}

static bool move(struct scan *scan, MDB_val *key, MDB_cursor_op op)
{
    MDB_val value;
    int code = mdb_cursor_get(scan->cursor, key, &value, op);
    if (code && code != MDB_NOTFOUND)
        txn_fault_code(scan->txn, code, scan->database, "scan");
    if (code)
        return false;
    scan->key = (struct bytes){ key->mv_data, key->mv_size };
    scan->value = (struct bytes){ value.mv_data, value.mv_size };
    return true;
}

bool scan_begin(struct scan *scan, struct txn *txn, const struct database *database,
                struct bytes from)
{
    *scan = (struct scan){ .txn = txn, .database = database };
    if (!txn_sound(txn) || !database->present || from.size > RAW_KEY_MAX)
        return false;
    int code = mdb_cursor_open(txn->mdb, database->dbi, &scan->cursor);
    if (code) {
        txn_fault_code(txn, code, database, "scan");
        return false;
    }
    MDB_val key = { .mv_size = from.size, .mv_data = (void *)(uintptr_t)from.data };
    return move(scan, &key, from.size ? MDB_SET_RANGE : MDB_FIRST);
}

bool scan_next(struct scan *scan)
{
    MDB_val key;
    return txn_sound(scan->txn) && move(scan, &key, MDB_NEXT);
}

void scan_del(struct scan *scan)
{
    if (!txn_sound(scan->txn))
        return;
    assert(scan->txn->writing);
    scan->txn->wrote++;
    int code = mdb_cursor_del(scan->cursor, 0);
    if (code)
        txn_fault_code(scan->txn, code, scan->database, "del");
}

void scan_end(struct scan *scan)
{
    if (scan->cursor)
        mdb_cursor_close(scan->cursor);
    scan->cursor = NULL;
}

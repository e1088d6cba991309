// SPDX-License-Identifier: Apache-2.0
// What a transaction has met, sticky until it ends; and the memory that its reads share.
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/internal.h"

#define SCRATCH_LIMIT ((size_t)64 << 20)

struct key_text key_text(struct bytes key)
{
    struct key_text out = { "" };
    if (key.size == sizeof(struct id)) {
        struct id id;
        memcpy(id.bytes, key.data, sizeof id.bytes);
        snprintf(out.text, sizeof out.text, "%s", id_text(id).text);
        return out;
    }
    size_t shown = key.size < 44 ? key.size : 44;
    for (size_t i = 0; i < shown; i++)
        snprintf(out.text + 2 * i, sizeof out.text - 2 * i, "%02x", key.data[i]);
    if (shown < key.size)
        snprintf(out.text + 2 * shown, sizeof out.text - 2 * shown, "...");
    return out;
}

const char *txn_fault(const struct txn *txn)
{
    return txn->fault_text;
}

bool txn_sound(const struct txn *txn)
{
    return txn->fault == COMMIT_DONE;
}

static enum commit_result result_of(const struct txn *txn, int code)
{
    switch (code) {
    case MDB_MAP_FULL: return COMMIT_FULL;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND: return COMMIT_DAMAGED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return COMMIT_NO_SPACE;
    case EIO: // LMDB's word for a write cut short, which is how a disk fills up, too
        return folder_is_full(txn->store) ? COMMIT_NO_SPACE : COMMIT_BROKEN;
    default: return COMMIT_BROKEN;
    }
}

void txn_fault_code(struct txn *txn, int code, const struct database *database, const char *doing)
{
    if (!txn_sound(txn))
        return;
    txn->fault = result_of(txn, code);
    snprintf(txn->fault_text, sizeof txn->fault_text, "%s%s%s: %s", doing, database ? " of " : "",
             database ? database->name : "", mdb_strerror(code));
}

void txn_fault_key(struct txn *txn, const struct database *database, struct bytes key,
                   const char *why)
{
    if (!txn_sound(txn))
        return;
    txn->fault = COMMIT_DAMAGED;
    snprintf(txn->fault_text, sizeof txn->fault_text, "%s %s: %s", database->name,
             key_text(key).text, why);
}

struct scratch *txn_scratch(struct txn *txn)
{
    if (txn->scratch)
        return txn->scratch;
    assert(!txn->parent); // a child has its parent's from the start
    struct scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        abort();
    scratch->arena = arena_new(SCRATCH_LIMIT);
    mp_writer_init(&scratch->writer);
    txn->scratch = scratch;
    return scratch;
}

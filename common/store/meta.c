// SPDX-License-Identifier: Apache-2.0
// Named numbers: the store's own ("s:...") and the service's ("n:...").
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/store/internal.h"

static struct bytes name_bytes(const char *name)
{
    return (struct bytes){ (const uint8_t *)name, strlen(name) };
}

bool number_get(struct txn *txn, const char *name, uint64_t *out)
{
    const struct database *meta = &txn->store->own[OWN_META];
    struct sealed row;
    if (!row_get(txn, meta, name_bytes(name), &row))
        return false;
    if (row.payload.size != 8) {
        txn_fault_key(txn, meta, name_bytes(name), "not a number of 8 bytes");
        return false;
    }
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | row.payload.data[i];
    *out = value;
    return true;
}

void number_put(struct txn *txn, const char *name, uint64_t value)
{
    const struct database *meta = &txn->store->own[OWN_META];
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (56 - 8 * i));
    mp_raw(row_begin(txn, meta, 0), (struct bytes){ bytes, sizeof bytes });
    row_put(txn, meta, name_bytes(name));
}

struct meta_name {
    char text[200];
};

static struct meta_name meta_name(const char *name)
{
    struct meta_name out;
    int size = snprintf(out.text, sizeof out.text, "n:%s", name);
    assert(size > 0 && (size_t)size < sizeof out.text);
    return out;
}

int64_t meta_get(struct txn *txn, const char *name, int64_t otherwise)
{
    uint64_t value;
    if (!number_get(txn, meta_name(name).text, &value))
        return otherwise;
    return (int64_t)value;
}

void meta_put(struct txn *txn, const char *name, int64_t value)
{
    number_put(txn, meta_name(name).text, (uint64_t)value);
}

// SPDX-License-Identifier: Apache-2.0
// Replies given: [hash, status, body] by (request id, actor). Request ids begin with their time,
// so the oldest come first.
#include <string.h>

#include "common/store/internal.h"

#define EVICTED_BELOW "s:evicted_below"

static const struct database *replies(const struct txn *txn)
{
    return &txn->store->own[OWN_REPLY];
}

static struct key reply_key(struct id request, const char *actor)
{
    struct key key;
    key_init(&key);
    key_id(&key, request);
    key_str(&key, actor);
    return key;
}

static bool bin_read(struct mp_reader *reader, struct bytes *out)
{
    struct mp_value value;
    if (!mp_next(reader, &value) || value.type != MP_BIN)
        return false;
    *out = value.bytes;
    return true;
}

// Lends hash, status and body from the row.
static bool reply_read(struct bytes payload, struct bytes parts[3])
{
    struct mp_reader reader;
    struct mp_value head;
    struct err err = { 0 };
    mp_reader_init(&reader, payload, true, &err);
    if (!mp_next(&reader, &head) || head.type != MP_ARRAY || head.count < 3)
        return false;
    for (int i = 0; i < 3; i++) {
        if (!bin_read(&reader, &parts[i]))
            return false;
    }
    return parts[0].size == sizeof((struct stored_reply *)0)->body_hash;
}

bool reply_get(struct txn *txn, struct id request, const char *actor, struct arena *arena,
               struct stored_reply *out)
{
    struct key key = reply_key(request, actor);
    struct sealed row;
    struct bytes parts[3];
    *out = (struct stored_reply){ 0 };
    if (!row_get(txn, replies(txn), key_bytes(&key), &row))
        return false;
    if (!reply_read(row.payload, parts)) {
        txn_fault_key(txn, replies(txn), key_bytes(&key), "the row cannot be decoded");
        return false;
    }
    char *status = arena_text(arena, parts[1].data, parts[1].size);
    char *body = arena_text(arena, parts[2].data, parts[2].size);
    if (!status || !body) {
        // "None" would let the request be done a second time.
        txn_fault_key(txn, replies(txn), key_bytes(&key), "does not fit the request's memory");
        return false;
    }
    memcpy(out->body_hash, parts[0].data, sizeof out->body_hash);
    out->status = status;
    out->body = (struct bytes){ (const uint8_t *)body, parts[2].size };
    return true;
}

void reply_put(struct txn *txn, struct id request, const char *actor,
               const struct stored_reply *reply)
{
    struct key key = reply_key(request, actor);
    struct mp_writer *writer = row_begin(txn, replies(txn), 0);
    mp_array(writer, 3);
    mp_bin(writer, (struct bytes){ reply->body_hash, sizeof reply->body_hash });
    mp_bin(writer, (struct bytes){ (const uint8_t *)reply->status, strlen(reply->status) });
    mp_bin(writer, reply->body);
    row_put(txn, replies(txn), key_bytes(&key));
}

size_t reply_evict(struct txn *txn, int64_t before_us)
{
    struct scan scan;
    size_t count = 0;
    bool found = scan_begin(&scan, txn, replies(txn), (struct bytes){ NULL, 0 });
    while (found && count < STEP_MAX && scan.key.size > sizeof(struct id)) {
        struct id request;
        memcpy(request.bytes, scan.key.data, sizeof request.bytes);
        if (id_time_us(request) >= before_us)
            break;
        scan_del(&scan);
        count++;
        found = scan_next(&scan);
    }
    scan_end(&scan);
    // Without an eviction the bound stays: every reply above it is still known.
    if (count > 0 && before_us > reply_evicted_below(txn))
        number_put(txn, EVICTED_BELOW, (uint64_t)before_us);
    return count;
}

int64_t reply_evicted_below(struct txn *txn)
{
    uint64_t bound = 0;
    (void)number_get(txn, EVICTED_BELOW, &bound); // none before the first eviction
    return (int64_t)bound;
}

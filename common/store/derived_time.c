// SPDX-License-Identifier: Apache-2.0
// The times of a segment's documents in a derived index, and what a period leaves of them.
#include <endian.h>
#include <string.h>

#include "common/store/derived_seek.h"

#define TIMES_BYTES (8 * (SEGMENT_SIZE + 2))

// --- in the database

struct raw_key times_key(uint32_t segment)
{
    uint8_t bytes[5] = { 'T', (uint8_t)(segment >> 24), (uint8_t)(segment >> 16),
                         (uint8_t)(segment >> 8), (uint8_t)segment };
    struct raw_key key;
    raw_init(&key);
    raw_add(&key, (struct bytes){ bytes, sizeof bytes });
    return key;
}

static int64_t time_at(struct bytes payload, size_t nth)
{
    uint64_t word;
    memcpy(&word, payload.data + 8 * nth, sizeof word);
    return (int64_t)le64toh(word);
}

bool times_open(struct bytes payload, struct times *out)
{
    if (payload.size != TIMES_BYTES)
        return false;
    out->least = time_at(payload, 0);
    out->most = time_at(payload, 1);
    for (size_t i = 0; i < SEGMENT_SIZE; i++)
        out->at[i] = time_at(payload, i + 2);
    return true;
}

void times_none(struct times *times)
{
    times->least = INT64_MAX;
    times->most = INT64_MIN;
    for (size_t i = 0; i < SEGMENT_SIZE; i++)
        times->at[i] = DOC_TIME_NONE;
}

static bool times_get(struct txn *txn, const struct database *database, uint32_t segment,
                      struct bytes *out)
{
    struct raw_key key = times_key(segment);
    struct sealed sealed;
    if (!row_get(txn, database, raw_bytes(&key), &sealed))
        return false;
    if (sealed.payload.size != TIMES_BYTES) {
        txn_fault_key(txn, database, raw_bytes(&key), "not the times of a segment");
        return false;
    }
    *out = sealed.payload;
    return true;
}

bool times_read(struct txn *txn, const struct database *database, uint32_t segment,
                struct times *out)
{
    struct bytes payload;
    return times_get(txn, database, segment, &payload) && times_open(payload, out);
}

bool times_bounds(struct txn *txn, const struct database *database, uint32_t segment,
                  int64_t *ret_least, int64_t *ret_most)
{
    struct bytes payload;
    if (!times_get(txn, database, segment, &payload))
        return false;
    *ret_least = time_at(payload, 0);
    *ret_most = time_at(payload, 1);
    return true;
}

static void time_add(struct mp_writer *out, int64_t at)
{
    uint64_t word = htole64((uint64_t)at);
    mp_raw(out, (struct bytes){ (const uint8_t *)&word, sizeof word });
}

void times_write(struct txn *txn, const struct database *database, uint32_t segment,
                 struct times *times)
{
    struct raw_key key = times_key(segment);
    times->least = INT64_MAX;
    times->most = INT64_MIN;
    for (size_t i = 0; i < SEGMENT_SIZE; i++) {
        if (times->at[i] == DOC_TIME_NONE)
            continue;
        times->least = times->at[i] < times->least ? times->at[i] : times->least;
        times->most = times->at[i] > times->most ? times->at[i] : times->most;
    }
    if (times->least > times->most) {
        (void)database_del(txn, database, raw_bytes(&key));
        return;
    }
    struct mp_writer *out = row_begin(txn, database, 0);
    time_add(out, times->least);
    time_add(out, times->most);
    for (size_t i = 0; i < SEGMENT_SIZE; i++)
        time_add(out, times->at[i]);
    row_put(txn, database, raw_bytes(&key));
}

// --- a period

bool times_keep(struct seek *seek, struct set *set)
{
    int64_t least, most;
    if (!times_bounds(seek->txn, seek->database, seek->segment, &least, &most) ||
        least >= seek->until || most < seek->from)
        return false;
    if (least >= seek->from && most < seek->until)
        return true;
    if (!times_read(seek->txn, seek->database, seek->segment, seek->times))
        return false;
    for (int place = set_last(set, (int)SEGMENT_SIZE); place >= 0; place = set_last(set, place)) {
        int64_t at = seek->times->at[place];
        if (at < seek->from || at >= seek->until)
            set_bit(set, (uint16_t)place, false);
    }
    return !set_empty(set);
}

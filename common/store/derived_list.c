// SPDX-License-Identifier: Apache-2.0
// Posting lists: few documents as numbers of two bytes, many as one bit each.
#include <endian.h>
#include <string.h>

#include "common/store/derived_internal.h"

#define BITMAP_BYTES (SEGMENT_SIZE / 8)

bool set_empty(const struct set *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < SET_WORDS; i++)
        any |= set->words[i];
    return any == 0;
}

size_t set_count(const struct set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < SET_WORDS; i++)
        count += (size_t)__builtin_popcountll(set->words[i]);
    return count;
}

int set_last(const struct set *set, int below)
{
    int word = (below - 1) >> 6;
    if (below <= 0)
        return -1;
    uint64_t bits = set->words[word];
    if (below & 63)
        bits &= (UINT64_C(1) << (below & 63)) - 1;
    while (!bits) {
        if (--word < 0)
            return -1;
        bits = set->words[word];
    }
    return word * 64 + 63 - __builtin_clzll(bits);
}

bool set_add(struct set *set, struct bytes payload)
{
    if (payload.size == BITMAP_BYTES) {
        for (size_t i = 0; i < SET_WORDS; i++) {
            uint64_t word;
            memcpy(&word, payload.data + 8 * i, sizeof word);
            set->words[i] |= le64toh(word);
        }
        return true;
    }
    if (payload.size % 2 != 0 || payload.size > BITMAP_BYTES)
        return false;
    for (size_t i = 0; i < payload.size; i += 2) {
        uint16_t place = (uint16_t)(payload.data[i] << 8 | payload.data[i + 1]);
        if (place >= SEGMENT_SIZE)
            return false;
        set_bit(set, place, true);
    }
    return true;
}

void set_write(const struct set *set, struct mp_writer *out)
{
    size_t count = set_count(set);
    if (2 * count >= BITMAP_BYTES) {
        for (size_t i = 0; i < SET_WORDS; i++) {
            uint64_t word = htole64(set->words[i]);
            mp_raw(out, (struct bytes){ (const uint8_t *)&word, sizeof word });
        }
        return;
    }
    for (size_t i = 0; i < SET_WORDS; i++) {
        for (uint64_t bits = set->words[i]; bits; bits &= bits - 1) {
            unsigned place = (unsigned)(i * 64) + (unsigned)__builtin_ctzll(bits);
            uint8_t bytes[2] = { (uint8_t)(place >> 8), (uint8_t)place };
            mp_raw(out, (struct bytes){ bytes, sizeof bytes });
        }
    }
}

// --- keys
static void add_number(struct raw_key *key, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    raw_add(key, (struct bytes){ bytes, size });
}

struct raw_key ordinal_key(char kind, uint64_t ordinal)
{
    struct raw_key key;
    raw_init(&key);
    raw_add(&key, (struct bytes){ (const uint8_t *)&kind, 1 });
    add_number(&key, ordinal, 8);
    return key;
}

struct raw_key posting_key(uint32_t segment, uint64_t term)
{
    struct raw_key key;
    raw_init(&key);
    raw_add(&key, (struct bytes){ (const uint8_t *)"s", 1 });
    add_number(&key, segment, 4);
    add_number(&key, term, 7);
    return key;
}

uint64_t ordinal_of(struct bytes key)
{
    uint64_t value = 0;
    for (size_t i = 1; i < key.size && i < 9; i++)
        value = value << 8 | key.data[i];
    return value;
}

void posting_read(struct txn *txn, const struct database *database, uint32_t segment, uint64_t term,
                  struct set *set)
{
    struct raw_key key = posting_key(segment, term);
    struct sealed sealed;
    if (row_get(txn, database, raw_bytes(&key), &sealed) && !set_add(set, sealed.payload))
        txn_fault_key(txn, database, raw_bytes(&key), "not a posting list");
}

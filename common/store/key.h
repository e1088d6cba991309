// SPDX-License-Identifier: Apache-2.0
// Composite keys whose bytes sort as their fields do.
#pragma once

#include "common/base/id.h"
#include "common/wire/schema.h"

#define KEY_MAX 480 // LMDB allows 511; the rest is for the store's own prefixes and suffixes

// Sticky: what does not fit sets `overflow`, and the key is refused when it is used.
struct key {
    uint8_t bytes[KEY_MAX];
    size_t size;
    bool overflow;
};

void key_init(struct key *key);
void key_id(struct key *key, struct id id);
void key_int(struct key *key, int64_t value);      // big-endian, sign bit flipped: also for times
void key_int_down(struct key *key, int64_t value); // sorts the larger first
// 0x00 becomes 0x00 0xFF, ended by 0x00 0x00; text longer than 200 bytes keeps its first 180 and a
// 16-byte hash, so that equal texts stay equal (the reader compares the row's own field).
void key_str(struct key *key, const char *text);
// As key_str but without the end mark: for prefix scans ("muel" finds "mueller").
void key_str_prefix(struct key *key, const char *text);
// A key of just this id, the commonest one.
struct key key_of_id(struct id id);

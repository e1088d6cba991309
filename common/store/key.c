// SPDX-License-Identifier: Apache-2.0
// Composite keys: integers big-endian with the sign flipped, texts ended so that shorter sorts
// first.
#include "common/store/key.h"

#include <sodium.h>
#include <string.h>

#define TEXT_WHOLE 200 // bytes of text that are kept as they are
#define TEXT_KEPT  180
#define TEXT_HASH  16

void key_init(struct key *key)
{
    key->size = 0;
    key->overflow = false;
}

static void add(struct key *key, const void *bytes, size_t size)
{
    if (key->overflow || size > KEY_MAX - key->size) {
        key->overflow = true;
        return;
    }
    memcpy(key->bytes + key->size, bytes, size);
    key->size += size;
}

void key_id(struct key *key, struct id id)
{
    add(key, id.bytes, sizeof id.bytes);
}

static void add_number(struct key *key, uint64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (56 - 8 * i));
    add(key, bytes, sizeof bytes);
}

#define SIGN (UINT64_C(1) << 63)

void key_int(struct key *key, int64_t value)
{
    add_number(key, (uint64_t)value ^ SIGN);
}

void key_int_down(struct key *key, int64_t value)
{
    add_number(key, ~((uint64_t)value ^ SIGN));
}

static void add_escaped(struct key *key, const void *bytes, size_t size)
{
    static const uint8_t escape = 0xFF;
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        add(key, at + i, 1);
        if (at[i] == 0)
            add(key, &escape, 1);
    }
}

void key_str(struct key *key, const char *text)
{
    static const uint8_t end[2] = { 0, 0 };
    size_t size = text ? strlen(text) : 0;
    if (size <= TEXT_WHOLE) {
        add_escaped(key, text, size);
        add(key, end, sizeof end);
        return;
    }
    uint8_t hash[TEXT_HASH];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)text, size, NULL, 0);
    add_escaped(key, text, TEXT_KEPT);
    add_escaped(key, hash, sizeof hash);
    add(key, end, sizeof end);
}

void key_str_prefix(struct key *key, const char *text)
{
    size_t size = text ? strlen(text) : 0;
    // Longer texts keep only so much before their hash: a longer prefix would miss them.
    add_escaped(key, text, size < TEXT_KEPT ? size : TEXT_KEPT);
}

struct key key_of_id(struct id id)
{
    struct key key;
    key_init(&key);
    key_id(&key, id);
    return key;
}

// SPDX-License-Identifier: Apache-2.0
// UUIDs, and the generator of chance that they are made of.
#include "common/base/id.h"

#include <sodium.h>
#include <string.h>

static uint64_t rotate(uint64_t value, int by)
{
    return (value << by) | (value >> (64 - by));
}

void rng_seed(struct rng *rng, uint64_t seed)
{
    // splitmix64 spreads the seed, as xoshiro's authors advise.
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        rng->state[i] = z ^ (z >> 31);
    }
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t rng_below(struct rng *rng, uint64_t below)
{
    // Values under the threshold would favour the smaller results.
    uint64_t threshold = -below % below;
    uint64_t value;
    do
        value = rng_next(rng);
    while (value < threshold);
    return value % below;
}

static void put_time(struct id *id, int64_t now_us)
{
    uint64_t ms = now_us < 0 ? 0 : (uint64_t)now_us / 1000;
    for (int i = 0; i < 6; i++)
        id->bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
}

static void put_version(struct id *id, uint8_t version)
{
    id->bytes[6] = (uint8_t)((id->bytes[6] & 0x0F) | (version << 4));
    id->bytes[8] = (uint8_t)((id->bytes[8] & 0x3F) | 0x80);
}

struct id id_new(int64_t now_us, struct rng *rng)
{
    struct id id;
    put_time(&id, now_us);
    // RFC 9562, 6.2 method 3: the fraction of the millisecond in the 12 bits of rand_a.
    uint64_t fraction = now_us < 0 ? 0 : (uint64_t)now_us % 1000 * 4096 / 1000;
    id.bytes[6] = (uint8_t)(fraction >> 8);
    id.bytes[7] = (uint8_t)fraction;
    uint64_t chance = rng_next(rng);
    memcpy(id.bytes + 8, &chance, 8);
    put_version(&id, 7);
    return id;
}

struct id id_derive(struct id request, const char *actor, uint32_t n)
{
    uint8_t nth[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
    struct id id;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof id.bytes);
    crypto_generichash_update(&state, request.bytes, sizeof request.bytes);
    crypto_generichash_update(&state, nth, sizeof nth);
    crypto_generichash_update(&state, (const uint8_t *)actor, strlen(actor));
    crypto_generichash_final(&state, id.bytes, sizeof id.bytes);
    memcpy(id.bytes, request.bytes, 6);
    put_version(&id, 7);
    return id;
}

struct id id_of_name(const char *space, const char *name)
{
    struct id id;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof id.bytes);
    crypto_generichash_update(&state, (const uint8_t *)space, strlen(space) + 1);
    crypto_generichash_update(&state, (const uint8_t *)name, strlen(name));
    crypto_generichash_final(&state, id.bytes, sizeof id.bytes);
    put_version(&id, 8);
    return id;
}

int64_t id_time_us(struct id id)
{
    if (id.bytes[6] >> 4 != 7)
        return -1;
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.bytes[i];
    return ms * 1000;
}

bool id_equal(struct id a, struct id b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

bool id_is_zero(struct id id)
{
    static const struct id zero;
    return id_equal(id, zero);
}

struct id_text id_text(struct id id)
{
    static const char digits[] = "0123456789abcdef";
    struct id_text text;
    char *at = text.text;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[id.bytes[i] >> 4];
        *at++ = digits[id.bytes[i] & 15];
    }
    *at = '\0';
    return text;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool id_parse(const char *text, struct id *out)
{
    struct id id;
    if (strnlen(text, 37) != 36)
        return false;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (*text++ != '-')
                return false;
        }
        int high = hex(text[0]), low = hex(text[1]);
        if (high < 0 || low < 0)
            return false;
        id.bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    *out = id;
    return true;
}

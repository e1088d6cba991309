// SPDX-License-Identifier: Apache-2.0
// Keys: their bytes sort as their fields do.
#include <stdlib.h>
#include <string.h>

#include "common/store/key.h"
#include "tests/harness/test.h"

static int order(const struct key *a, const struct key *b)
{
    size_t least = a->size < b->size ? a->size : b->size;
    int by_bytes = memcmp(a->bytes, b->bytes, least);
    if (by_bytes)
        return by_bytes < 0 ? -1 : 1;
    return (a->size > b->size) - (a->size < b->size);
}

struct fields {
    char text[12];
    int64_t up, down;
    struct id id;
};

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static int by_fields(const struct fields *a, const struct fields *b)
{
    int by_text = sign(strcmp(a->text, b->text));
    if (by_text)
        return by_text;
    if (a->up != b->up)
        return a->up < b->up ? -1 : 1;
    if (a->down != b->down)
        return a->down > b->down ? -1 : 1;
    return sign(memcmp(a->id.bytes, b->id.bytes, sizeof a->id));
}

static int64_t some_number(struct rng *rng)
{
    static const int64_t edges[] = { 0, 1, -1, 255, 256, -256, INT64_MAX, INT64_MIN };
    if (rng_below(rng, 2))
        return edges[rng_below(rng, 8)];
    return (int64_t)rng_next(rng);
}

static struct fields some_fields(struct rng *rng)
{
    static const char letters[] = "\x01\x02"
                                  "ab\x7f\xc3\xff";
    struct fields fields = { .up = some_number(rng), .down = some_number(rng) };
    size_t size = rng_below(rng, 4); // short, so that many begin alike
    for (size_t i = 0; i < size; i++)
        fields.text[i] = letters[rng_below(rng, sizeof letters - 1)];
    for (int i = 14; i < 16; i++)
        fields.id.bytes[i] = (uint8_t)rng_below(rng, 3);
    return fields;
}

static struct key key_from(const struct fields *fields)
{
    struct key key;
    key_init(&key);
    key_str(&key, fields->text);
    key_int(&key, fields->up);
    key_int_down(&key, fields->down);
    key_id(&key, fields->id);
    return key;
}

TEST(composite_keys_sort_as_their_fields)
{
    struct rng rng;
    rng_seed(&rng, test_seed());
    for (int i = 0; i < 50000; i++) {
        struct fields a = some_fields(&rng), b = some_fields(&rng);
        if (rng_below(&rng, 2))
            memcpy(b.text, a.text, sizeof b.text);
        if (rng_below(&rng, 2))
            b.up = a.up;
        struct key key_a = key_from(&a), key_b = key_from(&b);
        CHECK_INT(order(&key_a, &key_b), by_fields(&a, &b));
    }
}

static struct key key_of_text(const char *text)
{
    struct key key;
    key_init(&key);
    key_str(&key, text);
    return key;
}

TEST(a_prefix_finds_longer_texts_and_only_these)
{
    struct key prefix, whole = key_of_text("mueller"), other = key_of_text("muster");
    key_init(&prefix);
    key_str_prefix(&prefix, "muel");
    CHECK_INT(memcmp(prefix.bytes, whole.bytes, prefix.size), 0);
    CHECK(memcmp(prefix.bytes, other.bytes, prefix.size) != 0);
}

TEST(long_texts_stay_equal_when_equal_and_differ_when_they_differ)
{
    char a[301], b[301];
    memset(a, 'x', 300);
    a[300] = '\0';
    memcpy(b, a, sizeof b);
    struct key key_a = key_of_text(a), key_b = key_of_text(b);
    CHECK_INT(order(&key_a, &key_b), 0);
    CHECK(key_a.size <= 200 + 2 + 16);
    b[299] = 'y';
    key_b = key_of_text(b);
    CHECK(order(&key_a, &key_b) != 0);
    struct key prefix;
    key_init(&prefix);
    key_str_prefix(&prefix, a);
    CHECK_INT(memcmp(prefix.bytes, key_a.bytes, prefix.size), 0);
}

TEST(a_text_of_200_bytes_is_kept_whole)
{
    char text[202];
    memset(text, 'x', 201);
    text[200] = '\0';
    CHECK_INT((int64_t)key_of_text(text).size, 202);
    text[200] = 'x';
    text[201] = '\0';
    CHECK(key_of_text(text).size < 202);
}

TEST(what_does_not_fit_is_told)
{
    struct key key;
    key_init(&key);
    for (int i = 0; i < KEY_MAX / 16; i++)
        key_id(&key, (struct id){ { 1 } });
    CHECK(!key.overflow);
    CHECK_INT((int64_t)key.size, KEY_MAX);
    key_int(&key, 1);
    CHECK(key.overflow);
    CHECK_INT((int64_t)key.size, KEY_MAX);
}

// Keys are on disk: these bytes must never change.
TEST(the_bytes_of_keys_are_these)
{
    static const uint8_t want[] = { 'a',  0,    0,    0x80, 0,    0,    0,    0,    0,   0,
                                    0x01, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE };
    struct key key;
    key_init(&key);
    key_str(&key, "a");
    key_int(&key, 1);
    key_int_down(&key, 1);
    CHECK_INT((int64_t)key.size, (int64_t)sizeof want);
    CHECK_INT(memcmp(key.bytes, want, sizeof want), 0);
}

// SPDX-License-Identifier: Apache-2.0
// Identifiers, chance, sums, memory, problems.
#include "common/base/id.h"

#include <string.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/money.h"
#include "common/base/sum.h"
#include "tests/harness/test.h"

#define NOW INT64_C(1771234567890123)

TEST(ids_ascend_with_time)
{
    struct rng rng;
    rng_seed(&rng, 1);
    struct id before = id_new(NOW, &rng);
    for (int64_t later = 1; later < 5000; later++) {
        struct id id = id_new(NOW + later * 3, &rng);
        CHECK(memcmp(before.bytes, id.bytes, 8) <= 0);
        CHECK_INT(id.bytes[6] >> 4, 7);
        CHECK_INT(id.bytes[8] >> 6, 2);
        CHECK_INT(id_time_us(id), (NOW + later * 3) / 1000 * 1000);
        before = id;
    }
}

TEST(derived_ids_are_the_same_on_every_repeat)
{
    struct rng rng;
    rng_seed(&rng, 2);
    struct id request = id_new(NOW, &rng);
    CHECK(id_equal(id_derive(request, "anna", 0), id_derive(request, "anna", 0)));
    CHECK(!id_equal(id_derive(request, "anna", 0), id_derive(request, "anna", 1)));
    CHECK(!id_equal(id_derive(request, "anna", 0), id_derive(request, "bernd", 0)));
    CHECK_INT(id_time_us(id_derive(request, "anna", 0)), id_time_us(request));
    CHECK(id_equal(id_of_name("call", "pbx 1"), id_of_name("call", "pbx 1")));
    CHECK(!id_equal(id_of_name("ca", "ll"), id_of_name("cal", "l")));
    CHECK_INT(id_time_us(id_of_name("call", "1")), -1);
}

TEST(ids_as_text)
{
    struct id id;
    CHECK(id_parse("0191e3a4-0000-7ABC-8def-0123456789aB", &id));
    CHECK_STR(id_text(id).text, "0191e3a4-0000-7abc-8def-0123456789ab");
    CHECK(!id_parse("0191e3a4-0000-7abc-8def-0123456789a", &id));
    CHECK(!id_parse("0191e3a4-0000-7abc-8def-0123456789abc", &id));
    CHECK(!id_parse("0191e3a400-00-7abc-8def-0123456789ab", &id));
    CHECK(!id_parse("0191e3a4-0000-7abc-8def-0123456789ag", &id));
    CHECK(!id_parse("", &id));
    struct id zero = { 0 };
    CHECK(id_is_zero(zero) && !id_is_zero(id));
}

TEST(chance_is_reproducible_and_even)
{
    struct rng a, b;
    rng_seed(&a, 42);
    rng_seed(&b, 42);
    int counts[7] = { 0 };
    for (int i = 0; i < 70000; i++) {
        uint64_t value = rng_below(&a, 7);
        CHECK(value == rng_below(&b, 7));
        counts[value]++;
    }
    for (int i = 0; i < 7; i++)
        CHECK(counts[i] > 9500 && counts[i] < 10500);
}

TEST(crc32c_of_rfc_3720)
{
    uint8_t zeros[32] = { 0 }, ones[32], ascending[32];
    memset(ones, 0xFF, sizeof ones);
    for (uint8_t i = 0; i < 32; i++)
        ascending[i] = i;
    CHECK_INT(crc32c(0, zeros, 32), 0x8A9136AA);
    CHECK_INT(crc32c(0, ones, 32), 0x62A8AB43);
    CHECK_INT(crc32c(0, ascending, 32), 0x46DD794E);
    CHECK_INT(crc32c(crc32c(0, ascending, 5), ascending + 5, 27), 0x46DD794E);
    CHECK_INT(crc32c(0, "", 0), 0);
}

TEST(an_arena_keeps_its_limit)
{
    struct arena *arena = arena_new(1000);
    for (int round = 0; round < 3; round++) {
        CHECK(arena_alloc(arena, 500));
        CHECK(!arena_alloc(arena, 501));
        CHECK(arena_alloc(arena, 400));
        arena_reset(arena);
        CHECK_INT(arena_used(arena), 0);
    }
    CHECK(!arena_array(arena, SIZE_MAX / 2, 4));
    CHECK(!arena_alloc(arena, SIZE_MAX));
    CHECK(arena_alloc(arena, 0));
    CHECK_STR(arena_format(arena, "%s %d", "Anruf", 7), "Anruf 7");
    CHECK_STR(arena_text(arena, "abcdef", 3), "abc");
    arena_free(arena);
    arena = arena_new(1 << 20);
    for (size_t size = 1; size < 5000; size += 7) {
        uint8_t *memory = arena_alloc(arena, size);
        if (!memory)
            break;
        CHECK_INT((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++)
            CHECK_INT(memory[i], 0);
        memset(memory, 0xAA, size);
        if (arena_used(arena) > 900000)
            arena_reset(arena);
    }
    arena_free(arena);
}

TEST(the_first_cause_stays)
{
    struct err err = { 0 };
    CHECK(!fail(&err, ERR_INVALID, "typed", TEXT_CLI_UNKNOWN_METHOD, "ping{1}", NULL));
    CHECK(!fail(&err, ERR_INTERNAL, "other", TEXT_NONE, NULL));
    CHECK_INT(err.code, ERR_INVALID);
    CHECK_STR(err.german, "Die Methode „ping{1}“ gibt es nicht; „rufbus methods“ zeigt alle.");
    err_within(&err, "phones", 2);
    err_within(&err, "contact", -1);
    CHECK_STR(err.field, "contact.phones[2].typed");
    struct err unnamed = { 0 };
    CHECK(!fail(&unnamed, ERR_BUSY, NULL, TEXT_NONE, NULL));
    err_within(&unnamed, "phones", 1);
    CHECK_STR(unnamed.field, "");
}

TEST(long_texts_end_between_characters)
{
    char typed[700];
    for (size_t i = 0; i + 2 < sizeof typed; i += 2)
        memcpy(typed + i, "ü", 2);
    typed[698] = '\0';
    struct err err = { 0 };
    CHECK(!fail(&err, ERR_INVALID, typed, TEXT_CLI_UNKNOWN_METHOD, typed, NULL));
    CHECK(strlen(err.german) < sizeof err.german && strlen(err.german) > sizeof err.german - 4);
    CHECK(strlen(err.field) % 2 == 0);
    size_t last = strlen(err.german);
    CHECK(((unsigned char)err.german[last - 1] & 0xC0) == 0x80);
}

TEST(codes_have_words)
{
    for (int code = 0; code < ERR_COUNT; code++)
        CHECK_INT(err_from_word(err_word((enum err_code)code)), code);
    CHECK_INT(err_from_word("nonsense"), ERR_COUNT);
    CHECK_INT(err_http_status(ERR_NOT_FOUND), 404);
    for (int text = 1; text < TEXT_COUNT; text++)
        CHECK(*text_german((enum text_id)text) && *text_english((enum text_id)text));
}

TEST(currencies_are_three_capitals)
{
    CHECK(money_currency_valid("EUR"));
    CHECK(!money_currency_valid("eur"));
    CHECK(!money_currency_valid("EU"));
    CHECK(!money_currency_valid(""));
}

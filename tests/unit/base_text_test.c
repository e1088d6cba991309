// SPDX-License-Identifier: Apache-2.0
// UTF-8 and folding.
#include "common/base/text.h"

#include <string.h>

#include "common/base/id.h"
#include "tests/harness/test.h"

TEST(valid_text_is_told_from_invalid)
{
    static const struct {
        const char *bytes;
        size_t size;
        bool valid;
    } cases[] = {
        { "", 0, true },
        { "abcdefghijklmnopq", 17, true },
        { "M\xC3\xBCller", 7, true },
        { "\xF0\x9F\x93\x9E", 4, true },
        { "abcdefgh\0ijklmno", 16, false },
        { "\0", 1, false },
        { "\xC0\xAF", 2, false },         // overlong
        { "\xED\xA0\x80", 3, false },     // surrogate
        { "\xF4\x90\x80\x80", 4, false }, // beyond U+10FFFF
        { "abcdefg\xC3", 8, false },      // cut
        { "\xFC", 1, false },             // Latin-1
        { "12345678\x80", 9, false },     // continuation alone
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_INT(text_valid(cases[i].bytes, cases[i].size), cases[i].valid);
}

TEST(clean_makes_any_bytes_valid)
{
    struct arena *arena = arena_new(1 << 16);
    CHECK_STR(text_clean(arena, "M\xFCller\r\n", 8), "M\xEF\xBF\xBDller \n");
    CHECK_STR(text_clean(arena, "a\0b", 3), "a b");
    CHECK_STR(text_clean(arena, "Anna\tB.\n", 8), "Anna\tB.\n");
    struct rng rng;
    rng_seed(&rng, 7);
    for (int round = 0; round < 2000; round++) {
        char bytes[40];
        size_t size = rng_below(&rng, sizeof bytes);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)rng_next(&rng);
        char *clean = text_clean(arena, bytes, size);
        CHECK(text_valid(clean, strlen(clean)));
        arena_reset(arena);
    }
    arena_free(arena);
}

TEST(length_counts_characters)
{
    CHECK_INT(text_length("Müller"), 6);
    CHECK_INT(text_length(""), 0);
    CHECK_INT(text_length("📞"), 1);
}

TEST(folding_finds_german_names)
{
    struct arena *arena = arena_new(1 << 20);
    static const char *const cases[][2] = {
        { "Müller", "mueller" },
        { "MU\xCC\x88LLER", "mueller" }, // u and combining diaeresis
        { "mueller", "mueller" },
        { "Straße", "strasse" },
        { "STRASSE", "strasse" },
        { "STRAẞE", "strasse" },
        { "André", "andre" },
        { "Şahin", "sahin" },
        { "Łukasz", "lukasz" },
        { "  Dr.  Meier-Schmidt & Söhne, GmbH ", "dr meier schmidt soehne gmbh" },
        { "ＡＢＣ１２", "abc12" },
        { "", "" },
        { "---", "" },
        { "O'Neill", "o neill" },
        { "ᴭ", "ae" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_STR(text_fold(arena, cases[i][0]), cases[i][1]);
    arena_free(arena);
}

// What a German office meets, in capitals and small letters, as it is typed without its marks.
TEST(folding_finds_names_of_the_neighbours)
{
    static const char *const cases[][2] = {
        { "Aydın Işık", "aydin isik" },
        { "AYDIN IŞIK", "aydin isik" },
        { "İstanbullu", "istanbullu" },
        { "I\xCC\x87stanbullu", "istanbullu" }, // I and combining dot
        { "Çağlar Gül Ömer", "caglar guel oemer" },
        { "Łódź ĄĆĘŁŃÓŚŹŻ ąćęłńóśźż", "lodz acelnoszz acelnoszz" },
        { "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ áčďéěíňóřšťúůýž", "acdeeinorstuuyz acdeeinorstuuyz" },
        { "Đorđević ČĆŠŽ ǆ", "dordevic ccsz dz" },
        { "ĂÂÎȘȚ ăâîșț ŞŢşţ", "aaist aaist stst" }, // comma and cedilla
        { "Søren Ærø Åse", "soeren aeroe ase" },
        { "Győző ŐŰ", "gyozo ou" },
        { "Nguyễn Trần Đặng Phượng", "nguyen tran dang phuong" },
        { "Þór Guðrún", "thor gudrun" },
        { "Ħamrun Borġ", "hamrun borg" },
        { "Əliyev əliyev", "eliyev eliyev" },
        { "Ŋ ŋ Ŧ ŧ ŉ ĸ", "n n t t n k" },
        { "Ɓ ɓ Ɗ Ƙ Ɛ Ɔ", "b b d k e o" },
        { "Oʻzbek Oʼzbek O’zbek", "o zbek o zbek o zbek" },
        { "Œuvre Jĳ", "oeuvre jij" },
        { "ΑΘΗΝΑ Αθήνα Παπαδόπουλος", "αθηνα αθηνα παπαδοπουλοσ" },
        { "МОСКВА Ёлкин Їжак Ђорђе", "москва елкин іжак ђорђе" },
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CHECK_STR(text_fold(arena, cases[i][0]), cases[i][1]);
    arena_free(arena);
}

// Of European alphabets no letter is left that a German keyboard does not have.
TEST(folding_leaves_nothing_that_cannot_be_typed)
{
    struct arena *arena = arena_new(1 << 20);
    for (unsigned code = 0xC0; code < 0x1F00; code = code == 0x17F ? 0x1E00 : code + 1) {
        char text[4] = { (char)(0xC0 | code >> 6), (char)(0x80 | (code & 0x3F)) };
        if (code >= 0x800) {
            text[0] = (char)(0xE0 | code >> 12);
            text[1] = (char)(0x80 | (code >> 6 & 0x3F));
            text[2] = (char)(0x80 | (code & 0x3F));
        }
        // medieval: long s with strokes, delta, Middle Welsh
        bool rare = (code >= 0x1E9C && code <= 0x1E9F && code != 0x1E9E) || code >= 0x1EFA;
        const char *folded = text_fold(arena, text);
        CHECK(code == 0xD7 || code == 0xF7 || *folded); // × ÷
        for (; !rare && *folded; folded++)
            CHECK((unsigned char)*folded < 0x80);
    }
    arena_free(arena);
}

TEST(folding_twice_changes_nothing)
{
    struct arena *arena = arena_new(1 << 20);
    struct rng rng;
    rng_seed(&rng, 11);
    for (int round = 0; round < 20000; round++) {
        char text[64] = "";
        size_t used = 0;
        for (int i = 0; i < 6; i++) {
            uint32_t code = (uint32_t)rng_below(&rng, round % 2 ? 0x3000 : 0x10FFFF) + 1;
            if (code < 0x80) {
                text[used++] = (char)code;
            } else if (code < 0x800) {
                text[used++] = (char)(0xC0 | code >> 6);
                text[used++] = (char)(0x80 | (code & 0x3F));
            } else if (code < 0x10000) {
                text[used++] = (char)(0xE0 | code >> 12);
                text[used++] = (char)(0x80 | (code >> 6 & 0x3F));
                text[used++] = (char)(0x80 | (code & 0x3F));
            } else {
                text[used++] = (char)(0xF0 | code >> 18);
                text[used++] = (char)(0x80 | (code >> 12 & 0x3F));
                text[used++] = (char)(0x80 | (code >> 6 & 0x3F));
                text[used++] = (char)(0x80 | (code & 0x3F));
            }
        }
        char *once = text_fold(arena, text);
        CHECK_STR(text_fold(arena, once), once);
        arena_reset(arena);
    }
    arena_free(arena);
}

TEST(a_full_arena_gives_null)
{
    struct arena *arena = arena_new(32);
    CHECK(!text_fold(arena, "a text that is longer than thirty-two bytes"));
    CHECK(!text_clean(arena, "a text that is longer", 21));
    arena_free(arena);
}

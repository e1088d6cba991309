// SPDX-License-Identifier: Apache-2.0
// Names that sound alike.
#include "common/base/sound.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "tests/harness/test.h"

static const char *code(const char *name)
{
    static char out[100];
    struct arena *arena = arena_new(10000);
    snprintf(out, sizeof out, "%s", sound_of(arena, text_fold(arena, name)));
    arena_free(arena);
    return out;
}

TEST(names_have_the_codes_of_the_published_examples)
{
    CHECK_STR(code("MüllerLüdenscheidt"), "65752682"); // Postel's own example, without its hyphen
    CHECK_STR(code("Wikipedia"), "3412");
    CHECK_STR(code("Breschnew"), "17863");
    CHECK_STR(code("Heinz"), "068");
    CHECK_STR(code("Wachs"), "348");
    CHECK_STR(code("Phonetik"), "3624");
    CHECK_STR(code("Xaver"), "4837");
    CHECK_STR(code("Czerny"), "876");
    CHECK_STR(code("Christoph"), "47823");
}

TEST(names_that_sound_alike_have_one_code)
{
    static const char *const groups[][5] = {
        { "Meier", "Maier", "Mayr", "Meyer", "Mayer" },
        { "Schmidt", "Schmitt", "Schmid", "Schmied", "SCHMITD" },
        { "Müller", "Mueller", "Miller", "Möller", "Muller" },
        { "Philipp", "Filip", "Phillip", "Filipp", "Philip" },
    };
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        char first[100];
        snprintf(first, sizeof first, "%s", code(groups[g][0]));
        for (size_t i = 1; i < 5; i++)
            CHECK_STR(code(groups[g][i]), first);
    }
    CHECK(strcmp(code("Meier"), "657") != 0);
}

TEST(digits_stand_for_themselves)
{
    CHECK_STR(code("3M"), "#36");
    CHECK_STR(code("H"), "h");
    CHECK_STR(code("4"), "#4");
    CHECK_STR(code("K"), "4");
}

static const char *words(const char *name)
{
    static char out[200];
    const char *list[8];
    struct arena *arena = arena_new(10000);
    size_t count = sound_words(arena, name, list, 8);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i ? "|" : "", list[i]);
    arena_free(arena);
    return out;
}

TEST(only_the_words_that_matter_are_compared)
{
    CHECK_STR(words("Dr. Anna Meier"), "anna|meier");
    CHECK_STR(words("Meier, Anna"), "anna|meier");
    CHECK_STR(words("Müller & Söhne GmbH & Co. KG"), "mueller|soehne");
    CHECK_STR(words("AG"), "ag"); // nothing else is there
    CHECK_STR(words("Meier Meier"), "meier");
    CHECK_STR(words("  "), "");
}

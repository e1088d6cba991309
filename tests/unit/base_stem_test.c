// SPDX-License-Identifier: Apache-2.0
#include "common/base/stem.h"
#include "tests/harness/test.h"

static void check_same(const char *const *words, size_t count)
{
    struct arena *arena = arena_new(100000);

    for (size_t i = 1; i < count; i++)
        CHECK_STR(stem_text(arena, words[i]), stem_text(arena, words[0]));
    arena_free(arena);
}
#define SAME(...)                                                                                  \
    check_same((const char *const[]){ __VA_ARGS__ },                                               \
               COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

TEST(forms_of_a_word_have_one_stem)
{
    SAME("Rechnung", "Rechnungen", "RECHNUNG");
    SAME("Haus", "Häuser", "Haeuser", "Hauses");
    SAME("Schlüssel", "Schluessel");
    SAME("Straße", "Strasse", "STRASSEN");
    SAME("neue", "neuen", "neuer");
}

TEST(each_word_of_a_text_by_itself)
{
    struct arena *arena = arena_new(100000);

    CHECK_STR(stem_text(arena, "  Die Drucker, druckten: 12 Seiten!"), "die druck druckt 12 seit");
    CHECK_STR(stem_text(arena, "Quelle treuer Steuern"), "quell treu steu");
    CHECK_STR(stem_text(arena, ""), "");
    CHECK_STR(stem_text(arena, "…!"), "");
    arena_free(arena);
}

TEST(a_full_arena_gives_nothing)
{
    struct arena *arena = arena_new(64);

    CHECK(stem_text(arena, "Ein Text, der nicht hineinpasst, auch nicht, wenn man ihn kürzt, und "
                           "wenn man ihn noch einmal kürzt, so auch dann nicht") == NULL);
    arena_free(arena);
}

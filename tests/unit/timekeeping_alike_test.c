// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/alike.h"

#include <string.h>

#include "common/base/stem.h"
#include "tests/harness/test.h"

// "one" or "one+other" of everything that is asked for in this way, in order.
static const char *asked(struct arena *arena, const char *text, enum alike_by by)
{
    struct alike *list;
    size_t count;
    const char *out = "";

    CHECK(alike_ask(arena, text, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (list[i].by != by)
            continue;
        out = arena_format(arena, "%s%s%s%s%s", out, *out ? " " : "", list[i].one,
                           list[i].other ? "+" : "", list[i].other ? list[i].other : "");
        CHECK(list[i].weight > 0);
        CHECK_INT(list[i].extra, by == ALIKE_PAIR || list[i].extra);
    }
    return out;
}

TEST(words_are_asked_for_by_stem_and_by_parts)
{
    struct arena *arena = arena_new(1000000);

    CHECK_STR(asked(arena, "Drucker", ALIKE_STEM), "druck");
    CHECK_STR(asked(arena, "Drucker", ALIKE_PARTS), "drucker");
    CHECK_STR(asked(arena, " !", ALIKE_STEM), "");
    arena_free(arena);
}

TEST(neighbours_are_also_asked_for_as_one_word)
{
    struct arena *arena = arena_new(1000000);

    CHECK_STR(asked(arena, "Kranken Kasse", ALIKE_STEM), "krank krankenkass kass");
    CHECK_STR(asked(arena, "rest buch wert", ALIKE_STEM),
              "rest restbuch restbuchwert buch buchwert wert");
    arena_free(arena);
}

TEST(a_long_word_is_also_asked_for_as_two)
{
    struct arena *arena = arena_new(1000000);
    const char *pairs = asked(arena, "Arbeitszeiten", ALIKE_PAIR);

    CHECK(strstr(pairs, "arbeit+zeit") != NULL);  // without what joins them
    CHECK(strstr(pairs, "arbeit+szeit") != NULL); // and with it: the archive decides
    CHECK_STR(asked(arena, "Kammer", ALIKE_PAIR), "");
    arena_free(arena);
}

TEST(abbreviations_stand_for_their_words)
{
    struct arena *arena = arena_new(1000000);

    CHECK(strstr(asked(arena, "Kd. Nr. falsch", ALIKE_STEM), "kund") != NULL);
    CHECK(strstr(asked(arena, "Kd. Nr. falsch", ALIKE_STEM), "numm") != NULL);
    CHECK(strstr(asked(arena, "pw vergessen", ALIKE_STEM), "passwort") != NULL);
    CHECK(strstr(asked(arena, "pw vergessen", ALIKE_STEM), "kennwort") != NULL);
    arena_free(arena);
}

TEST(words_are_also_asked_for_without_their_vowels)
{
    struct arena *arena = arena_new(1000000);

    CHECK_STR(alike_bones(arena, "rechnung"), "rchng");
    CHECK_STR(alike_bones(arena, "rchng"), "rchng");
    CHECK_STR(alike_bones(arena, "anlag"), "anlg");
    CHECK_STR(alike_bones(arena, "spericher"), alike_bones(arena, "spricher"));
    CHECK_STR(alike_bones(arena, "betteln"), alike_bones(arena, "beteln"));
    CHECK(alike_bones(arena, "auto") == NULL); // many words would be like it
    CHECK(alike_bones(arena, "") == NULL);
    CHECK_STR(asked(arena, "Rchng. Auto", ALIKE_BONES), "rchng");
    arena_free(arena);
}

TEST(there_is_an_end_to_what_is_asked)
{
    struct arena *arena = arena_new(4000000);
    struct alike *list;
    size_t count;
    char text[401] = "";

    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = "ssensens "[i % 9];
    CHECK(alike_ask(arena, text, &list, &count));
    CHECK(count <= ALIKE_MOST);
    arena_free(arena);
    arena = arena_new(100);
    CHECK(!alike_ask(arena, "Drucker", &list, &count));
    arena_free(arena);
}

TEST(solutions_are_alike_when_they_share_half_of_the_shorter_one)
{
    CHECK(alike_texts("toner getauscht", "toner getauscht kund informiert"));
    CHECK(alike_texts("a b c d", "c d e f g"));
    CHECK(!alike_texts("a b c", "c d e f g"));
    CHECK(!alike_texts("", "a"));
    CHECK(!alike_texts("toner", "tonerkartusche"));
}

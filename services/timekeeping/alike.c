// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/alike.h"

#include <string.h>

#include "common/base/stem.h"
#include "common/base/text.h"

// Chosen on perturbed texts, see the README.
#define WEIGHT_STEM  1.0
#define WEIGHT_PARTS 0.5
#define WEIGHT_JOIN  1.0
#define WEIGHT_SPLIT 0.7
#define WEIGHT_SHORT 1.0
#define WEIGHT_BONES 0.5
#define BONES_LEAST  3 // letters
#define SPLIT_LEAST  7 // letters of a word that may be a compound
#define PART_LEAST   3 // letters of its parts
#define JOIN_WORDS   3 // "Rest Buch Wert"
#define WORDS_MAX    40

struct asking {
    struct arena *arena;
    const char *words[WORDS_MAX];
    size_t word_count;
    struct alike *list;
    size_t count;
    bool full; // the arena
};

static void ask(struct asking *asking, const struct alike *alike)
{
    if (asking->count < ALIKE_MOST)
        asking->list[asking->count++] = *alike;
}

static const char *stem_of(struct asking *asking, const char *word)
{
    const char *stem = stem_text(asking->arena, word);

    asking->full |= stem == NULL;
    return stem ? stem : "";
}

static void ask_stem(struct asking *asking, const char *word, double weight, bool extra)
{
    const char *stem = stem_of(asking, word);

    if (*stem)
        ask(asking, &(struct alike){ ALIKE_STEM, stem, NULL, weight, extra });
}

// --- two words that are one

static void ask_joined(struct asking *asking, size_t from)
{
    const char *joined = asking->words[from];

    for (size_t i = 1; i < JOIN_WORDS && from + i < asking->word_count; i++) {
        joined = arena_format(asking->arena, "%s%s", joined, asking->words[from + i]);
        asking->full |= joined == NULL;
        if (!joined)
            return;
        ask_stem(asking, joined, WEIGHT_JOIN, true);
    }
}

// --- one word that is two

static void ask_pair(struct asking *asking, const char *word, size_t first, size_t from)
{
    const char *one = arena_text(asking->arena, word, first);

    asking->full |= one == NULL;
    if (!one)
        return;
    ask(asking, &(struct alike){ .by = ALIKE_PAIR,
                                 .one = stem_of(asking, one),
                                 .other = stem_of(asking, word + from),
                                 .weight = WEIGHT_SPLIT,
                                 .extra = true });
}

// What joins the parts of a compound belongs to neither: "Arbeit-s-zeit".
static void ask_cut(struct asking *asking, const char *word, size_t cut)
{
    static const char *const links[] = { "", "s", "es", "n", "en", "er", "e" };

    for (size_t i = 0; i < COUNT_OF(links); i++) {
        size_t size = strlen(links[i]);
        if (cut >= PART_LEAST + size && memcmp(word + cut - size, links[i], size) == 0)
            ask_pair(asking, word, cut - size, cut);
    }
}

static void ask_split(struct asking *asking, const char *word)
{
    size_t size = strlen(word);

    if (size < SPLIT_LEAST)
        return;
    for (size_t cut = PART_LEAST; cut + PART_LEAST <= size; cut++)
        ask_cut(asking, word, cut);
}

// --- vowels

static bool is_vowel(char letter)
{
    return letter && strchr("aeiou", letter);
}

const char *alike_bones(struct arena *arena, const char *stem)
{
    char *out = arena_alloc(arena, strlen(stem) + 1);
    size_t size = 0;

    for (size_t i = 0; out && stem[i]; i++) {
        if (i == 0 || (!is_vowel(stem[i]) && stem[i] != out[size - 1]))
            out[size++] = stem[i];
    }
    if (!out || size < BONES_LEAST)
        return NULL;
    out[size] = '\0';
    return out;
}

static void ask_bones(struct asking *asking, const char *word)
{
    const char *bones = alike_bones(asking->arena, stem_of(asking, word));

    if (bones)
        ask(asking, &(struct alike){ ALIKE_BONES, bones, NULL, WEIGHT_BONES, true });
}

// --- abbreviations

static void ask_short(struct asking *asking, const char *word)
{
    static const struct {
        const char *abbreviation, *word;
    } list[] = {
#define SHORT(abbreviation, word) { abbreviation, word },
#include "services/timekeeping/abbreviations.def"
#undef SHORT
    };

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        if (strcmp(list[i].abbreviation, word) != 0)
            continue;
        ask_stem(asking, list[i].word, WEIGHT_SHORT, true);
        ask(asking, &(struct alike){ ALIKE_PARTS, list[i].word, NULL, WEIGHT_PARTS / 2, true });
    }
}

// --- all of it

static bool split_words(struct asking *asking, const char *text)
{
    const char *folded = text_fold(asking->arena, text);

    for (const char *at = folded; at && *at && asking->word_count < WORDS_MAX;) {
        size_t size = strcspn(at, " ");
        const char *word = arena_text(asking->arena, at, size);
        if (!word)
            return false;
        asking->words[asking->word_count++] = word;
        at += size + (at[size] == ' ');
    }
    return folded != NULL;
}

bool alike_ask(struct arena *arena, const char *text, struct alike **ret, size_t *ret_count)
{
    struct asking asking = { .arena = arena };

    asking.list = arena_array(arena, ALIKE_MOST, sizeof *asking.list);
    if (!asking.list || !split_words(&asking, text))
        return false;
    // What is surest first, should there be too much.
    for (size_t i = 0; i < asking.word_count; i++) {
        ask_stem(&asking, asking.words[i], WEIGHT_STEM, false);
        ask(&asking, &(struct alike){ ALIKE_PARTS, asking.words[i], NULL, WEIGHT_PARTS, false });
        ask_bones(&asking, asking.words[i]);
        ask_short(&asking, asking.words[i]);
        ask_joined(&asking, i);
    }
    for (size_t i = 0; i < asking.word_count; i++)
        ask_split(&asking, asking.words[i]);
    *ret = asking.list;
    *ret_count = asking.count;
    return !asking.full;
}

// --- texts

static size_t words_of(const char *text)
{
    size_t count = *text != '\0';

    for (; *text; text++)
        count += *text == ' ';
    return count;
}

static bool has_word(const char *text, const char *word, size_t size)
{
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, word, size) == 0)
            return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

bool alike_texts(const char *a, const char *b)
{
    bool a_shorter = words_of(a) <= words_of(b);
    const char *shorter = a_shorter ? a : b, *longer = a_shorter ? b : a;
    size_t count = 0, shared = 0;

    for (const char *at = shorter; *at; count++) {
        size_t size = strcspn(at, " ");
        shared += has_word(longer, at, size);
        at += size + (at[size] == ' ');
    }
    return count > 0 && 2 * shared >= count;
}

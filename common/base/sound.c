// SPDX-License-Identifier: Apache-2.0
// Kölner Phonetik: each letter by its neighbours to a digit, doubles and vowels dropped.
#include "common/base/sound.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

#define WORDS_MAX 64 // of one name

static bool is_in(char sign, const char *signs)
{
    return sign && strchr(signs, sign);
}

// A c at the beginning of a word, and elsewhere.
static char code_of_c(char before, char after)
{
    if (before == '\0')
        return is_in(after, "ahkloqrux") ? '4' : '8';
    if (is_in(before, "sz"))
        return '8';
    return is_in(after, "ahkoqux") ? '4' : '8';
}

// "" for a letter that has no sound of its own.
static const char *code_of(char before, char sign, char after, char *one)
{
    one[1] = '\0';
    if (is_in(sign, "aeijouy"))
        return "0";
    if (sign == 'h')
        return "";
    if (sign == 'b' || (sign == 'p' && after != 'h'))
        return "1";
    if (is_in(sign, "dt"))
        return is_in(after, "csz") ? "8" : "2";
    if (is_in(sign, "fvwp"))
        return "3";
    if (is_in(sign, "gkq"))
        return "4";
    if (sign == 'x')
        return is_in(before, "ckq") ? "8" : "48";
    if (sign == 'l')
        return "5";
    if (is_in(sign, "mn"))
        return "6";
    if (sign == 'r')
        return "7";
    if (is_in(sign, "sz"))
        return "8";
    one[0] = sign == 'c' ? code_of_c(before, after) : sign;
    return one;
}

// What is no letter must not be taken for a code.
static bool is_letter(char sign)
{
    return sign >= 'a' && sign <= 'z';
}

char *sound_of(struct arena *arena, const char *word)
{
    size_t size = strlen(word), used = 0;
    char *out = arena_alloc(arena, 2 * size + 2), last = '\0', one[2];
    if (!out)
        return NULL;
    for (size_t i = 0; i < size; i++) {
        if (!is_letter(word[i])) {
            // Marked, so that the digit 4 is not a k.
            if (word[i] >= '0' && word[i] <= '9')
                out[used++] = '#';
            out[used++] = last = word[i];
            continue;
        }
        const char *code = code_of(i ? word[i - 1] : '\0', word[i], word[i + 1], one);
        for (; *code; code++) {
            if (*code != last && (*code != '0' || used == 0))
                out[used++] = *code;
            last = *code;
        }
    }
    if (used == 0 && size > 0)
        out[used++] = 'h';
    out[used] = '\0';
    return out;
}

// --- the words that matter
static bool is_filler(const char *word)
{
    static const char *const fillers[] = {
        "ag",   "and",   "bv",  "co",   "dipl", "dr",   "e",    "ek",   "eg",    "eu",
        "ev",   "firma", "fa",  "frau", "gbr",  "ges",  "gmbh", "herr", "inc",   "ing",
        "kg",   "kgaa",  "ltd", "mag",  "mbb",  "mbh",  "med",  "ohg",  "partg", "partgmbb",
        "phil", "prof",  "ra",  "rain", "sa",   "sarl", "se",   "ug",   "und",   "v",
    };
    for (size_t i = 0; i < COUNT_OF(fillers); i++) {
        if (strcmp(word, fillers[i]) == 0)
            return true;
    }
    return false;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t split(char *text, const char **words)
{
    size_t count = 0;
    while (*text && count < WORDS_MAX) {
        size_t size = strcspn(text, " ");
        bool last = text[size] == '\0';
        text[size] = '\0';
        words[count++] = text;
        text += size + (last ? 0 : 1);
    }
    return count;
}

size_t sound_words(struct arena *arena, const char *name, const char **out, size_t most)
{
    const char *words[WORDS_MAX];
    char *folded = text_fold(arena, name);
    size_t count = folded ? split(folded, words) : 0, matter = 0, kept = 0;
    for (size_t i = 0; i < count; i++)
        matter += !is_filler(words[i]);
    if (count)
        qsort(words, count, sizeof *words, compare);
    for (size_t i = 0; i < count && kept < most; i++) {
        if (matter && is_filler(words[i]))
            continue;
        if (kept && strcmp(out[kept - 1], words[i]) == 0)
            continue;
        out[kept++] = words[i];
    }
    return kept;
}

char *sound_whole(struct arena *arena, const char *const *words, size_t count)
{
    const char *codes[WORDS_MAX];
    char *all = arena_format(arena, "%s", "");
    if (count > WORDS_MAX)
        count = WORDS_MAX;
    for (size_t i = 0; i < count; i++) {
        codes[i] = sound_of(arena, words[i]);
        if (!codes[i])
            return NULL;
    }
    if (count)
        qsort(codes, count, sizeof *codes, compare);
    for (size_t i = 0; all && i < count; i++)
        all = arena_format(arena, "%s%s%s", all, i ? " " : "", codes[i]);
    return all;
}

// SPDX-License-Identifier: Apache-2.0
#include "common/base/placeholder.h"

#include <string.h>

#define WORD_MAX 20

// The word in braces at `text`, NULL-terminated in `word`; its length with the braces, 0: none.
static size_t word_at(const char *text, char word[WORD_MAX + 1])
{
    size_t size = *text == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
    if (size == 0 || size > WORD_MAX || text[size + 1] != '}')
        return 0;
    memcpy(word, text + 1, size);
    word[size] = '\0';
    return size + 2;
}

static const struct placeholder *placeholder_of(const struct placeholders *known, const char *word)
{
    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(known->items[i].word, word) == 0)
            return &known->items[i];
    }
    return NULL;
}

bool placeholder_check(const char *field, const char *text, const struct placeholders *known,
                       struct err *err)
{
    char word[WORD_MAX + 1];
    for (; text && *text; text++) {
        if (word_at(text, word) > 0 && !placeholder_of(known, word))
            return fail(err, ERR_INVALID, field, known->unknown, word, NULL);
    }
    return true;
}

// Writes (or with `out` NULL counts) the filled text; bytes.
static size_t fill(const char *text, const struct placeholders *known, char *out)
{
    size_t used = 0;
    while (*text) {
        char word[WORD_MAX + 1];
        size_t taken = word_at(text, word);
        const struct placeholder *placeholder = taken ? placeholder_of(known, word) : NULL;
        const char *piece = placeholder ? placeholder->value : text;
        size_t size = placeholder ? strlen(piece) : 1;
        if (out)
            memcpy(out + used, piece, size);
        used += size;
        text += placeholder ? taken : 1;
    }
    return used;
}

// Behind so many characters (not bytes) the text ends.
static void cut(char *text, size_t most)
{
    size_t characters = 0;
    for (; *text; text++) {
        bool begins = ((unsigned char)*text & 0xC0) != 0x80;
        if (begins && characters++ == most) {
            *text = '\0';
            return;
        }
    }
}

char *placeholder_fill(const char *text, const struct placeholders *known, size_t most,
                       struct arena *arena)
{
    size_t size = fill(text, known, NULL);
    char *out = arena_alloc(arena, size + 1);
    if (!out)
        return NULL;
    (void)fill(text, known, out);
    out[size] = '\0';
    cut(out, most);
    return out;
}

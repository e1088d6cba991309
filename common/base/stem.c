// SPDX-License-Identifier: Apache-2.0
#include "common/base/stem.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

// "ue" in "neue", "treue", "Quelle" is no umlaut.
static bool is_umlaut(const char *folded, size_t at)
{
    char before = at ? folded[at - 1] : ' ';

    if (folded[at + 1] != 'e')
        return false;
    if (folded[at] == 'u')
        return before != 'q' && before != 'a' && before != 'e';
    return folded[at] == 'a' || folded[at] == 'o';
}

// In place, as it only becomes shorter.
static void drop_umlauts(char *folded)
{
    char *out = folded;

    // What was before counts as it was written: `out` never overtakes what is still to be read.
    for (size_t at = 0, step; folded[at]; at += step) {
        step = is_umlaut(folded, at) ? 2 : 1;
        *out++ = folded[at];
    }
    *out = '\0';
}

// Of one word to another place; a stem is never longer than its word.
static size_t stem_one(struct sb_stemmer *stemmer, const char *word, size_t size, char *out)
{
    const sb_symbol *stem = sb_stemmer_stem(stemmer, (const sb_symbol *)word, (int)size);

    if (!stem)
        abort(); // out of memory
    size_t length = (size_t)sb_stemmer_length(stemmer);
    if (length > size)
        length = size;
    memcpy(out, stem, length);
    return length;
}

char *stem_text(struct arena *arena, const char *text)
{
    char *folded = text_fold(arena, text);
    char *out = folded;

    if (!folded)
        return NULL;
    drop_umlauts(folded);
    struct sb_stemmer *stemmer = sb_stemmer_new("german", NULL);
    if (!stemmer)
        abort();
    for (const char *at = folded; *at;) {
        size_t size = strcspn(at, " ");
        const char *next = at + size + (at[size] == ' ');
        if (out != folded)
            *out++ = ' ';
        out += stem_one(stemmer, at, size, out);
        at = next;
    }
    *out = '\0';
    sb_stemmer_delete(stemmer);
    return folded;
}

// SPDX-License-Identifier: Apache-2.0
// What makes two inquiries alike: the question that somebody types, taken apart into what may be
// asked of an archive of German texts. Pure.
//
// Each word is asked for by its stem, and, for typing errors, parts of compounds, words that are
// still being typed, by its groups of three letters. "Kranken Kasse" is also asked for as
// "Krankenkasse", and "Kammertermin" as "Kammer" and "Termin", where the archive has both: what a
// compound is made of, its own vocabulary says. Abbreviations of offices stand for their words, and
// words also count without their vowels.
#pragma once

#include <stdbool.h>

#include "common/base/arena.h"
#include "common/base/compiler.h"

enum alike_by {
    ALIKE_STEM,  // `one` is a stem (stem_text)
    ALIKE_PARTS, // `one` is a folded word, of which parts count
    ALIKE_PAIR,  // `one` and `other` are stems that count together only
    ALIKE_BONES, // `one` is what alike_bones leaves of a stem
};

struct alike {
    enum alike_by by;
    const char *one, *other;
    double weight;
    bool extra; // not missed where it is not
};

// A stem without its vowels, but for the first letter, and with double letters once: "rchng" of
// "rechnung". Words with a wrong vowel, or shortened to "Rchng.", have the same. NULL where too
// little is left to tell words apart, or the arena is full.
const char *alike_bones(struct arena *arena, const char *stem);

// At most ALIKE_MOST of them; false when the arena is full.
#define ALIKE_MOST 600
MUST_USE bool alike_ask(struct arena *arena, const char *text, struct alike **ret,
                        size_t *ret_count);

// Whether two texts, each as stem_text gives it, say nearly the same: half of the words of the
// shorter one are in the other.
bool alike_texts(const char *a, const char *b);

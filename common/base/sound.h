// SPDX-License-Identifier: Apache-2.0
// Names that sound alike: Kölner Phonetik (Hans Joachim Postel, 1969), made for German names.
#pragma once

#include "common/base/arena.h"

// The code of one folded word (text_fold): Meier, Maier, Mayr and Meyer are all "67". Digits and
// letters outside a to z stand for themselves, so that "3m" is no "6". Never empty for a word that
// is not. NULL only when the arena is full.
MUST_USE char *sound_of(struct arena *arena, const char *word);

// The words of a name by which people and firms are compared: folded, without titles, forms of
// address and legal forms (Dr., Herr, GmbH & Co. KG), unless nothing else is there. At most `most`,
// each once, sorted. Returns how many; 0 also when the arena is full.
size_t sound_words(struct arena *arena, const char *name, const char **out, size_t most);

// All codes of these words as one text, in order: the name as a whole. NULL when the arena is full.
MUST_USE char *sound_whole(struct arena *arena, const char *const *words, size_t count);

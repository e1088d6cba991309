// SPDX-License-Identifier: Apache-2.0
// Stems of German words (Snowball's algorithm, libstemmer), for search.
#pragma once

#include "common/base/arena.h"
#include "common/base/compiler.h"

// The text folded (text_fold), and of each word its stem: "Rechnungen" and "Rechnung" become
// "rechnung", "Häuser", "Haeuser" and "Haus" become "haus". A word has one stem however its umlauts
// are written: "ae" counts as "a". NULL only when the arena is full.
MUST_USE char *stem_text(struct arena *arena, const char *text);

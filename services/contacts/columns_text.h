// SPDX-License-Identifier: Apache-2.0
// What the lists of contacts and of files share in reading headings and cells. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/compiler.h"
#include "common/base/zone.h"

#define HEADING_WORDS_MAX 12

struct heading_words {
    const char *list[HEADING_WORDS_MAX];
    size_t count;
};

// Whether a list of texts, each between bars, has this one.
bool in_bars(const char *list, const char *text, size_t size);

// False when the arena is full.
MUST_USE bool heading_split(const char *folded, struct arena *arena, struct heading_words *out);
void heading_drop(struct heading_words *words, size_t i);
// "telefon 2": the number apart, and out of the words; 0: there is none. A number within a word
// stays.
int heading_number(struct heading_words *words);
// The words from one place until before another; NULL when the arena is full.
MUST_USE const char *heading_joined(const struct heading_words *words, size_t from, size_t until,
                                    struct arena *arena);

// Without blanks at the ends, no-break spaces too, and without the apostrophe that keeps a
// spreadsheet from reading a formula. NULL: nothing is left.
const char *cell_tidy(const char *text, struct arena *arena);
// Folded, it is one of the texts between bars.
bool cell_is_word(const char *text, const char *bars, struct arena *arena);
// "ja", "x", "1"...; false: it means neither.
MUST_USE bool cell_yes(const char *text, bool *out, struct arena *arena);
// "24.11.2026", "2026-11-24 10:41", "24.11.2026 10:41:07", RFC 3339; a time without zone is of
// `zone` (NULL: UTC).
MUST_USE bool cell_time(const char *text, const struct zone *zone, struct arena *arena,
                        int64_t *out);

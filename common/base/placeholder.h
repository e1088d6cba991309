// SPDX-License-Identifier: Apache-2.0
// Texts with placeholders in braces: "Telefonat mit {person}". A brace that begins none stays one.
#pragma once

#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/err.h"

struct placeholder {
    const char *word;  // lower-case letters and _, at most 20
    const char *value; // what is put in
};

struct placeholders {
    const struct placeholder *items;
    size_t count;
    enum text_id unknown; // the refusal of a word that is none of them; its {1} is the word
};

// ERR_INVALID on `field` when the text holds a placeholder that is none of these. `text` may be
// NULL.
MUST_USE bool placeholder_check(const char *field, const char *text,
                                const struct placeholders *known, struct err *err);
// The text filled in, cut to so many characters; NULL when the arena is full. A word that is not
// known stays as it is.
MUST_USE char *placeholder_fill(const char *text, const struct placeholders *known, size_t most,
                                struct arena *arena);

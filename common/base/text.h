// SPDX-License-Identifier: Apache-2.0
// UTF-8 text: validity, normal form, and folding for search.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/compiler.h"

// True when the bytes are valid UTF-8 (RFC 3629: no overlong forms, surrogates, or > U+10FFFF) and
// hold no NUL.
bool text_valid(const char *bytes, size_t size);

// A copy in which every invalid byte is replaced by U+FFFD and every control character (but not
// tab and line feed) by a space. NULL only when the arena is full.
MUST_USE char *text_clean(struct arena *arena, const char *bytes, size_t size);

// Code points, not bytes: what a person counts when a field "has at most 120 characters".
size_t text_length(const char *text);

// For search: lower case, ä ö ü ß as ae oe ue ss, other marks dropped (é -> e, Ş -> s), letters
// with a stroke or a hook and those of their own as what is typed for them (ł -> l, ı -> i, ə ->
// e), runs of anything but letters and digits as one space, no space at the ends. Idempotent. NULL
// only when the arena is full.
//
// Counted up when any text folds otherwise than before: whatever is stored of folded texts has it
// in its edition, and is made anew.
#define TEXT_FOLD_EDITION 1
MUST_USE char *text_fold(struct arena *arena, const char *text);

// True when both are equal, or both are NULL.
bool text_equal(const char *a, const char *b);

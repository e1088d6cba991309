// SPDX-License-Identifier: Apache-2.0
// Manual pages in the man macros of groff.
#pragma once

#include <stdio.h>

// Text of any kind, so that groff shows it as it is: escapes "-", "\" and a point at the beginning,
// and says all that is not ASCII by its code point, whatever the reader's encoding.
void roff_text(FILE *out, const char *text);

// The head of a page: "RUFBUS", section 1, version; then NAME: "rufbus \- purpose".
void roff_head(FILE *out, const char *name, const char *version, const char *purpose);
void roff_section(FILE *out, const char *title);
// A tagged paragraph: `word` and `value` (NULL: none) as heading, then the text.
void roff_item(FILE *out, const char *word, const char *value, const char *text);

// SPDX-License-Identifier: Apache-2.0
// Texts of mails: foreign charsets, and HTML without its marks.
#pragma once

#include "common/base/arena.h"

// As UTF-8, whatever the charset says or lacks: what is no UTF-8 is taken for windows-1252. Valid,
// without controls, lines apart by line feeds. NULL when the arena is full.
char *mail_text(struct arena *arena, const char *bytes, size_t size, const char *charset);
// What a reader of the page would see, lines apart. NULL when the arena is full.
char *mail_text_of_html(struct arena *arena, const char *html);

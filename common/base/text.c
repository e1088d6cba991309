// SPDX-License-Identifier: Apache-2.0
// UTF-8 by utf8proc.
#include "common/base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

// Bytes of the character at `bytes`; 0 when it is not valid. Stricter than utf8proc only in NUL.
static size_t character(const char *bytes, size_t size, int32_t *ret)
{
    unsigned char first = (unsigned char)bytes[0];
    if (first < 0x80) {
        *ret = first;
        return first ? 1 : 0;
    }
    utf8proc_ssize_t used =
        utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)size, ret);
    return used > 0 ? (size_t)used : 0;
}

// Most text is ASCII: eight bytes at a time have neither a high bit nor a NUL.
static size_t ascii_run(const char *bytes, size_t size)
{
    size_t at = 0;
    while (size - at >= 8) {
        uint64_t word;
        memcpy(&word, bytes + at, sizeof word);
        uint64_t zero = (word - UINT64_C(0x0101010101010101)) & ~word;
        if ((word | zero) & UINT64_C(0x8080808080808080))
            break;
        at += 8;
    }
    return at;
}

bool text_valid(const char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        at += ascii_run(bytes + at, size - at);
        if (at == size)
            break;
        int32_t code;
        size_t used = character(bytes + at, size - at, &code);
        if (used == 0)
            return false;
        at += used;
    }
    return true;
}

static bool is_control(int32_t code)
{
    return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code < 0xA0);
}

char *text_clean(struct arena *arena, const char *bytes, size_t size)
{
    if (size > SIZE_MAX / 3 - 1)
        return NULL;
    char *out = arena_alloc(arena, size * 3 + 1);
    if (!out)
        return NULL;
    size_t used = 0;
    for (size_t at = 0; at < size;) {
        int32_t code;
        size_t length = character(bytes + at, size - at, &code);
        if (length == 0) {
            bool nul = bytes[at] == '\0';
            memcpy(out + used, nul ? " " : "\xEF\xBF\xBD", nul ? 1 : 3);
            used += nul ? 1 : 3;
            at++;
            continue;
        }
        if (is_control(code)) {
            out[used++] = ' ';
        } else {
            memcpy(out + used, bytes + at, length);
            used += length;
        }
        at += length;
    }
    out[used] = '\0';
    return out;
}

size_t text_length(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

// What folds to more or other letters than its base character: what people type for it. Umlauts and
// ligatures; Turkish without a dot; strokes and hooks of Polish, Croatian, Vietnamese, Maltese,
// Sami and languages of Africa; letters of their own, as ə and þ. Ascending.
static const struct {
    int32_t code;
    const char *letters;
} specials[] = {
    { 0xC4, "ae" },   { 0xC6, "ae" },  { 0xD0, "d" },   { 0xD6, "oe" }, { 0xD8, "oe" },
    { 0xDC, "ue" },   { 0xDE, "th" },  { 0xDF, "ss" },  { 0xE4, "ae" }, { 0xE6, "ae" },
    { 0xF0, "d" },    { 0xF6, "oe" },  { 0xF8, "oe" },  { 0xFC, "ue" }, { 0xFE, "th" },
    { 0x110, "d" },   { 0x111, "d" },  { 0x126, "h" },  { 0x127, "h" }, { 0x130, "i" },
    { 0x131, "i" },   { 0x138, "k" },  { 0x141, "l" },  { 0x142, "l" }, { 0x14A, "n" },
    { 0x14B, "n" },   { 0x152, "oe" }, { 0x153, "oe" }, { 0x166, "t" }, { 0x167, "t" },
    { 0x180, "b" },   { 0x188, "c" },  { 0x192, "f" },  { 0x199, "k" }, { 0x19A, "l" },
    { 0x1A5, "p" },   { 0x1AD, "t" },  { 0x1B4, "y" },  { 0x1B6, "z" }, { 0x1DD, "e" },
    { 0x1E5, "g" },   { 0x24D, "r" },  { 0x253, "b" },  { 0x254, "o" }, { 0x256, "d" },
    { 0x257, "d" },   { 0x259, "e" },  { 0x25B, "e" },  { 0x260, "g" }, { 0x263, "g" },
    { 0x268, "i" },   { 0x272, "n" },  { 0x288, "t" },  { 0x289, "u" }, { 0x28B, "v" },
    { 0x1E9E, "ss" },
};

static const char *special(int32_t code)
{
    for (size_t i = 0; i < COUNT_OF(specials) && specials[i].code <= code; i++) {
        if (specials[i].code == code)
            return specials[i].letters;
    }
    return NULL;
}

struct folding {
    char *out;
    size_t used;
    bool gap; // a separator is due before the next letter
};

static void put(struct folding *folding, const char *bytes, size_t size)
{
    if (folding->gap && folding->used > 0)
        folding->out[folding->used++] = ' ';
    folding->gap = false;
    memcpy(folding->out + folding->used, bytes, size);
    folding->used += size;
}

static bool is_mark(int32_t code)
{
    utf8proc_category_t category = utf8proc_category(code);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
           category == UTF8PROC_CATEGORY_MC;
}

// Which Unicode counts among the letters: Oʻzbek, Hawaiʻi.
static bool is_apostrophe(int32_t code)
{
    return code >= 0x2B9 && code <= 0x2BF;
}

static bool is_letter_or_digit(int32_t code)
{
    if (is_apostrophe(code))
        return false;
    utf8proc_category_t category = utf8proc_category(code);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

#define PARTS_MAX 18 // the longest compatibility decomposition of Unicode

static void fold_one(struct folding *folding, int32_t code)
{
    const char *letters = special(code);
    if (letters) {
        put(folding, letters, strlen(letters));
        return;
    }
    int32_t parts[PARTS_MAX];
    int boundary = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char(
        code, parts, PARTS_MAX, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD,
        &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < PARTS_MAX; i++) {
        const char *within = special(parts[i]);
        if (within) {
            put(folding, within, strlen(within));
            continue;
        }
        if (is_mark(parts[i]))
            continue;
        if (!is_letter_or_digit(parts[i])) {
            folding->gap = true;
            continue;
        }
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t size = utf8proc_encode_char(parts[i], bytes);
        put(folding, (const char *)bytes, (size_t)size);
    }
}

// Umlauts may come as two characters: u and U+0308. Composing first makes them one.
static char *composed(const char *text)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)text, 0, &out,
                                         UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    return size < 0 ? NULL : (char *)out;
}

static void fold_all(struct folding *folding, const char *text)
{
    size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        unsigned char byte = (unsigned char)text[at];
        bool digit = byte >= '0' && byte <= '9';
        if (digit || (byte >= 'a' && byte <= 'z')) {
            put(folding, text + at++, 1);
            continue;
        }
        int32_t code;
        size_t used = character(text + at, size - at, &code);
        if (used > 0)
            fold_one(folding, code);
        else
            folding->gap = true;
        at += used > 0 ? used : 1;
    }
}

// No character grows more than twelvefold (U+FDFA: 3 bytes to 33).
#define GROWTH_MAX 12

char *text_fold(struct arena *arena, const char *text)
{
    size_t size = strlen(text);
    bool ascii = true;
    for (size_t i = 0; i < size; i++)
        ascii = ascii && (unsigned char)text[i] < 0x80;
    char *composition = ascii ? NULL : composed(text);
    const char *from = composition ? composition : text;
    struct folding folding = { 0 };
    folding.out = arena_alloc(arena, ascii ? size + 1 : strlen(from) * GROWTH_MAX + 1);
    if (folding.out)
        fold_all(&folding, from);
    free(composition);
    return folding.out;
}

bool text_equal(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(a, b) == 0;
}

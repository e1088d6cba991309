// SPDX-License-Identifier: Apache-2.0
#include "common/mail/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"

#define LONGEST 4 // bytes of UTF-8 that one byte may become

// --- charsets
static bool is_utf8(const char *charset)
{
    static const char *const names[] = { "utf-8", "utf8", "us-ascii", "ascii" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcasecmp(charset, names[i]) == 0)
            return true;
    }
    return false;
}

// What calls itself ISO-8859-1 is windows-1252 more often than not, and agrees with it otherwise.
static bool is_latin(const char *charset)
{
    return strcasecmp(charset, "iso-8859-1") == 0 || strcasecmp(charset, "latin1") == 0;
}

// NULL when the charset is not known; a byte that means nothing in it becomes "?".
static char *converted(struct arena *arena, const char *bytes, size_t size, const char *charset,
                       size_t *ret_size)
{
    iconv_t conversion = iconv_open("UTF-8", charset);
    size_t room = size * LONGEST, left = size;
    char *out = conversion == (iconv_t)-1 ? NULL : arena_alloc(arena, room + 1), *to = out;
    char *from = (char *)(uintptr_t)bytes;

    while (out && left > 0) {
        if (iconv(conversion, &from, &left, &to, &room) != (size_t)-1 || room == 0)
            break;
        *to++ = '?';
        room--;
        from++;
        left--;
    }
    if (conversion != (iconv_t)-1)
        (void)iconv_close(conversion);
    if (out)
        *ret_size = (size_t)(to - out);
    return out;
}

static void lines_unite(char *text)
{
    char *to = text;

    for (; *text; text++) {
        if (*text == '\r' && text[1] == '\n')
            continue;
        *to++ = *text == '\r' ? '\n' : *text;
    }
    *to = '\0';
}

char *mail_text(struct arena *arena, const char *bytes, size_t size, const char *charset)
{
    const char *text = bytes;
    size_t text_size = size;

    if (!charset || is_utf8(charset) || is_latin(charset))
        charset = "windows-1252";
    else
        text = converted(arena, bytes, size, charset, &text_size);
    if (!text || (text == bytes && !text_valid(bytes, size)))
        text = converted(arena, bytes, size, "windows-1252", &text_size);
    // Before the controls go: a lone carriage return ends a line too.
    char *copy = text ? arena_text(arena, text, text_size) : NULL;
    if (!copy)
        return NULL;
    if (strlen(copy) == text_size) {
        lines_unite(copy);
        text_size = strlen(copy);
    }
    return text_clean(arena, copy, text_size);
}

// --- HTML
struct page {
    const char *from;
    char *out;
    size_t size;
    bool line_empty, blank; // a blank waits until something follows
};

static void put(struct page *page, const char *bytes, size_t size)
{
    if (page->blank && !page->line_empty)
        page->out[page->size++] = ' ';
    memcpy(page->out + page->size, bytes, size);
    page->size += size;
    page->blank = page->line_empty = false;
}

// At most one empty line in a row.
static void put_line(struct page *page)
{
    bool two = page->size == 0 || (page->size > 1 && page->out[page->size - 1] == '\n' &&
                                   page->out[page->size - 2] == '\n');

    page->blank = false;
    page->line_empty = true;
    if (!two)
        page->out[page->size++] = '\n';
}

static size_t utf8_of(uint32_t sign, char out[4])
{
    if (sign < 0x80) {
        out[0] = (char)sign;
        return 1;
    }
    if (sign < 0x800) {
        out[0] = (char)(0xC0 | sign >> 6);
        out[1] = (char)(0x80 | (sign & 0x3F));
        return 2;
    }
    if (sign < 0x10000) {
        out[0] = (char)(0xE0 | sign >> 12);
        out[1] = (char)(0x80 | (sign >> 6 & 0x3F));
        out[2] = (char)(0x80 | (sign & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | sign >> 18);
    out[1] = (char)(0x80 | (sign >> 12 & 0x3F));
    out[2] = (char)(0x80 | (sign >> 6 & 0x3F));
    out[3] = (char)(0x80 | (sign & 0x3F));
    return 4;
}

static uint32_t sign_of_number(const char *digits, size_t size)
{
    uint32_t sign = 0;
    bool hex = size > 0 && (*digits == 'x' || *digits == 'X');

    for (size_t i = hex; i < size && sign < 0x110000; i++) {
        char c = digits[i];
        uint32_t digit = c >= '0' && c <= '9'          ? (uint32_t)(c - '0')
                         : hex && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : hex && c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                       : 99;
        if (digit == 99)
            return 0;
        sign = sign * (hex ? 16 : 10) + digit;
    }
    bool good = sign >= ' ' && sign < 0x110000 && (sign < 0xD800 || sign > 0xDFFF);
    return good ? sign : 0;
}

static const struct {
    const char *name, *text;
} entities[] = {
    { "amp", "&" },    { "lt", "<" },     { "gt", ">" },     { "quot", "\"" }, { "apos", "'" },
    { "nbsp", " " },   { "auml", "ä" },   { "ouml", "ö" },   { "uuml", "ü" },  { "Auml", "Ä" },
    { "Ouml", "Ö" },   { "Uuml", "Ü" },   { "szlig", "ß" },  { "euro", "€" },  { "ndash", "–" },
    { "mdash", "—" },  { "hellip", "…" }, { "bdquo", "„" },  { "ldquo", "“" }, { "rdquo", "”" },
    { "lsquo", "‘" },  { "rsquo", "’" },  { "laquo", "«" },  { "raquo", "»" }, { "eacute", "é" },
    { "egrave", "è" }, { "agrave", "à" }, { "ccedil", "ç" }, { "sect", "§" },  { "copy", "©" },
    { "bull", "•" },   { "middot", "·" }, { "deg", "°" },    { "times", "×" }, { "shy", "" },
};

// "&auml;" and the like; what is none stays as it is.
static void read_entity(struct page *page)
{
    size_t size = strcspn(page->from + 1, "; \n<&");
    const char *name = page->from + 1;
    char sign[4];

    if (name[size] == ';' && size > 1 && *name == '#') {
        uint32_t number = sign_of_number(name + 1, size - 1);
        if (number) {
            put(page, sign, utf8_of(number, sign));
            page->from += size + 2;
            return;
        }
    }
    for (size_t i = 0; name[size] == ';' && i < COUNT_OF(entities); i++) {
        if (strlen(entities[i].name) == size && strncmp(entities[i].name, name, size) == 0) {
            put(page, entities[i].text, strlen(entities[i].text));
            page->from += size + 2;
            return;
        }
    }
    put(page, "&", 1);
    page->from++;
}

static bool tag_is(const char *tag, const char *name)
{
    size_t size = strlen(name);

    return strncasecmp(tag, name, size) == 0 && (!tag[size] || strchr(" \t\n/>", tag[size]));
}

// Behind what nobody sees: up to its closing tag, or the end.
static const char *skip_hidden(const char *from, const char *name)
{
    for (const char *close = strchr(from, '<'); close; close = strchr(close + 1, '<')) {
        if (close[1] == '/' && tag_is(close + 2, name)) {
            const char *end = strchr(close, '>');
            return end ? end + 1 : close + strlen(close);
        }
    }
    return from + strlen(from);
}

static void read_tag(struct page *page)
{
    static const char *const hidden[] = { "style", "script", "head", "title" };
    static const char *const lines[] = { "br", "p",  "div", "tr", "li",         "ul",
                                         "ol", "h1", "h2",  "h3", "blockquote", "table" };
    const char *tag = page->from + 1;

    if (strncmp(tag, "!--", 3) == 0) {
        const char *end = strstr(tag + 3, "-->");
        page->from = end ? end + 3 : tag + strlen(tag);
        return;
    }
    bool closes = *tag == '/';
    tag += closes;
    const char *end = strchr(tag, '>');
    page->from = end ? end + 1 : tag + strlen(tag);
    for (size_t i = 0; !closes && i < COUNT_OF(hidden); i++) {
        if (tag_is(tag, hidden[i])) {
            page->from = skip_hidden(page->from, hidden[i]);
            return;
        }
    }
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        if (tag_is(tag, lines[i]) && (!page->line_empty || tag_is(tag, "br")))
            put_line(page);
    }
    if (tag_is(tag, "td") || tag_is(tag, "th"))
        page->blank = true;
}

char *mail_text_of_html(struct arena *arena, const char *html)
{
    // No entity is shorter than what it stands for, and each tag is longer than a line's end.
    struct page page = { .from = html,
                         .out = arena_alloc(arena, 2 * strlen(html) + 2),
                         .line_empty = true };

    while (page.out && *page.from) {
        if (*page.from == '<' && page.from[1] && !strchr(" \t\n", page.from[1])) {
            read_tag(&page);
        } else if (*page.from == '&') {
            read_entity(&page);
        } else if (strchr(" \t\n", *page.from)) {
            page.blank = true;
            page.from++;
        } else {
            put(&page, page.from++, 1);
        }
    }
    while (page.out && page.size > 0 && page.out[page.size - 1] == '\n')
        page.size--;
    return page.out ? arena_text(arena, page.out, page.size) : NULL;
}

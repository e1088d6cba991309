// SPDX-License-Identifier: Apache-2.0
// The grammar of content lines, generous to what programs write.
#include "services/contacts/vcard_line.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/base/compiler.h"
#include "common/base/text.h"

// --- words
static const char *capitals(const char *text, size_t size, struct arena *arena)
{
    char *copy = arena_text(arena, text, size);
    for (char *at = copy; at && *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return copy;
}

static bool is_name_sign(char sign)
{
    return isalnum((unsigned char)sign) || sign == '-' || sign == '_';
}

// RFC 6868: ^n, ^^ and ^' stand for line end, ^ and the quote.
static const char *param_text(const char *text, size_t size, struct arena *arena)
{
    char *copy = arena_text(arena, text, size);
    size_t used = 0;
    for (size_t i = 0; copy && i < size; i++) {
        char next = i + 1 < size ? text[i + 1] : '\0';
        bool known = text[i] == '^' && (next == 'n' || next == '^' || next == '\'');
        copy[used++] = !known ? text[i] : next == 'n' ? '\n' : next == '\'' ? '"' : '^';
        i += known;
    }
    if (copy)
        copy[used] = '\0';
    return copy;
}

// --- parameters
static bool add_param(struct vcard_line *line, const char *name, const char *value)
{
    if (!name || !value || line->param_count == VCARD_PARAMS_MAX)
        return false;
    line->params[line->param_count++] = (struct vcard_param){ name, value };
    return true;
}

// "TYPE=work,voice" is two; what stands in quotes may hold anything but a quote.
static const char *read_values(struct vcard_line *line, const char *name, const char *at,
                               struct arena *arena)
{
    for (;;) {
        bool quoted = *at == '"';
        at += quoted;
        size_t size = quoted ? strcspn(at, "\"") : strcspn(at, ",;:\"");
        // A list within quotes, as some write types: "work,voice".
        const char *end = at + size;
        while (at <= end) {
            const char *comma = memchr(at, ',', (size_t)(end - at));
            const char *stop = comma && strcmp(name, "TYPE") == 0 ? comma : end;
            if (!add_param(line, name, param_text(at, (size_t)(stop - at), arena)))
                return NULL;
            at = stop + 1;
        }
        at = end;
        if (quoted && *at++ != '"')
            return NULL;
        if (*at != ',')
            return at;
        at++;
    }
}

// 2.1 writes "TEL;WORK;VOICE:" and "NOTE;QUOTED-PRINTABLE:".
static bool bare_param(struct vcard_line *line, const char *word)
{
    static const char *const encodings[] = { "QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT" };
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        if (strcmp(word, encodings[i]) == 0)
            return add_param(line, "ENCODING", word);
    }
    return add_param(line, "TYPE", word);
}

static const char *read_params(struct vcard_line *line, const char *at, struct arena *arena)
{
    while (at && *at == ';') {
        size_t size = 0;
        at++;
        while (is_name_sign(at[size]))
            size++;
        const char *name = capitals(at, size, arena);
        if (!name || (size == 0 && *at != ';' && *at != ':'))
            return NULL;
        at += size;
        if (*at == '=')
            at = read_values(line, name, at + 1, arena);
        else if (size > 0 && !bare_param(line, name))
            return NULL;
    }
    return at;
}

const char *vcard_param(const struct vcard_line *line, const char *name)
{
    for (size_t i = 0; i < line->param_count; i++) {
        if (strcmp(line->params[i].name, name) == 0)
            return line->params[i].value;
    }
    return NULL;
}

bool vcard_is_type(const struct vcard_line *line, const char *word)
{
    for (size_t i = 0; i < line->param_count; i++) {
        if (strcmp(line->params[i].name, "TYPE") == 0 &&
            strcasecmp(line->params[i].value, word) == 0)
            return true;
    }
    return false;
}

// --- encodings of 2.1
static int hex(char sign)
{
    if (sign >= '0' && sign <= '9')
        return sign - '0';
    sign = (char)toupper((unsigned char)sign);
    return sign >= 'A' && sign <= 'F' ? sign - 'A' + 10 : -1;
}

static const char *quoted_printable(const char *text, struct arena *arena)
{
    char *copy = arena_text(arena, text, strlen(text));
    size_t used = 0;
    for (size_t i = 0; copy && text[i]; i++) {
        int high = text[i] == '=' ? hex(text[i + 1]) : -1;
        int low = high >= 0 ? hex(text[i + 2]) : -1;
        if (low < 0) {
            copy[used++] = text[i];
            continue;
        }
        i += 2;
        if (high * 16 + low != 0)
            copy[used++] = (char)(high * 16 + low);
    }
    if (copy)
        copy[used] = '\0';
    return copy;
}

// Old programs mean windows-1252 when they do not say UTF-8.
static const char *utf8_of(const char *text, struct arena *arena)
{
    static const uint16_t high[32] = { 0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
                                       0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
                                       0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D,
                                       0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
                                       0x0153, 0,      0x017E, 0x0178 };
    if (text_valid(text, strlen(text)))
        return text;
    char *copy = arena_alloc(arena, strlen(text) * 3 + 1);
    size_t used = 0;
    for (; copy && *text; text++) {
        unsigned code = (unsigned char)*text;
        if (code >= 0x80 && code < 0xA0)
            code = high[code - 0x80] ? high[code - 0x80] : 0xFFFD;
        if (code < 0x80) {
            copy[used++] = (char)code;
        } else if (code < 0x800) {
            copy[used++] = (char)(0xC0 | code >> 6);
            copy[used++] = (char)(0x80 | (code & 0x3F));
        } else {
            copy[used++] = (char)(0xE0 | code >> 12);
            copy[used++] = (char)(0x80 | (code >> 6 & 0x3F));
            copy[used++] = (char)(0x80 | (code & 0x3F));
        }
    }
    return copy;
}

// --- the line
bool vcard_line_read(const char *text, struct arena *arena, struct vcard_line *out)
{
    size_t size = 0;
    *out = (struct vcard_line){ .group = "" };
    while (is_name_sign(text[size]))
        size++;
    if (text[size] == '.') {
        out->group = arena_text(arena, text, size);
        text += size + 1;
        for (size = 0; is_name_sign(text[size]);)
            size++;
    }
    out->name = capitals(text, size, arena);
    if (size == 0 || !out->group || !out->name)
        return false;
    const char *at = read_params(out, text + size, arena);
    if (!at || *at != ':')
        return false;
    const char *encoding = vcard_param(out, "ENCODING");
    out->value = at + 1;
    if (encoding && strcasecmp(encoding, "QUOTED-PRINTABLE") == 0)
        out->value = quoted_printable(out->value, arena);
    out->value = out->value ? utf8_of(out->value, arena) : NULL;
    return out->value != NULL;
}

// --- values
size_t vcard_parts(const char *value, char separator, struct arena *arena,
                   const char *parts[VCARD_PARTS_MAX])
{
    size_t count = 0;
    while (count < VCARD_PARTS_MAX) {
        size_t size = 0;
        while (value[size] && value[size] != separator)
            size += value[size] == '\\' && value[size + 1] ? 2 : 1;
        const char *part = arena_text(arena, value, size);
        part = part ? vcard_text(part, arena) : NULL;
        if (!part)
            return count;
        parts[count++] = part;
        if (!value[size])
            return count;
        value += size + 1;
    }
    return count;
}

const char *vcard_text(const char *value, struct arena *arena)
{
    char *copy = arena_text(arena, value, strlen(value));
    size_t used = 0;
    for (; copy && *value; value++) {
        char next = value[1];
        if (*value != '\\' || !next) {
            copy[used++] = *value;
            continue;
        }
        // Others than these stand for themselves, with their backslash: "C:\Programme".
        bool known = strchr("\\,;:nN", next) != NULL;
        if (!known) {
            copy[used++] = *value;
            continue;
        }
        copy[used++] = next == 'n' || next == 'N' ? '\n' : next;
        value++;
    }
    if (copy)
        copy[used] = '\0';
    return copy;
}

// SPDX-License-Identifier: Apache-2.0
#include "services/notifier/letter_files.h"

#include <stdio.h>
#include <string.h>

#define LINE_BYTES 57 // 76 signs
#define SEGMENT    60 // signs of a name in one parameter (RFC 2231, 3)
#define NAME_ROOM  (3 * 4 * 200 + 1)

// --- Base64
size_t letter_base64_size(size_t size)
{
    size_t lines = (size + LINE_BYTES - 1) / LINE_BYTES;

    return (size + 2) / 3 * 4 + 2 * lines;
}

static char *put_three(const uint8_t *bytes, size_t left, char *out)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned first = bytes[0], second = left > 1 ? bytes[1] : 0, third = left > 2 ? bytes[2] : 0;

    *out++ = signs[first >> 2];
    *out++ = signs[(first & 3) << 4 | second >> 4];
    *out++ = left > 1 ? signs[(second & 15) << 2 | third >> 6] : '=';
    *out++ = left > 2 ? signs[third & 63] : '=';
    return out;
}

void letter_base64(const uint8_t *bytes, size_t size, char *out)
{
    for (size_t at = 0; at < size; at += 3) {
        out = put_three(bytes + at, size - at, out);
        if ((at + 3) % LINE_BYTES == 0 || at + 3 >= size) {
            *out++ = '\r';
            *out++ = '\n';
        }
    }
}

// --- parts
char *letter_boundary(struct id mail, struct arena *arena)
{
    // "=" is written "=3D" in one and stands only at the end of the other.
    return arena_format(arena, "=_rufbus_%s", id_text(mail).text);
}

// A whole mail may not be encoded (RFC 2046, 5.2.1); as a file it may.
static const char *type_of(const char *type)
{
    bool composite = strncmp(type, "message/", 8) == 0 || strncmp(type, "multipart/", 10) == 0;

    return composite ? "application/octet-stream" : type;
}

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._", c));
}

// "Bild Ü.png" as "Bild%20%C3%9C.png".
static void percent(const char *name, char out[NAME_ROOM])
{
    size_t size = 0;

    for (; *name && size + 4 <= NAME_ROOM; name++) {
        if (is_bare(*name))
            out[size++] = *name;
        else
            size += (size_t)snprintf(out + size, 4, "%%%02X", (unsigned char)*name);
    }
    out[size] = '\0';
}

// No part of a sign is cut off: "%C3" stays whole.
static size_t segment_of(const char *rest)
{
    size_t size = strnlen(rest, SEGMENT);

    if (rest[size] && size > 2 && rest[size - 1] == '%')
        return size - 1;
    if (rest[size] && size > 2 && rest[size - 2] == '%')
        return size - 2;
    return size;
}

static const char *filename(const char *name, struct arena *arena)
{
    char encoded[NAME_ROOM];
    const char *out = "";

    percent(name, encoded);
    if (strcmp(encoded, name) == 0 && strlen(name) <= SEGMENT)
        return arena_format(arena, ";\r\n filename=\"%s\"", name);
    if (strlen(encoded) <= SEGMENT)
        return arena_format(arena, ";\r\n filename*=UTF-8''%s", encoded);
    const char *rest = encoded;
    for (int nth = 0; out && *rest; nth++) {
        size_t size = segment_of(rest);
        out = arena_format(arena, "%s;\r\n filename*%d*=%s%.*s", out, nth, nth ? "" : "UTF-8''",
                           (int)size, rest);
        rest += size;
    }
    return out;
}

char *letter_file_head(const char *boundary, const struct inquiry_mail_file *file,
                       struct arena *arena)
{
    const char *name = filename(file->name, arena);

    return name ? arena_format(arena,
                               "\r\n--%s\r\nContent-Type: %s\r\n"
                               "Content-Disposition: attachment%s\r\n"
                               "Content-Transfer-Encoding: base64\r\n\r\n",
                               boundary, type_of(file->content_type), name)
                : NULL;
}

char *letter_files_end(const char *boundary, struct arena *arena)
{
    return arena_format(arena, "\r\n--%s--\r\n", boundary);
}

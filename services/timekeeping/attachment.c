// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/attachment.h"

#include <sodium.h>
#include <stdalign.h>
#include <string.h>

#include "common/base/text.h"

#define NAME_MAX_CHARACTERS 200
#define TYPE_MAX            120
#define TYPE_OTHERWISE      "application/octet-stream"

// --- names
static const char *behind_folders(const char *given)
{
    const char *name = given;

    for (; *given; given++) {
        if (*given == '/' || *given == '\\')
            name = given + 1;
    }
    return name;
}

// Signs that turn the order of those behind them around make "exe.pdf" of "fdp.exe".
static void turn_nothing(char *name)
{
    char *to = name;

    while (*name) {
        const unsigned char *c = (const unsigned char *)name;
        bool turns = c[0] == 0xE2 && ((c[1] == 0x80 && c[2] >= 0xAA && c[2] <= 0xAE) ||
                                      (c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9));
        if (turns)
            name += 3;
        else
            *to++ = *name++;
    }
    *to = '\0';
}

static void trim(char *name)
{
    size_t size = strlen(name), begin = strspn(name, " \t\n");

    while (size > begin && strchr(" \t\n", name[size - 1]))
        size--;
    memmove(name, name + begin, size - begin);
    name[size - begin] = '\0';
}

// Too long ones lose their middle, so that the ending still tells what it is.
static void shorten(char *name)
{
    size_t length = text_length(name), characters = 0;
    char *cut = name, *rest = name;

    if (length <= NAME_MAX_CHARACTERS)
        return;
    for (char *c = name; *c; c++) {
        if (((unsigned char)*c & 0xC0) == 0x80)
            continue;
        if (characters == NAME_MAX_CHARACTERS - 40)
            cut = c;
        if (characters == length - 40) {
            rest = c;
            break;
        }
        characters++;
    }
    memmove(cut, rest, strlen(rest) + 1);
}

const char *attachment_name(const char *given, struct arena *arena, struct err *err)
{
    const char *bare = behind_folders(given);
    char *name = text_clean(arena, bare, strlen(bare));

    if (!name) {
        (void)fail(err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
        return NULL;
    }
    for (char *c = name; *c; c++) {
        if (*c == '\t' || *c == '\n')
            *c = ' ';
    }
    turn_nothing(name);
    trim(name);
    shorten(name);
    if (*name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
        return name;
    (void)fail(err, ERR_INVALID, "name", TEXT_ATTACHMENT_NAME, given, NULL);
    return NULL;
}

// --- types
static bool is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$&-^_.+", c));
}

const char *attachment_type(const char *given, struct arena *arena)
{
    size_t first = 0, second = 0;

    if (!given)
        return TYPE_OTHERWISE;
    while (is_token(given[first]))
        first++;
    if (given[first] == '/') {
        while (is_token(given[first + 1 + second]))
            second++;
    }
    size_t size = first + 1 + second;
    if (first == 0 || second == 0 || size > TYPE_MAX || !strchr("; \t", given[size]))
        return TYPE_OTHERWISE;
    char *type = arena_text(arena, given, size);
    for (char *c = type; c && *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    return type ? type : TYPE_OTHERWISE;
}

// --- the checksum
static struct bytes kept(const crypto_generichash_state *state, struct arena *arena)
{
    char *copy = arena_text(arena, state, sizeof *state);

    return copy ? (struct bytes){ (const uint8_t *)copy, sizeof *state } : (struct bytes){ 0 };
}

struct bytes attachment_hash_begin(struct arena *arena)
{
    crypto_generichash_state state;

    memset(&state, 0, sizeof state); // its padding is stored too
    (void)crypto_generichash_init(&state, NULL, 0, ATTACHMENT_HASH_BYTES);
    return kept(&state, arena);
}

struct bytes attachment_hash_add(struct bytes state, struct bytes bytes, struct arena *arena)
{
    crypto_generichash_state now;

    if (state.size != sizeof now)
        return (struct bytes){ 0 };
    memcpy(&now, state.data, sizeof now);
    (void)crypto_generichash_update(&now, bytes.data, bytes.size);
    return kept(&now, arena);
}

bool attachment_hash_end(struct bytes state, uint8_t out[ATTACHMENT_HASH_BYTES])
{
    crypto_generichash_state now;

    if (state.size != sizeof now)
        return false;
    memcpy(&now, state.data, sizeof now);
    return crypto_generichash_final(&now, out, ATTACHMENT_HASH_BYTES) == 0;
}

// --- pieces
bool attachment_piece_fits(const struct attachment_piece *piece, int64_t received, int64_t size,
                           struct err *err)
{
    int64_t behind = piece->offset + (int64_t)piece->bytes.size;

    if (piece->offset != received)
        return fail(err, ERR_CONFLICT, "offset", TEXT_ATTACHMENT_GAP, int_text(received).text,
                    NULL);
    if (piece->bytes.size == 0 || behind > size)
        return fail(err, ERR_INVALID, "bytes", TEXT_ATTACHMENT_BEYOND, int_text(size).text, NULL);
    if (behind < size && piece->bytes.size < ATTACHMENT_PIECE_LEAST)
        return fail(err, ERR_INVALID, "bytes", TEXT_ATTACHMENT_SMALL,
                    int_text(ATTACHMENT_PIECE_LEAST).text, NULL);
    return true;
}

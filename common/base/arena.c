// SPDX-License-Identifier: Apache-2.0
// Blocks in a chain; a reset keeps the first, which soon has the size that requests need.
#include "common/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN 4096
#define ALIGNMENT 16

struct block {
    struct block *next;
    size_t room;
    size_t used;
    _Alignas(ALIGNMENT) uint8_t data[];
};

struct arena {
    struct block *newest; // allocations come from here
    size_t limit;
    size_t used;
};

static struct block *block_new(size_t room)
{
    struct block *block = malloc(sizeof *block + room);
    if (!block)
        abort();
    block->next = NULL;
    block->room = room;
    block->used = 0;
    return block;
}

struct arena *arena_new(size_t limit)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        abort();
    arena->limit = limit;
    arena->newest = block_new(BLOCK_MIN);
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->newest) {
        struct block *next = arena->newest->next;
        free(arena->newest);
        arena->newest = next;
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    // The newest block is the largest: it alone serves the next request.
    struct block *older = arena->newest->next;
    while (older) {
        struct block *next = older->next;
        free(older);
        older = next;
    }
    arena->newest->next = NULL;
    arena->newest->used = 0;
    arena->used = 0;
}

static void grow(struct arena *arena, size_t size)
{
    size_t room = arena->newest->room * 2;
    if (room < size)
        room = size;
    struct block *block = block_new(room);
    block->next = arena->newest;
    arena->newest = block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > arena->limit)
        return NULL;
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded == 0)
        rounded = ALIGNMENT;
    if (rounded > arena->limit - arena->used)
        return NULL;
    if (rounded > arena->newest->room - arena->newest->used)
        grow(arena, rounded);
    void *memory = arena->newest->data + arena->newest->used;
    arena->newest->used += rounded;
    arena->used += rounded;
    return memset(memory, 0, rounded);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

char *arena_text(struct arena *arena, const void *bytes, size_t size)
{
    if (size == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, size + 1);
    if (copy && size)
        memcpy(copy, bytes, size);
    return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int size = vsnprintf(NULL, 0, format, list);
    va_end(list);
    char *text = size < 0 ? NULL : arena_alloc(arena, (size_t)size + 1);
    if (text)
        vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

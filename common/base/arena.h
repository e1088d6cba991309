// SPDX-License-Identifier: Apache-2.0
// A pool of memory that is released all at once: one per request, reset after each.
#pragma once

#include <stddef.h>

#include "common/base/compiler.h"

struct arena;

// A new arena that will hand out at most `limit` bytes between two resets. Never NULL: the process
// aborts when the system has no memory at all (every process is crash-only). Free with arena_free.
struct arena *arena_new(size_t limit);

// Takes NULL.
void arena_free(struct arena *arena);

// Everything handed out becomes invalid; the memory itself is kept for the next request.
void arena_reset(struct arena *arena);

// `size` zeroed bytes, aligned for any type; NULL when the limit would be passed. `size` 0 gives a
// valid pointer.
MUST_USE void *arena_alloc(struct arena *arena, size_t size);

// A zeroed array; NULL when the limit would be passed or count * size overflows.
MUST_USE void *arena_array(struct arena *arena, size_t count, size_t size);

// A copy of `size` bytes with a NUL behind them; NULL when the limit would be passed.
MUST_USE char *arena_text(struct arena *arena, const void *bytes, size_t size);

// printf into the arena; NULL when the limit would be passed.
MUST_USE char *arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

// Bytes handed out since the last reset (allocation budgets are tested).
size_t arena_used(const struct arena *arena);

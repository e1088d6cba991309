// SPDX-License-Identifier: Apache-2.0
// What the readers share.
#pragma once

#include "common/base/arena.h"
#include "common/sheet/sheet.h"

struct reading {
    FILE *file;
    unsigned sheet; // from 1; 0: the first that is not hidden
    const struct sheet_limits *limits;
    sheet_take *take;
    void *context;
    struct sheet_about *about;
    struct err *err;
};

// --- a row under construction; its texts live in the arena until row_give
struct row_builder {
    struct arena *arena;
    struct sheet_cell *cells;
    size_t count, room;
};
void row_init(struct row_builder *row);
void row_done(struct row_builder *row);
// False when the row has more than the limits allow.
bool row_add(struct row_builder *row, const struct reading *reading, struct sheet_cell cell);
// Hands the row over (unless it is empty) and empties it; false: no more is wanted.
bool row_give(struct row_builder *row, const struct reading *reading, int64_t number, bool hidden);

// --- growing bytes
struct buffer {
    char *data; // a NUL behind `size`
    size_t size, room;
};
void buffer_add(struct buffer *buffer, const char *bytes, size_t size);
void buffer_utf8(struct buffer *buffer, uint32_t code); // one code point
void buffer_done(struct buffer *buffer);

bool csv_read(struct reading *reading);
bool xlsx_read(struct reading *reading);

// "damaged", with where; false.
bool sheet_damaged(struct err *err, const char *where);
bool sheet_too_large(struct err *err, const char *what, int64_t most);

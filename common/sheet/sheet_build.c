// SPDX-License-Identifier: Apache-2.0
// Rows and texts as the readers put them together, and what they say of a broken file.
#include "common/sheet/sheet_internal.h"

#include <stdlib.h>
#include <string.h>

#define ROW_BYTES ((size_t)8 << 20)

bool sheet_damaged(struct err *err, const char *where)
{
    return fail(err, ERR_INVALID, NULL, TEXT_SHEET_DAMAGED, where, NULL);
}

bool sheet_too_large(struct err *err, const char *what, int64_t most)
{
    return fail(err, ERR_TOO_LARGE, NULL, TEXT_SHEET_TOO_LARGE, what, int_text(most).text, NULL);
}

// --- rows
void row_init(struct row_builder *row)
{
    *row = (struct row_builder){ .arena = arena_new(ROW_BYTES) };
}

void row_done(struct row_builder *row)
{
    arena_free(row->arena);
    free(row->cells);
    *row = (struct row_builder){ 0 };
}

bool row_add(struct row_builder *row, const struct reading *reading, struct sheet_cell cell)
{
    if (row->count == reading->limits->columns || cell.column >= reading->limits->columns)
        return sheet_too_large(reading->err, "Spalten / columns", reading->limits->columns);
    if (!cell.text)
        return sheet_too_large(reading->err, "Bytes einer Zeile / bytes of a row", ROW_BYTES);
    if (row->count == row->room) {
        row->room = row->room ? row->room * 2 : 64;
        row->cells = realloc(row->cells, row->room * sizeof *row->cells);
        if (!row->cells)
            abort(); // bounded by the columns; the system has no memory at all
    }
    size_t place = row->count++;
    for (; place > 0 && row->cells[place - 1].column > cell.column; place--)
        row->cells[place] = row->cells[place - 1];
    row->cells[place] = cell;
    return true;
}

bool row_give(struct row_builder *row, const struct reading *reading, int64_t number, bool hidden)
{
    struct sheet_row told = {
        .number = number, .hidden = hidden, .cells = row->cells, .count = row->count
    };
    bool more = row->count == 0 || reading->take(reading->context, &told);
    row->count = 0;
    arena_reset(row->arena);
    return more;
}

// --- bytes
void buffer_add(struct buffer *buffer, const char *bytes, size_t size)
{
    if (buffer->size + size + 1 > buffer->room) {
        buffer->room = (buffer->size + size + 1) * 2 + 64;
        buffer->data = realloc(buffer->data, buffer->room);
        if (!buffer->data)
            abort(); // every caller is bounded by the limits
    }
    if (size)
        memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void buffer_utf8(struct buffer *buffer, uint32_t code)
{
    char bytes[4];
    if (code < 0x80) {
        bytes[0] = (char)code;
        buffer_add(buffer, bytes, 1);
    } else if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3F));
        buffer_add(buffer, bytes, 2);
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xE0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code & 0x3F));
        buffer_add(buffer, bytes, 3);
    } else {
        bytes[0] = (char)(0xF0 | code >> 18);
        bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (code & 0x3F));
        buffer_add(buffer, bytes, 4);
    }
}

void buffer_done(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){ 0 };
}

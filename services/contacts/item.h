// SPDX-License-Identifier: Apache-2.0
// The items of a row's list fields (texts, ids, rows within the row), by descriptor: what uniting
// and taking apart two contacts works on.
#pragma once

#include "common/base/arena.h"
#include "common/wire/schema.h"

bool field_is_list(const struct field *field);
size_t items_count(const struct field *field, const void *row);
const void *items_at(const struct field *field, const void *row, size_t i);
// Replaces the list by `count` items that lie behind each other.
void items_set(const struct field *field, void *row, const void *items, size_t count);
size_t item_size(const struct field *field);

// The same for people: one phone number however it is written, one address whatever its label.
bool item_same(const struct field *field, const void *a, const void *b, struct arena *arena);
// The same to the last letter.
bool item_equal(const struct field *field, const void *a, const void *b);
bool items_hold(const struct field *field, const void *row, const void *item);

// What a person reads, 1000 characters at most; NULL when the arena is full.
const char *item_text(const struct field *field, const void *item, struct arena *arena);
// The value of a field that is no list; NULL when the arena is full.
const char *value_text(const struct field *field, const void *row, struct arena *arena);

// SPDX-License-Identifier: Apache-2.0
// What the codec's files share.
#pragma once

#include <string.h>

#include "common/wire/codec.h"

// One field's value against its limits; records within are not looked into.
bool value_range(const struct field *field, const void *row, struct err *err);
bool list_range(const struct field *field, uint64_t count, struct err *err);

// One field's value, strictly, into a row that exists.
bool decode_value(const struct field *field, struct bytes value, struct arena *arena, void *row,
                  struct err *err);

static inline size_t field_count(const struct field *field, const void *row)
{
    return *(const size_t *)((const uint8_t *)row + field->count_offset);
}

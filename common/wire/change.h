// SPDX-License-Identifier: Apache-2.0
// Rows made of what was given, by their descriptors: fields of the same name and type.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/wire/schema.h"

// A row and the record that tells its fields apart.
struct given {
    const struct record *record;
    const void *row;
};

// Copies what is present in `given` into the fields of the same name and type, but for `id` and
// `version`. Text and lists are shared, not copied.
void row_take(const struct record *record, void *row, struct given given);

// Empties the named optional fields. ERR_INVALID on "clear[i]" for a name that cannot be emptied
// (it says which can), or that `change` also sets.
MUST_USE bool row_clear(const struct record *record, void *row, struct given change,
                        const char *const *names, size_t count, struct err *err);

// Every text and every list of texts without blanks at its ends. ERR_TOO_LARGE when the arena is
// full.
MUST_USE bool row_trim(const struct record *record, void *row, struct arena *arena,
                       struct err *err);

// One field of the same record: taken over when it is present, emptied, compared when both are
// present.
void row_take_field(const struct field *field, void *row, const void *from);
void row_empty_field(const struct field *field, void *row);
bool row_field_equal(const struct field *field, const void *a, const void *b);

// True when both would be stored as the same bytes.
bool row_equal(const struct record *record, const void *a, const void *b);

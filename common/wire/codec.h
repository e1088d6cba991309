// SPDX-License-Identifier: Apache-2.0
// msgpack <-> C structs, by descriptor, with validation: one interpreter for every record.
#pragma once

#include "common/base/arena.h"
#include "common/wire/mp.h"

enum decode_mode {
    DECODE_STRICT,  // commands: unknown fields, duplicates, longer forms are refused
    DECODE_LENIENT, // facts and rows: unknown fields are skipped, unknown picks become 0
};

// Decodes exactly one `record` from the frame into `out` (record->size bytes, zeroed by us). Text
// and lists live in the arena; FIELD_BYTES and FIELD_ANY are copied there too, so the frame may go.
// Refuses with ERR_INVALID and the field's path, or ERR_TOO_LARGE when the arena is full. In both
// modes limits and required fields are checked.
MUST_USE bool decode(const struct record *record, struct bytes frame, enum decode_mode mode,
                     struct arena *arena, void *out, struct err *err);

// Checks `row` against the limits of its record, as decode would.
MUST_USE bool record_check(const struct record *record, const void *row, struct err *err);

// Appends the canonical form: keys in schema order, absent optional fields left out (frames: nil),
// shortest integers. `row` must satisfy the record.
void encode(const struct record *record, const void *row, struct mp_writer *writer);

// A deep copy of `row` into the arena's memory; false when the arena is full.
MUST_USE bool record_copy(const struct record *record, const void *row, struct arena *arena,
                          void *out, struct err *err);

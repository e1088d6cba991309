// SPDX-License-Identifier: Apache-2.0
// JSON <-> msgpack by descriptor, lossless (jansson reads and writes the text). Times are RFC 3339
// in UTC with six decimals, ids UUID text, bytes base64, money {"minor": 1250, "currency": "EUR"}.
#pragma once

#include "common/base/arena.h"
#include "common/wire/codec.h"

enum json_style {
    JSON_LINE, // absent fields left out, one line
    JSON_FULL, // absent optional fields as null (lists: []), indented by two spaces
};

// The record as JSON text in the arena; NULL when the arena is full.
MUST_USE char *json_write(const struct record *record, const void *row, enum json_style style,
                          struct arena *arena);
// The same for `count` rows behind each other in memory: a JSON array.
MUST_USE char *json_write_array(const struct record *record, const void *rows, size_t count,
                                enum json_style style, struct arena *arena);

// Reads one JSON object strictly (unknown and duplicate keys refused; null means absent).
MUST_USE bool json_read(const struct record *record, const char *text, size_t size,
                        struct arena *arena, void *out, struct err *err);

// Sets one field from what a person typed on the command line ("name=Ada"): text as it is, numbers,
// true/false, RFC 3339, UUIDs; what begins with [ or { is JSON. Lists may also be given by
// repeating the field. Unknown fields are refused with the names that exist.
MUST_USE bool json_set(const struct record *record, const char *name, const char *typed,
                       struct arena *arena, void *row, struct err *err);

// Any msgpack value (a FIELD_ANY of unknown record) as JSON, bins of 16 bytes as UUIDs.
MUST_USE char *json_any(struct bytes value, struct arena *arena);

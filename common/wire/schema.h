// SPDX-License-Identifier: Apache-2.0
// What a message or row looks like, as constant data: built from proto/*.def, walked by the codec,
// the validation, JSON, the descriptions, and the store. Nothing else knows a record's layout.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/id.h"
#include "common/base/money.h"

// Bytes lent from an arena or a receive buffer; `data` NULL: absent.
struct bytes {
    const uint8_t *data;
    size_t size;
};

enum field_type {
    FIELD_BOOL,  // bool
    FIELD_INT,   // int64_t, within +-(2^53 - 1)
    FIELD_TIME,  // int64_t, microseconds since 1970 UTC; RFC 3339 in JSON
    FIELD_STR,   // const char *, valid UTF-8 without NUL; NULL: absent; limits count characters
    FIELD_BYTES, // struct bytes; base64 in JSON; limits count bytes
    FIELD_ID,    // struct id; all zero: absent; UUID text in JSON
    FIELD_PICK,  // an enum of the .def; 0: absent (or, in a lenient decode, unknown to us)
    FIELD_MONEY, // struct money
    FIELD_ONE,   // const struct RECORD *; NULL: absent
    FIELD_LIST,  // const struct RECORD *NAME; size_t NAME_count; limits count items
    FIELD_STRS,  // const char *const *NAME; size_t NAME_count; each 1 to 200 characters
    FIELD_IDS,   // const struct id *NAME; size_t NAME_count
    FIELD_ANY,   // struct bytes: exactly one well-formed msgpack value, not looked into
};

// A field marked so decides who may see the row (SCOPE in DESIGN's sense).
enum scope_mark { SCOPE_MARK_NONE, SCOPE_MARK_CLIENT, SCOPE_MARK_TEAM, SCOPE_MARK_OWN };

struct record;

struct pick {
    const char *word; // on the wire and in JSON
    const char *german;
    const char *english;
};

struct picks {
    const char *name;
    const char *doc;
    const struct pick *values; // values[0] is "absent", with an empty word
    size_t count;
};

struct field {
    const char *name;
    enum field_type type;
    bool required;
    int64_t min, max; // INT: the value; STR: characters; BYTES, ANY: bytes; lists: items
    size_t offset;
    size_t has_offset;   // of `bool has_NAME`: optional BOOL, INT, TIME, MONEY only
    size_t count_offset; // of `size_t NAME_count`: lists only
    const struct record *(*record)(void);
    const struct picks *(*picks)(void);
    enum scope_mark scope;
    const char *german; // the label people read
    const char *doc;
};

#define FIELDS_MAX 64
#define INT_LIMIT  INT64_C(9007199254740991) // 2^53 - 1: what JSON's readers keep exactly

struct record {
    const char *name;
    const char *german;
    const char *doc;
    const struct field *fields;
    size_t count;
    size_t size; // of the C struct
    bool frame;  // encoded as an array in this order, nil for absent (the envelope), not as a map
};

// The roles of a principal, see proto/rights.def; a set of them is a bit mask 1 << role.
enum role {
#define ROLE(name, word, german, doc) ROLE_##name,
#define RIGHT(name, roles, doc)
#include "proto/rights.def"
#undef ROLE
#undef RIGHT
    ROLE_COUNT
};
#define ROLE_BIT(name) (1u << ROLE_##name)

struct right {
    const char *name;
    uint32_t roles; // mask
    const char *doc;
};

enum access { ACCESS_READ, ACCESS_WRITE };

struct method {
    const char *name; // "contact_add", unique in the whole house
    const char *service;
    enum access access;
    const struct record *(*in)(void);
    const struct record *(*out)(void);
    const struct right *right;
    const char *doc;
};

struct fact_kind {
    const char *name;
    const char *service;
    const struct record *(*record)(void);
    const char *doc;
};

// Everything that one service says to the world; see proto/proto.h for the list of all.
struct schema {
    const char *service;
    const struct method *const *methods;
    size_t method_count;
    const struct fact_kind *facts;
    size_t fact_count;
};

// NULL when the record has no field of this name.
const struct field *record_field(const struct record *record, const char *name);
// The index of a word among the picks; 0 when it is none of them.
int pick_from_word(const struct picks *picks, const char *word, size_t size);

// Reading a struct by its descriptor. field_present: whether an optional field is set (required
// ones always are; lists: when not empty).
bool field_present(const struct field *field, const void *row);

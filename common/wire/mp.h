// SPDX-License-Identifier: Apache-2.0
// msgpack: our own bounded reader (msgpack-c reserves memory by what a hostile peer announces), and
// a writer on top of msgpack-c's packer. Reader and writer are sticky: check once, at the end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/wire/schema.h"

#define MP_DEPTH_MAX 8
#define MP_NODES_MAX 65536
#define MP_FRAME_MAX (1u << 20)

enum mp_type { MP_NIL, MP_BOOL, MP_INT, MP_STR, MP_BIN, MP_ARRAY, MP_MAP };

struct mp_reader {
    const uint8_t *at, *end;
    uint32_t nodes; // values read so far; more than MP_NODES_MAX is refused
    bool lenient;   // facts and rows: integers need not be the shortest
    struct err *err;
};

// One value's head. Str and bin point into the frame; for array and map `count` items or pairs
// follow, and count never exceeds the bytes left.
struct mp_value {
    enum mp_type type;
    union {
        bool boolean;
        int64_t integer; // within +-INT_LIMIT
        struct bytes bytes;
        uint32_t count;
    };
};

void mp_reader_init(struct mp_reader *reader, struct bytes frame, bool lenient, struct err *err);
// False (with reader->err filled) for truncated input, floats, ext, integers beyond +-INT_LIMIT,
// strict: not the shortest form. str is checked for UTF-8 without NUL.
MUST_USE bool mp_next(struct mp_reader *reader, struct mp_value *out);
// Skips one whole value, at most MP_DEPTH_MAX deep from here; its bytes in `ret_span` (may be
// NULL).
MUST_USE bool mp_skip(struct mp_reader *reader, struct bytes *ret_span);
// True when nothing is left; otherwise the frame has trailing bytes.
MUST_USE bool mp_finish(struct mp_reader *reader);

// Growing output; free with mp_writer_done. Aborts only when malloc fails.
struct mp_writer {
    uint8_t *data;
    size_t size, room;
};
void mp_writer_init(struct mp_writer *writer);
void mp_writer_done(struct mp_writer *writer);  // takes a zeroed writer
void mp_writer_reset(struct mp_writer *writer); // size 0, memory kept
struct bytes mp_writer_bytes(const struct mp_writer *writer);
void mp_nil(struct mp_writer *writer);
void mp_bool(struct mp_writer *writer, bool value);
void mp_int(struct mp_writer *writer, int64_t value);
void mp_str(struct mp_writer *writer, const char *text); // NULL writes nil
void mp_bin(struct mp_writer *writer, struct bytes value);
void mp_raw(struct mp_writer *writer, struct bytes value); // an already encoded value
void mp_array(struct mp_writer *writer, uint32_t count);
void mp_map(struct mp_writer *writer, uint32_t count);

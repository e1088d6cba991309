// SPDX-License-Identifier: Apache-2.0
// A look at the head before anything else is decoded.
#include "common/wire/envelope.h"

int envelope_kind(struct bytes frame)
{
    struct mp_reader reader;
    struct mp_value array, version, kind;
    struct err err = { 0 };
    mp_reader_init(&reader, frame, true, &err);
    if (!mp_next(&reader, &array) || array.type != MP_ARRAY || array.count < 2)
        return 0;
    if (!mp_next(&reader, &version) || version.type != MP_INT ||
        version.integer != ENVELOPE_VERSION)
        return 0;
    if (!mp_next(&reader, &kind) || kind.type != MP_INT || kind.integer < ENVELOPE_REQUEST ||
        kind.integer > ENVELOPE_STREAM)
        return 0;
    return (int)kind.integer;
}

// SPDX-License-Identifier: Apache-2.0
// Any bytes as the first frame of a message, and as a value that is walked without a schema.
#include <stdlib.h>

#include "common/wire/envelope.h"
#include "common/wire/json.h"
#include "proto/proto.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes frame = { data, size };
    struct arena *arena = arena_new(4 << 20);
    struct envelope envelope = { 0 };
    struct reply_head head = { 0 };
    struct err err = { 0 }, other = { 0 };
    int kind = envelope_kind(frame);
    if (decode(envelope_record(), frame, DECODE_LENIENT, arena, &envelope, &err) &&
        envelope.kind != kind)
        abort();
    (void)!decode(reply_head_record(), frame, DECODE_LENIENT, arena, &head, &other);
    struct mp_reader reader;
    struct err walk = { 0 };
    mp_reader_init(&reader, frame, false, &walk);
    if (mp_skip(&reader, NULL) && mp_finish(&reader) && !json_any(frame, arena) &&
        arena_used(arena) < (1 << 20))
        abort();
    arena_free(arena);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Any bytes as any record: refused with a cause, or accepted; what is accepted encodes, decodes and
// encodes again to the same bytes.
#include <stdlib.h>
#include <string.h>

#include "common/wire/codec.h"
#include "proto/proto.h"
#include "tests/fuzz/target.h"

#define MEMORY_MAX (8 << 20)

static void must(bool fact)
{
    if (!fact)
        abort();
}

static void check_again(const struct record *record, const void *row, struct arena *arena)
{
    struct mp_writer first, second;
    mp_writer_init(&first);
    mp_writer_init(&second);
    encode(record, row, &first);
    void *again = arena_alloc(arena, record->size);
    must(again != NULL);
    struct err err = { 0 };
    must(decode(record, mp_writer_bytes(&first), DECODE_STRICT, arena, again, &err));
    encode(record, again, &second);
    must(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
    mp_writer_done(&first);
    mp_writer_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct record *record = proto_records[data[0] % proto_record_count]();
    struct bytes frame = { data + 1, size - 1 };
    struct arena *arena = arena_new(MEMORY_MAX);
    struct err err = { 0 };
    void *row = arena_alloc(arena, record->size);
    must(row != NULL);
    if (decode(record, frame, DECODE_STRICT, arena, row, &err))
        check_again(record, row, arena);
    else
        must(err.code != ERR_NONE && *err.german && *err.english);
    struct err lenient = { 0 };
    memset(row, 0, record->size);
    must(decode(record, frame, DECODE_LENIENT, arena, row, &lenient) || lenient.code != ERR_NONE);
    arena_free(arena);
    return 0;
}

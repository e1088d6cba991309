// SPDX-License-Identifier: Apache-2.0
// One message of every record, as it was once committed: read for ever, and written the same way
// by the version that wrote it.
#include "tests/golden/golden_file.h"

#define MEMORY_MAX (8 << 20)

static void check_decodes(const struct golden *golden, const struct record *record,
                          enum decode_mode mode, struct arena *arena)
{
    struct err err = { 0 };
    struct bytes bytes = golden_read(golden, arena);
    uint8_t *row = arena_alloc(arena, record->size);
    if (!decode(record, bytes, mode, arena, row, &err)) {
        fprintf(stderr, "  %s\n", golden->path);
        CHECK_OK(&err);
    }
    if (!golden->present)
        return;
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(record, row, &writer);
    bool same = writer.size == bytes.size && memcmp(writer.data, bytes.data, bytes.size) == 0;
    mp_writer_done(&writer);
    if (!same)
        fprintf(stderr, "  %s is written otherwise now\n", golden->path);
    CHECK(same);
}

static void check_file(const struct golden *golden)
{
    const struct record *record = proto_record(golden->name);
    if (!record)
        fprintf(stderr, "  %s: a record may never go\n", golden->path);
    CHECK(record != NULL);
    struct arena *arena = arena_new(MEMORY_MAX);
    check_decodes(golden, record, DECODE_STRICT, arena);  // as an older client's command
    check_decodes(golden, record, DECODE_LENIENT, arena); // as an older service's fact
    arena_free(arena);
}

TEST(every_record_has_a_golden_file)
{
    struct filler filler = { .arena = arena_new(MEMORY_MAX) };
    int missing = 0;
    for (size_t i = 0; i < proto_record_count; i++) {
        const struct record *record = proto_records[i]();
        struct golden golden = golden_of("wire", RUFBUS_VERSION, record->name, ".mp");
        if (golden_exists(&golden))
            continue;
        if (!test_update()) {
            fprintf(stderr, "  %s is missing; golden_wire_test --update writes it\n", golden.path);
            missing++;
            continue;
        }
        struct mp_writer writer;
        mp_writer_init(&writer);
        encode(record, golden_row(&filler, record), &writer);
        golden_write("wire", &golden, mp_writer_bytes(&writer));
        mp_writer_done(&writer);
        arena_reset(filler.arena);
    }
    arena_free(filler.arena);
    CHECK_INT(missing, 0);
}

TEST(every_message_ever_committed_is_read)
{
    int count = golden_each("wire", ".mp", check_file);
    CHECK(count >= (int)proto_record_count);
}

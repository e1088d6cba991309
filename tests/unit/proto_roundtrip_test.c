// SPDX-License-Identifier: Apache-2.0
// Every record of the contract, filled by chance: msgpack and JSON and back, to the same bytes; and
// what a hostile sender makes of it.
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/json.h"
#include "proto/proto.h"
#include "tests/harness/test.h"
#include "tests/unit/proto_filler.h"

#define MEMORY_MAX (16 << 20)
#define ROUNDS     200

static void check_bytes(const struct mp_writer *a, const struct mp_writer *b)
{
    CHECK_INT((int64_t)a->size, (int64_t)b->size);
    CHECK(memcmp(a->data, b->data, a->size) == 0);
}

static void check_round(struct filler *filler, const struct record *record)
{
    uint8_t *row = arena_alloc(filler->arena, record->size);
    uint8_t *again = arena_alloc(filler->arena, record->size);
    fill(filler, record, row);
    struct err err = { 0 };
    (void)!record_check(record, row, &err);
    CHECK_OK(&err);
    struct mp_writer first, second, third;
    mp_writer_init(&first);
    mp_writer_init(&second);
    mp_writer_init(&third);
    encode(record, row, &first);
    (void)!decode(record, mp_writer_bytes(&first), DECODE_STRICT, filler->arena, again, &err);
    CHECK_OK(&err);
    encode(record, again, &second);
    check_bytes(&first, &second);
    for (int style = JSON_LINE; style <= JSON_FULL; style++) {
        char *text = json_write(record, row, (enum json_style)style, filler->arena);
        CHECK(text != NULL);
        (void)!json_read(record, text, strlen(text), filler->arena, again, &err);
        CHECK_OK(&err);
        mp_writer_reset(&third);
        encode(record, again, &third);
        check_bytes(&first, &third);
    }
    mp_writer_done(&first);
    mp_writer_done(&second);
    mp_writer_done(&third);
}

TEST(every_record_goes_to_msgpack_and_json_and_back)
{
    struct filler filler = { .arena = arena_new(MEMORY_MAX) };
    rng_seed(&filler.rng, test_seed());
    for (size_t i = 0; i < proto_record_count; i++) {
        for (int round = 0; round < ROUNDS; round++) {
            check_round(&filler, proto_records[i]());
            arena_reset(filler.arena);
        }
    }
    arena_free(filler.arena);
}

// Any frame is accepted or refused with a cause, within the arena's memory.
static void check_hostile(const struct record *record, const uint8_t *data, size_t size,
                          struct arena *arena)
{
    uint8_t *exact = malloc(size ? size : 1);
    memcpy(exact, data, size);
    void *row = arena_alloc(arena, record->size);
    struct err err = { 0 };
    bool taken = decode(record, (struct bytes){ exact, size }, DECODE_STRICT, arena, row, &err);
    CHECK(taken == (err.code == ERR_NONE));
    CHECK(taken || (*err.german && *err.english));
    arena_reset(arena);
    free(exact);
}

TEST(frames_cut_or_flipped_anywhere_are_refused_with_a_cause)
{
    struct filler filler = { .arena = arena_new(MEMORY_MAX) };
    struct arena *arena = arena_new(1 << 20);
    rng_seed(&filler.rng, test_seed() + 1);
    for (size_t i = 0; i < proto_record_count; i++) {
        const struct record *record = proto_records[i]();
        struct mp_writer writer;
        mp_writer_init(&writer);
        uint8_t *row = arena_alloc(filler.arena, record->size);
        fill(&filler, record, row);
        encode(record, row, &writer);
        size_t size = writer.size < 600 ? writer.size : 600;
        for (size_t at = 0; at < size; at++) {
            check_hostile(record, writer.data, at, arena);
            uint8_t kept = writer.data[at];
            for (int flip = 0; flip < 8; flip++) {
                writer.data[at] = (uint8_t)(kept ^ (1 << flip));
                check_hostile(record, writer.data, writer.size, arena);
            }
            writer.data[at] = kept;
        }
        mp_writer_done(&writer);
        arena_reset(filler.arena);
    }
    arena_free(arena);
    arena_free(filler.arena);
}

TEST(contracts_are_well_formed)
{
    for (size_t i = 0; i < proto_record_count; i++) {
        const struct record *record = proto_records[i]();
        CHECK(record->count <= FIELDS_MAX);
        for (size_t j = 0; j < record->count; j++) {
            const struct field *field = &record->fields[j];
            CHECK(record_field(record, field->name) == field);
            CHECK(field->offset < record->size);
            CHECK(*field->doc != '\0');
        }
    }
    for (size_t i = 0; i < proto_schema_count; i++) {
        const struct schema *schema = proto_schemas[i];
        for (size_t j = 0; j < schema->method_count; j++)
            CHECK(proto_method(schema->service, schema->methods[j]->name) == schema->methods[j]);
        for (size_t j = 0; j < schema->fact_count; j++) {
            CHECK(record_field(schema->facts[j].record(), "id") != NULL);
            CHECK(record_field(schema->facts[j].record(), "version") != NULL);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Every record of the contract, filled by chance: msgpack and JSON and back, to the same bytes; and
// what a hostile sender makes of it.
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/json.h"
#include "proto/proto.h"
#include "tests/harness/test.h"

#define MEMORY_MAX (16 << 20)
#define ROUNDS     200

struct filler {
    struct rng rng;
    struct arena *arena;
};

static void fill(struct filler *filler, const struct record *record, uint8_t *row);

static int64_t number_between(struct filler *filler, int64_t least, int64_t most)
{
    uint64_t range = (uint64_t)(most - least) + 1;
    // Small numbers and bounds more often: their forms differ.
    switch (rng_below(&filler->rng, 4)) {
    case 0: return least + (int64_t)rng_below(&filler->rng, range < 300 ? range : 300);
    case 1: return most - (int64_t)rng_below(&filler->rng, range < 3 ? range : 3);
    default: return least + (int64_t)rng_below(&filler->rng, range);
    }
}

static char *some_text(struct filler *filler, int64_t least, int64_t most)
{
    static const char *const characters[] = { "a", "Z", "7", " ", "\"", "\\",
                                              "ü", "ß", "€", "📞", "\n", "\x7f" };
    int64_t longest = most < least + 40 ? most : least + 40;
    int64_t length = number_between(filler, least ? least : 1, longest > least ? longest : least);
    char *text = arena_alloc(filler->arena, (size_t)length * 4 + 1);
    for (int64_t i = 0; i < length; i++)
        strcat(text, characters[rng_below(&filler->rng, COUNT_OF(characters))]);
    return text;
}

static struct id some_id(struct filler *filler)
{
    return id_new((int64_t)rng_below(&filler->rng, CIVIL_TIME_MAX / 10), &filler->rng);
}

static struct bytes some_value(struct filler *filler)
{
    struct mp_writer writer;
    mp_writer_init(&writer);
    mp_map(&writer, 3);
    mp_str(&writer, "a");
    mp_int(&writer, number_between(filler, -INT_LIMIT, INT_LIMIT));
    mp_str(&writer, "b");
    struct id id = some_id(filler);
    mp_bin(&writer, (struct bytes){ id.bytes, sizeof id.bytes });
    mp_str(&writer, "c");
    mp_array(&writer, 2);
    mp_nil(&writer);
    mp_str(&writer, some_text(filler, 1, 10));
    char *copy = arena_text(filler->arena, writer.data, writer.size);
    struct bytes value = { (const uint8_t *)copy, writer.size };
    mp_writer_done(&writer);
    return value;
}

static void fill_list(struct filler *filler, const struct field *field, uint8_t *row)
{
    size_t count = rng_below(&filler->rng, field->max < 3 ? (uint64_t)field->max + 1 : 4);
    size_t size = field->type == FIELD_LIST  ? field->record()->size
                  : field->type == FIELD_IDS ? sizeof(struct id)
                                             : sizeof(char *);
    uint8_t *items = arena_array(filler->arena, count, size);
    for (size_t i = 0; i < count; i++) {
        if (field->type == FIELD_LIST)
            fill(filler, field->record(), items + i * size);
        else if (field->type == FIELD_IDS)
            ((struct id *)items)[i] = some_id(filler);
        else
            ((const char **)(void *)items)[i] = some_text(filler, 1, 200);
    }
    memcpy(row + field->offset, &items, sizeof items);
    memcpy(row + field->count_offset, &count, sizeof count);
}

static void fill_money(struct filler *filler, struct money *money)
{
    money->minor = number_between(filler, -INT_LIMIT, INT_LIMIT);
    memcpy(money->currency, "CHF", 4);
}

static void fill_field(struct filler *filler, const struct field *field, uint8_t *row)
{
    void *at = row + field->offset;
    bool has = field->type == FIELD_BOOL || field->type == FIELD_INT || field->type == FIELD_TIME ||
               field->type == FIELD_MONEY;
    if (has && !field->required)
        *(bool *)(row + field->has_offset) = true;
    switch (field->type) {
    case FIELD_BOOL: *(bool *)at = rng_below(&filler->rng, 2); break;
    case FIELD_INT: *(int64_t *)at = number_between(filler, field->min, field->max); break;
    case FIELD_TIME: *(int64_t *)at = number_between(filler, 0, CIVIL_TIME_MAX); break;
    case FIELD_STR: *(char **)at = some_text(filler, field->min, field->max); break;
    case FIELD_BYTES: {
        char *text = some_text(filler, 1, field->max / 4);
        *(struct bytes *)at = (struct bytes){ (const uint8_t *)text, strlen(text) };
        break;
    }
    case FIELD_ID: *(struct id *)at = some_id(filler); break;
    case FIELD_PICK:
        *(int *)at = (int)rng_below(&filler->rng, field->picks()->count - 1) + 1;
        break;
    case FIELD_MONEY: fill_money(filler, at); break;
    case FIELD_ONE: {
        uint8_t *inner = arena_alloc(filler->arena, field->record()->size);
        fill(filler, field->record(), inner);
        memcpy(at, &inner, sizeof inner);
        break;
    }
    case FIELD_ANY: *(struct bytes *)at = some_value(filler); break;
    default: fill_list(filler, field, row);
    }
}

static void fill(struct filler *filler, const struct record *record, uint8_t *row)
{
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].required || rng_below(&filler->rng, 3) > 0)
            fill_field(filler, &record->fields[i], row);
    }
}

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

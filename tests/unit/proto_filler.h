// SPDX-License-Identifier: Apache-2.0
// Fills the struct of any record with what its descriptor allows.
#pragma once

#include <string.h>

#include "common/base/civil.h"
#include "common/wire/codec.h"
#include "proto/proto.h"

struct filler {
    struct rng rng;
    struct arena *arena;
    bool full; // every optional field and at least one item of every list
};

static inline void fill(struct filler *filler, const struct record *record, uint8_t *row);

static inline int64_t number_between(struct filler *filler, int64_t least, int64_t most)
{
    uint64_t range = (uint64_t)(most - least) + 1;
    // Small numbers and bounds more often: their forms differ.
    switch (rng_below(&filler->rng, 4)) {
    case 0: return least + (int64_t)rng_below(&filler->rng, range < 300 ? range : 300);
    case 1: return most - (int64_t)rng_below(&filler->rng, range < 3 ? range : 3);
    default: return least + (int64_t)rng_below(&filler->rng, range);
    }
}

static inline char *some_text(struct filler *filler, int64_t least, int64_t most)
{
    static const char *const characters[] = { "a", "Z", "7", " ", "\"", "\\",
                                              "ü", "ß", "€", "📞", "\n", "\x7f" };
    int64_t longest = most < least + 40 ? most : least + 40;
    int64_t length = number_between(filler, least ? least : 1, longest > least ? longest : least);
    char *text = arena_alloc(filler->arena, (size_t)length * 4 + 1), *end = text;
    for (int64_t i = 0; i < length; i++)
        end = stpcpy(end, characters[rng_below(&filler->rng, COUNT_OF(characters))]);
    *end = '\0';
    return text;
}

static inline struct id some_id(struct filler *filler)
{
    return id_new((int64_t)rng_below(&filler->rng, CIVIL_TIME_MAX / 10), &filler->rng);
}

static inline struct bytes some_value(struct filler *filler)
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

static inline void fill_list(struct filler *filler, const struct field *field, uint8_t *row)
{
    size_t count = rng_below(&filler->rng, field->max < 3 ? (uint64_t)field->max + 1 : 4);
    if (filler->full)
        count = field->max < 2 ? 1 : 2;
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

static inline void fill_money(struct filler *filler, struct money *money)
{
    money->minor = number_between(filler, -INT_LIMIT, INT_LIMIT);
    memcpy(money->currency, "CHF", 4);
}

static inline void fill_field(struct filler *filler, const struct field *field, uint8_t *row)
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

static inline void fill(struct filler *filler, const struct record *record, uint8_t *row)
{
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].required || filler->full || rng_below(&filler->rng, 3) > 0)
            fill_field(filler, &record->fields[i], row);
    }
}

// SPDX-License-Identifier: Apache-2.0
// Rows as JSON text.
#include "common/wire/json.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/codec_internal.h"

static json_t *text_of(const char *bytes, size_t size)
{
    return json_stringn(bytes, size);
}

static json_t *base64_of(struct bytes bytes)
{
    size_t room = sodium_base64_ENCODED_LEN(bytes.size, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(room);
    if (!text)
        abort();
    sodium_bin2base64(text, room, bytes.data, bytes.size, sodium_base64_VARIANT_ORIGINAL);
    json_t *json = json_string(text);
    free(text);
    return json;
}

// How bytes within a value without a schema are written.
typedef json_t *bin_writer(struct bytes bytes);

static json_t *bin_marked(struct bytes bytes)
{
    return json_pack("{s: o}", "$bin", base64_of(bytes));
}

static json_t *bin_readable(struct bytes bytes)
{
    struct id id;
    if (bytes.size != sizeof id.bytes)
        return base64_of(bytes);
    memcpy(id.bytes, bytes.data, sizeof id.bytes);
    return json_string(id_text(id).text);
}

static json_t *any_value(struct mp_reader *reader, bin_writer *bin, int depth);

static json_t *any_map(struct mp_reader *reader, uint32_t count, bin_writer *bin, int depth)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < count; i++) {
        struct mp_value key;
        if (!mp_next(reader, &key) || key.type != MP_STR)
            break;
        json_t *value = any_value(reader, bin, depth);
        if (!value ||
            json_object_setn_new(object, (const char *)key.bytes.data, key.bytes.size, value) != 0)
            break;
    }
    return object;
}

static json_t *any_value(struct mp_reader *reader, bin_writer *bin, int depth)
{
    struct mp_value value;
    if (depth > MP_DEPTH_MAX || !mp_next(reader, &value))
        return NULL;
    switch (value.type) {
    case MP_NIL: return json_null();
    case MP_BOOL: return json_boolean(value.boolean);
    case MP_INT: return json_integer(value.integer);
    case MP_STR: return text_of((const char *)value.bytes.data, value.bytes.size);
    case MP_BIN: return bin(value.bytes);
    case MP_MAP: return any_map(reader, value.count, bin, depth + 1);
    case MP_ARRAY: break;
    }
    json_t *array = json_array();
    for (uint32_t i = 0; i < value.count; i++) {
        json_t *item = any_value(reader, bin, depth + 1);
        if (!item)
            break;
        json_array_append_new(array, item);
    }
    return array;
}

static json_t *any_of(struct bytes bytes, bin_writer *bin)
{
    struct mp_reader reader;
    struct err err = { 0 };
    mp_reader_init(&reader, bytes, true, &err);
    json_t *value = any_value(&reader, bin, 0);
    return value ? value : json_null();
}

static json_t *record_of(const struct record *record, const void *row, enum json_style style);

static json_t *list_of(const struct field *field, const void *row, enum json_style style)
{
    const uint8_t *items = *(const uint8_t *const *)((const uint8_t *)row + field->offset);
    json_t *array = json_array();
    for (size_t i = 0; i < field_count(field, row); i++) {
        json_t *item;
        if (field->type == FIELD_STRS)
            item = json_string(((const char *const *)(const void *)items)[i]);
        else if (field->type == FIELD_IDS)
            item = json_string(id_text(((const struct id *)items)[i]).text);
        else
            item = record_of(field->record(), items + i * field->record()->size, style);
        json_array_append_new(array, item);
    }
    return array;
}

static json_t *value_of(const struct field *field, const void *row, enum json_style style)
{
    const void *at = (const uint8_t *)row + field->offset;
    switch (field->type) {
    case FIELD_BOOL: return json_boolean(*(const bool *)at);
    case FIELD_INT: return json_integer(*(const int64_t *)at);
    case FIELD_TIME: return json_string(civil_rfc3339(*(const int64_t *)at).text);
    case FIELD_STR: return json_string(*(const char *const *)at);
    case FIELD_BYTES: return base64_of(*(const struct bytes *)at);
    case FIELD_ID: return json_string(id_text(*(const struct id *)at).text);
    case FIELD_PICK: return json_string(field->picks()->values[*(const int *)at].word);
    case FIELD_MONEY: {
        const struct money *money = at;
        return json_pack("{s: I, s: s}", "minor", (json_int_t)money->minor, "currency",
                         money->currency);
    }
    case FIELD_ONE: return record_of(field->record(), *(const void *const *)at, style);
    case FIELD_ANY: return any_of(*(const struct bytes *)at, bin_marked);
    default: return list_of(field, row, style);
    }
}

static json_t *record_of(const struct record *record, const void *row, enum json_style style)
{
    json_t *object = json_object();
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        bool list =
            field->type == FIELD_LIST || field->type == FIELD_STRS || field->type == FIELD_IDS;
        if (field_present(field, row))
            json_object_set_new(object, field->name, value_of(field, row, style));
        else if (style == JSON_FULL)
            json_object_set_new(object, field->name, list ? json_array() : json_null());
    }
    return object;
}

static char *into_arena(json_t *json, enum json_style style, struct arena *arena)
{
    size_t flags = style == JSON_FULL ? JSON_INDENT(2) : 0;
    char *text = json_dumps(json, flags | JSON_ENCODE_ANY);
    json_decref(json);
    char *copy = text ? arena_text(arena, text, strlen(text)) : NULL;
    free(text);
    return copy;
}

char *json_write(const struct record *record, const void *row, enum json_style style,
                 struct arena *arena)
{
    return into_arena(record_of(record, row, style), style, arena);
}

char *json_write_array(const struct record *record, const void *rows, size_t count,
                       enum json_style style, struct arena *arena)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array,
                              record_of(record, (const uint8_t *)rows + i * record->size, style));
    return into_arena(array, style, arena);
}

char *json_any(struct bytes value, struct arena *arena)
{
    return into_arena(any_of(value, bin_readable), JSON_LINE, arena);
}

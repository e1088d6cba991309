// SPDX-License-Identifier: Apache-2.0
// JSON text to rows: first to msgpack by descriptor, then through the codec, so that one set of
// rules decides.
#include "common/wire/json.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/codec_internal.h"

static bool put_any(const json_t *json, struct mp_writer *writer, int depth, struct err *err);

static void put_text(const char *text, size_t size, struct mp_writer *writer)
{
    (void)size; // jansson refuses NUL in texts
    mp_str(writer, text);
}

static bool put_bin(const char *base64, struct mp_writer *writer)
{
    size_t size = strlen(base64), used = 0;
    uint8_t *bytes = malloc(size + 1);
    if (!bytes)
        abort();
    bool read = sodium_base642bin(bytes, size + 1, base64, size, NULL, &used, NULL,
                                  sodium_base64_VARIANT_ORIGINAL) == 0;
    if (read)
        mp_bin(writer, (struct bytes){ bytes, used });
    free(bytes);
    return read;
}

static bool put_any_object(const json_t *json, struct mp_writer *writer, int depth, struct err *err)
{
    const char *bin = json_string_value(json_object_get(json, "$bin"));
    if (bin && json_object_size(json) == 1 && put_bin(bin, writer))
        return true;
    const char *key;
    json_t *value;
    mp_map(writer, (uint32_t)json_object_size(json));
    json_object_foreach((json_t *)json, key, value)
    {
        mp_str(writer, key);
        if (!put_any(value, writer, depth + 1, err))
            return false;
    }
    return true;
}

static bool put_any(const json_t *json, struct mp_writer *writer, int depth, struct err *err)
{
    if (depth > MP_DEPTH_MAX)
        return fail(err, ERR_INVALID, NULL, TEXT_DEPTH, NULL);
    switch (json_typeof(json)) {
    case JSON_OBJECT: return put_any_object(json, writer, depth, err);
    case JSON_ARRAY: break;
    case JSON_STRING:
        put_text(json_string_value(json), json_string_length(json), writer);
        return true;
    case JSON_INTEGER: mp_int(writer, json_integer_value(json)); return true;
    case JSON_REAL: return fail(err, ERR_INVALID, NULL, TEXT_JSON_REAL, NULL);
    case JSON_TRUE: mp_bool(writer, true); return true;
    case JSON_FALSE: mp_bool(writer, false); return true;
    default: mp_nil(writer); return true;
    }
    mp_array(writer, (uint32_t)json_array_size(json));
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (!put_any(json_array_get(json, i), writer, depth + 1, err))
            return false;
    }
    return true;
}

static bool put_record(const struct record *record, const json_t *json, struct mp_writer *writer,
                       struct err *err);

static bool put_time(const struct field *field, const char *text, struct mp_writer *writer,
                     struct err *err)
{
    int64_t time_us;
    if (!civil_parse_rfc3339(text, &time_us))
        return fail(err, ERR_INVALID, field->name, TEXT_TIME_FORM, text, NULL);
    mp_int(writer, time_us);
    return true;
}

static bool put_id(const struct field *field, const char *text, struct mp_writer *writer,
                   struct err *err)
{
    struct id id;
    if (!id_parse(text, &id))
        return fail(err, ERR_INVALID, field->name, TEXT_ID_INVALID, NULL);
    mp_bin(writer, (struct bytes){ id.bytes, sizeof id.bytes });
    return true;
}

static bool put_list(const struct field *field, const json_t *json, struct mp_writer *writer,
                     struct err *err)
{
    size_t count = json_array_size(json);
    mp_array(writer, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(json, i);
        const char *text = json_string_value(item);
        bool put;
        if (field->type == FIELD_LIST && json_is_object(item)) {
            put = put_record(field->record(), item, writer, err);
            if (!put)
                err_within(err, field->name, (int64_t)i);
        } else if (field->type == FIELD_IDS && text) {
            put = put_id(field, text, writer, err);
        } else {
            put = put_any(item, writer, 1, err);
        }
        if (!put)
            return false;
    }
    return true;
}

// What does not have the field's type goes as it is: the codec refuses it by name.
static bool put_value(const struct field *field, const json_t *json, struct mp_writer *writer,
                      struct err *err)
{
    const char *text = json_string_value(json);
    if (field->type == FIELD_TIME && text)
        return put_time(field, text, writer, err);
    if (field->type == FIELD_ID && text)
        return put_id(field, text, writer, err);
    if (field->type == FIELD_BYTES && text)
        return put_bin(text, writer) || fail(err, ERR_INVALID, field->name, TEXT_BASE64, NULL);
    if (field->type == FIELD_ONE && json_is_object(json)) {
        if (put_record(field->record(), json, writer, err))
            return true;
        err_within(err, field->name, -1);
        return false;
    }
    bool list = field->type == FIELD_LIST || field->type == FIELD_IDS;
    if (list && json_is_array(json))
        return put_list(field, json, writer, err);
    if (put_any(json, writer, 0, err))
        return true;
    if (!err->field[0])
        strncpy(err->field, field->name, sizeof err->field - 1);
    return false;
}

static bool unknown_name(const struct record *record, const char *name, struct err *err)
{
    char names[280] = "";
    size_t used = 0;
    for (size_t i = 0; i < record->count; i++) {
        size_t size = strlen(record->fields[i].name);
        if (used + size + 3 > sizeof names)
            break;
        if (i > 0) {
            memcpy(names + used, ", ", 2);
            used += 2;
        }
        memcpy(names + used, record->fields[i].name, size + 1);
        used += size;
    }
    return fail(err, ERR_INVALID, name, TEXT_NAME_UNKNOWN, names, NULL);
}

// The envelope: an array in the schema's order.
static bool put_frame(const struct record *record, const json_t *json, struct mp_writer *writer,
                      struct err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)json, key, value)
    {
        if (!record_field(record, key))
            return unknown_name(record, key, err);
    }
    mp_array(writer, (uint32_t)record->count);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        value = json_object_get(json, field->name);
        if (!value)
            mp_nil(writer);
        else if (!put_value(field, value, writer, err))
            return false;
    }
    return true;
}

static bool put_record(const struct record *record, const json_t *json, struct mp_writer *writer,
                       struct err *err)
{
    const char *key;
    json_t *value;
    if (record->frame)
        return put_frame(record, json, writer, err);
    mp_map(writer, (uint32_t)json_object_size(json));
    json_object_foreach((json_t *)json, key, value)
    {
        const struct field *field = record_field(record, key);
        mp_str(writer, key);
        bool put = field ? put_value(field, value, writer, err) : put_any(value, writer, 0, err);
        if (!put)
            return false;
    }
    return true;
}

bool json_read(const struct record *record, const char *text, size_t size, struct arena *arena,
               void *out, struct err *err)
{
    json_error_t why;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        return fail(err, ERR_INVALID, NULL, TEXT_JSON_SYNTAX, int_text(why.line).text, why.text,
                    NULL);
    struct mp_writer writer;
    mp_writer_init(&writer);
    bool read;
    if (json_is_object(json))
        read = put_record(record, json, &writer, err) &&
               decode(record, mp_writer_bytes(&writer), DECODE_STRICT, arena, out, err);
    else
        read = fail(err, ERR_INVALID, NULL, TEXT_NOT_A_RECORD, record->name, NULL);
    mp_writer_done(&writer);
    json_decref(json);
    return read;
}

// --- the command line's words
static bool is_list(const struct field *field)
{
    return field->type == FIELD_LIST || field->type == FIELD_STRS || field->type == FIELD_IDS;
}

// A word that is not JSON by its look, as the JSON value that the field needs.
static json_t *plain_word(const struct field *field, const char *typed)
{
    if (field->type == FIELD_BOOL && strcmp(typed, "true") == 0)
        return json_true();
    if (field->type == FIELD_BOOL && strcmp(typed, "false") == 0)
        return json_false();
    if (field->type == FIELD_INT || field->type == FIELD_ANY) {
        json_t *number = json_loads(typed, JSON_DECODE_ANY, NULL);
        if (number)
            return number;
    }
    // A list of records with one required text ("phones=030 1234567") takes that text.
    if (field->type == FIELD_LIST) {
        const struct record *record = field->record();
        for (size_t i = 0; i < record->count; i++) {
            if (record->fields[i].required && record->fields[i].type == FIELD_STR)
                return json_pack("{s: s}", record->fields[i].name, typed);
        }
    }
    return json_string(typed);
}

// The list so far with one more item.
static void put_longer_list(const struct field *field, const void *row, struct bytes item,
                            struct mp_writer *writer)
{
    const uint8_t *items = *(const uint8_t *const *)((const uint8_t *)row + field->offset);
    size_t count = field_count(field, row);
    mp_array(writer, (uint32_t)count + 1);
    for (size_t i = 0; i < count; i++) {
        if (field->type == FIELD_STRS)
            mp_str(writer, ((const char *const *)(const void *)items)[i]);
        else if (field->type == FIELD_IDS)
            mp_bin(writer, (struct bytes){ items + i * sizeof(struct id), sizeof(struct id) });
        else
            encode(field->record(), items + i * field->record()->size, writer);
    }
    mp_raw(writer, item);
}

static bool set_item(const struct field *field, const json_t *json, struct arena *arena, void *row,
                     struct err *err)
{
    struct mp_writer item, list;
    mp_writer_init(&item);
    mp_writer_init(&list);
    const char *text = json_string_value(json);
    bool put;
    if (field->type == FIELD_LIST && json_is_object(json))
        put = put_record(field->record(), json, &item, err);
    else if (field->type == FIELD_IDS && text)
        put = put_id(field, text, &item, err);
    else
        put = put_any(json, &item, 0, err);
    if (put) {
        put_longer_list(field, row, mp_writer_bytes(&item), &list);
        put = decode_value(field, mp_writer_bytes(&list), arena, row, err);
    }
    mp_writer_done(&item);
    mp_writer_done(&list);
    return put;
}

bool json_set(const struct record *record, const char *name, const char *typed, struct arena *arena,
              void *row, struct err *err)
{
    const struct field *field = record_field(record, name);
    if (!field)
        return unknown_name(record, name, err);
    // A text may begin with a bracket: "{mandant}, guten Tag".
    bool looks_json = field->type != FIELD_STR && (typed[0] == '{' || typed[0] == '[');
    json_error_t why;
    json_t *json =
        looks_json ? json_loads(typed, JSON_REJECT_DUPLICATES, &why) : plain_word(field, typed);
    if (!json)
        return fail(err, ERR_INVALID, name, TEXT_JSON_SYNTAX, int_text(why.line).text, why.text,
                    NULL);
    bool set;
    if (is_list(field) && !json_is_array(json)) {
        set = set_item(field, json, arena, row, err);
    } else {
        struct mp_writer writer;
        mp_writer_init(&writer);
        set = put_value(field, json, &writer, err) &&
              decode_value(field, mp_writer_bytes(&writer), arena, row, err);
        mp_writer_done(&writer);
    }
    json_decref(json);
    return set;
}

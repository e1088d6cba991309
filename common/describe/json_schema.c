// SPDX-License-Identifier: Apache-2.0
// Field by field, with the limits that the services check.
#include "common/describe/json_schema.h"

#include <stdio.h>

static json_t *reference(const char *name)
{
    return json_pack("{s: s++}", "$ref", "#/components/schemas/", name, "");
}

static json_t *limited(json_t *schema, const char *least, const char *most,
                       const struct field *field)
{
    if (field->min > 0 || field->type == FIELD_INT)
        json_object_set_new(schema, least, json_integer(field->min));
    json_object_set_new(schema, most, json_integer(field->max));
    return schema;
}

static json_t *list_of(json_t *items, const struct field *field)
{
    return json_pack("{s: s, s: o, s: I}", "type", "array", "items", items, "maxItems",
                     (json_int_t)field->max);
}

static json_t *text_in(const char *format)
{
    return json_pack("{s: s, s: s}", "type", "string", "format", format);
}

static json_t *of_type(const struct field *field)
{
    switch (field->type) {
    case FIELD_BOOL: return json_pack("{s: s}", "type", "boolean");
    case FIELD_INT:
        return limited(json_pack("{s: s}", "type", "integer"), "minimum", "maximum", field);
    case FIELD_TIME: return text_in("date-time");
    case FIELD_STR:
        return limited(json_pack("{s: s}", "type", "string"), "minLength", "maxLength", field);
    case FIELD_BYTES:
        return json_pack("{s: s, s: s}", "type", "string", "contentEncoding", "base64");
    case FIELD_ID: return text_in("uuid");
    case FIELD_PICK: return reference(field->picks()->name);
    case FIELD_MONEY: return reference("money");
    case FIELD_ONE: return reference(field->record()->name);
    case FIELD_LIST: return list_of(reference(field->record()->name), field);
    case FIELD_STRS: return list_of(json_pack("{s: s}", "type", "string"), field);
    case FIELD_IDS: return list_of(text_in("uuid"), field);
    case FIELD_ANY: return json_object();
    }
    return json_object();
}

json_t *json_schema_of_record(const struct record *record)
{
    json_t *properties = json_object(), *required = json_array();
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        json_t *schema = of_type(field);
        json_object_set_new(schema, "title", json_string(field->german));
        json_object_set_new(schema, "description", json_string(field->doc));
        json_object_set_new(properties, field->name, schema);
        if (field->required)
            json_array_append_new(required, json_string(field->name));
    }
    json_t *schema =
        json_pack("{s: s, s: s, s: s, s: o, s: b}", "type", "object", "title", record->german,
                  "description", record->doc, "properties", properties, "additionalProperties", 0);
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    json_decref(required);
    if (record->frame)
        json_object_set_new(schema, "x-rufbus-wire",
                            json_string("msgpack array in this order, nil for absent"));
    return schema;
}

json_t *json_schema_of_picks(const struct picks *picks)
{
    json_t *words = json_array(), *labels = json_object();
    for (size_t i = 1; i < picks->count; i++) {
        json_array_append_new(words, json_string(picks->values[i].word));
        json_object_set_new(labels, picks->values[i].word, json_string(picks->values[i].german));
    }
    return json_pack("{s: s, s: s, s: o, s: o}", "type", "string", "description", picks->doc,
                     "enum", words, "x-rufbus-german", labels);
}

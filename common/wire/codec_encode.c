// SPDX-License-Identifier: Apache-2.0
// Structs to the canonical msgpack form.
#include "common/wire/codec_internal.h"

static void encode_money(const struct money *money, struct mp_writer *writer)
{
    mp_map(writer, 2);
    mp_str(writer, "minor");
    mp_int(writer, money->minor);
    mp_str(writer, "currency");
    mp_str(writer, money->currency);
}

static void encode_list(const struct field *field, const void *row, struct mp_writer *writer)
{
    const uint8_t *at = (const uint8_t *)row + field->offset;
    const uint8_t *items = *(const uint8_t *const *)at;
    size_t count = field_count(field, row);
    mp_array(writer, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        if (field->type == FIELD_STRS)
            mp_str(writer, ((const char *const *)(const void *)items)[i]);
        else if (field->type == FIELD_IDS)
            mp_bin(writer, (struct bytes){ items + i * sizeof(struct id), sizeof(struct id) });
        else
            encode(field->record(), items + i * field->record()->size, writer);
    }
}

static void encode_value(const struct field *field, const void *row, struct mp_writer *writer)
{
    const void *at = (const uint8_t *)row + field->offset;
    switch (field->type) {
    case FIELD_BOOL: mp_bool(writer, *(const bool *)at); break;
    case FIELD_INT:
    case FIELD_TIME: mp_int(writer, *(const int64_t *)at); break;
    case FIELD_STR: mp_str(writer, *(const char *const *)at); break;
    case FIELD_BYTES: mp_bin(writer, *(const struct bytes *)at); break;
    case FIELD_ID: mp_bin(writer, (struct bytes){ at, sizeof(struct id) }); break;
    case FIELD_PICK: mp_str(writer, field->picks()->values[*(const int *)at].word); break;
    case FIELD_MONEY: encode_money(at, writer); break;
    case FIELD_ONE: encode(field->record(), *(const void *const *)at, writer); break;
    case FIELD_LIST:
    case FIELD_STRS:
    case FIELD_IDS: encode_list(field, row, writer); break;
    case FIELD_ANY: mp_raw(writer, *(const struct bytes *)at); break;
    }
}

static void encode_frame(const struct record *record, const void *row, struct mp_writer *writer)
{
    size_t count = record->count;
    while (count > 0 && !field_present(&record->fields[count - 1], row))
        count--;
    mp_array(writer, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        if (field_present(&record->fields[i], row))
            encode_value(&record->fields[i], row, writer);
        else
            mp_nil(writer);
    }
}

void encode(const struct record *record, const void *row, struct mp_writer *writer)
{
    if (record->frame) {
        encode_frame(record, row, writer);
        return;
    }
    uint32_t count = 0;
    for (size_t i = 0; i < record->count; i++)
        count += field_present(&record->fields[i], row);
    mp_map(writer, count);
    for (size_t i = 0; i < record->count; i++) {
        if (!field_present(&record->fields[i], row))
            continue;
        mp_str(writer, record->fields[i].name);
        encode_value(&record->fields[i], row, writer);
    }
}

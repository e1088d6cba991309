// SPDX-License-Identifier: Apache-2.0
// msgpack to structs: field by field in the schema's order where the sender kept it, by name else.
#include "common/wire/codec_internal.h"

struct decoder {
    struct mp_reader reader;
    struct arena *arena;
    bool lenient;
    struct err *err;
};

static bool decode_record(struct decoder *decoder, const struct record *record, uint8_t *row);

struct type_name {
    const char *german, *english;
};

static const struct type_name type_names[] = {
    [FIELD_BOOL] = { "true oder false", "true or false" },
    [FIELD_INT] = { "eine ganze Zahl", "a whole number" },
    [FIELD_TIME] = { "eine Zeit", "a time" },
    [FIELD_STR] = { "ein Text", "a text" },
    [FIELD_BYTES] = { "eine Folge von Bytes", "bytes" },
    [FIELD_ID] = { "eine Kennung (16 Bytes)", "an id (16 bytes)" },
    [FIELD_PICK] = { "eines der Wörter", "one of the words" },
    [FIELD_MONEY] = { "ein Betrag {minor, currency}", "an amount {minor, currency}" },
    [FIELD_ONE] = { "ein Objekt", "an object" },
    [FIELD_LIST] = { "eine Liste", "a list" },
    [FIELD_STRS] = { "eine Liste von Texten", "a list of texts" },
    [FIELD_IDS] = { "eine Liste von Kennungen", "a list of ids" },
    [FIELD_ANY] = { "ein Wert", "a value" },
};

static bool wrong_type(struct decoder *decoder, const struct field *field)
{
    const struct type_name *name = &type_names[field->type];
    return fail(decoder->err, ERR_INVALID, field->name, TEXT_TYPE_WRONG, name->german,
                name->english, NULL);
}

static bool arena_full(struct decoder *decoder, const struct field *field)
{
    return fail(decoder->err, ERR_TOO_LARGE, field->name, TEXT_MEMORY_FULL, NULL);
}

static bool decode_text(struct decoder *decoder, const struct field *field, struct bytes bytes,
                        const char **out)
{
    *out = arena_text(decoder->arena, bytes.data, bytes.size);
    return *out || arena_full(decoder, field);
}

static bool decode_pick(struct decoder *decoder, const struct field *field, struct bytes word,
                        int *out)
{
    const struct picks *picks = field->picks();
    *out = pick_from_word(picks, (const char *)word.data, word.size);
    if (*out || decoder->lenient)
        return true;
    char words[280] = "";
    size_t used = 0;
    for (size_t i = 1; i < picks->count && used + 40 < sizeof words; i++) {
        size_t size = strlen(picks->values[i].word);
        if (used + size + 3 > sizeof words)
            break;
        memcpy(words + used, i > 1 ? ", " : "", i > 1 ? 2 : 0);
        used += i > 1 ? 2 : 0;
        memcpy(words + used, picks->values[i].word, size + 1);
        used += size;
    }
    return fail(decoder->err, ERR_INVALID, field->name, TEXT_PICK_UNKNOWN, words, NULL);
}

static bool decode_id(struct decoder *decoder, const struct field *field,
                      const struct mp_value *value, struct id *out)
{
    if (value->type != MP_BIN || value->bytes.size != sizeof out->bytes)
        return fail(decoder->err, ERR_INVALID, field->name, TEXT_ID_INVALID, NULL);
    memcpy(out->bytes, value->bytes.data, sizeof out->bytes);
    return true;
}

static bool decode_money(struct decoder *decoder, const struct field *field, uint32_t count,
                         struct money *out)
{
    bool minor = false, currency = false;
    for (uint32_t i = 0; i < count; i++) {
        struct mp_value key, value;
        if (!mp_next(&decoder->reader, &key) || !mp_next(&decoder->reader, &value))
            return false;
        if (key.type != MP_STR)
            return wrong_type(decoder, field);
        if (key.bytes.size == 5 && memcmp(key.bytes.data, "minor", 5) == 0 &&
            value.type == MP_INT) {
            out->minor = value.integer;
            minor = true;
        } else if (key.bytes.size == 8 && memcmp(key.bytes.data, "currency", 8) == 0 &&
                   value.type == MP_STR && value.bytes.size == 3) {
            memcpy(out->currency, value.bytes.data, 3);
            currency = true;
        } else {
            return wrong_type(decoder, field);
        }
    }
    return (minor && currency && count == 2) || wrong_type(decoder, field);
}

static size_t item_size(const struct field *field)
{
    if (field->type == FIELD_STRS)
        return sizeof(char *);
    return field->type == FIELD_IDS ? sizeof(struct id) : field->record()->size;
}

static bool decode_item(struct decoder *decoder, const struct field *field, size_t nth, void *item)
{
    if (field->type == FIELD_LIST) {
        if (decode_record(decoder, field->record(), item))
            return true;
        err_within(decoder->err, field->name, (int64_t)nth);
        return false;
    }
    struct mp_value value;
    if (!mp_next(&decoder->reader, &value))
        return false;
    if (field->type == FIELD_IDS)
        return decode_id(decoder, field, &value, item);
    if (value.type != MP_STR)
        return wrong_type(decoder, field);
    return decode_text(decoder, field, value.bytes, item);
}

static bool decode_list(struct decoder *decoder, const struct field *field, uint32_t count,
                        uint8_t *row)
{
    if (!list_range(field, count, decoder->err))
        return false;
    size_t size = item_size(field);
    uint8_t *items = arena_array(decoder->arena, count, size);
    if (!items)
        return arena_full(decoder, field);
    for (size_t i = 0; i < count; i++) {
        if (!decode_item(decoder, field, i, items + i * size))
            return false;
    }
    memcpy(row + field->offset, &items, sizeof items);
    memcpy(row + field->count_offset, &(size_t){ count }, sizeof(size_t));
    return true;
}

static bool decode_one(struct decoder *decoder, const struct field *field, uint8_t *row)
{
    const struct record *record = field->record();
    void *inner = arena_alloc(decoder->arena, record->size);
    if (!inner)
        return arena_full(decoder, field);
    if (!decode_record(decoder, record, inner)) {
        err_within(decoder->err, field->name, -1);
        return false;
    }
    memcpy(row + field->offset, &inner, sizeof inner);
    return true;
}

static bool decode_any(struct decoder *decoder, const struct field *field, struct bytes *out)
{
    struct bytes span;
    if (!mp_skip(&decoder->reader, &span))
        return false;
    out->data = (const uint8_t *)arena_text(decoder->arena, span.data, span.size);
    out->size = span.size;
    return out->data || arena_full(decoder, field);
}

static bool decode_bytes(struct decoder *decoder, const struct field *field, struct bytes bytes,
                         struct bytes *out)
{
    out->data = (const uint8_t *)arena_text(decoder->arena, bytes.data, bytes.size);
    out->size = bytes.size;
    return out->data || arena_full(decoder, field);
}

static bool fits(enum field_type type, enum mp_type got)
{
    switch (type) {
    case FIELD_BOOL: return got == MP_BOOL;
    case FIELD_INT:
    case FIELD_TIME: return got == MP_INT;
    case FIELD_STR:
    case FIELD_PICK: return got == MP_STR;
    case FIELD_BYTES:
    case FIELD_ID: return got == MP_BIN;
    case FIELD_MONEY: return got == MP_MAP;
    default: return got == MP_ARRAY;
    }
}

static bool decode_plain(struct decoder *decoder, const struct field *field, uint8_t *row)
{
    struct mp_value value;
    void *at = row + field->offset;
    if (!mp_next(&decoder->reader, &value))
        return false;
    if (!fits(field->type, value.type))
        return wrong_type(decoder, field);
    switch (field->type) {
    case FIELD_BOOL: *(bool *)at = value.boolean; return true;
    case FIELD_INT:
    case FIELD_TIME: *(int64_t *)at = value.integer; return true;
    case FIELD_STR: return decode_text(decoder, field, value.bytes, at);
    case FIELD_PICK: return decode_pick(decoder, field, value.bytes, at);
    case FIELD_BYTES: return decode_bytes(decoder, field, value.bytes, at);
    case FIELD_ID: return decode_id(decoder, field, &value, at);
    case FIELD_MONEY: return decode_money(decoder, field, value.count, at);
    default: return decode_list(decoder, field, value.count, row);
    }
}

static bool next_is_nil(struct decoder *decoder)
{
    return decoder->reader.at < decoder->reader.end && *decoder->reader.at == 0xC0;
}

// *ret_present: false for nil.
static bool decode_field(struct decoder *decoder, const struct field *field, uint8_t *row,
                         bool *ret_present)
{
    struct mp_value nil;
    *ret_present = !next_is_nil(decoder);
    if (!*ret_present)
        return mp_next(&decoder->reader, &nil);
    bool read;
    if (field->type == FIELD_ONE)
        read = decode_one(decoder, field, row);
    else if (field->type == FIELD_ANY)
        read = decode_any(decoder, field, (struct bytes *)(void *)(row + field->offset));
    else
        read = decode_plain(decoder, field, row);
    if (!read) {
        // The reader's own refusals (truncated, float...) do not know the field.
        if (!decoder->err->field[0])
            strncpy(decoder->err->field, field->name, sizeof decoder->err->field - 1);
        return false;
    }
    bool has = field->type == FIELD_BOOL || field->type == FIELD_INT || field->type == FIELD_TIME ||
               field->type == FIELD_MONEY;
    if (has && !field->required)
        *(bool *)(row + field->has_offset) = true;
    return value_range(field, row, decoder->err);
}

static bool all_required(struct decoder *decoder, const struct record *record, const uint8_t *row,
                         uint64_t seen)
{
    static const struct id zero;
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        if (!field->required)
            continue;
        if (!(seen & (UINT64_C(1) << i)))
            return fail(decoder->err, ERR_INVALID, field->name, TEXT_FIELD_MISSING, NULL);
        if (field->type == FIELD_ID && memcmp(row + field->offset, &zero, sizeof zero) == 0)
            return fail(decoder->err, ERR_INVALID, field->name, TEXT_ID_INVALID, NULL);
    }
    return true;
}

static bool decode_frame(struct decoder *decoder, const struct record *record, uint32_t count,
                         uint8_t *row)
{
    uint64_t seen = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i >= record->count) {
            if (!mp_skip(&decoder->reader, NULL))
                return false;
            continue;
        }
        bool present;
        if (!decode_field(decoder, &record->fields[i], row, &present))
            return false;
        seen |= present ? UINT64_C(1) << i : 0;
    }
    return all_required(decoder, record, row, seen);
}

// The index of the named field; record->count when there is none. Most senders keep the order.
static size_t find(const struct record *record, struct bytes name, size_t expected)
{
    for (size_t tried = 0; tried < record->count; tried++, expected++) {
        if (expected >= record->count)
            expected = 0;
        const char *candidate = record->fields[expected].name;
        if (strncmp(candidate, (const char *)name.data, name.size) == 0 && !candidate[name.size])
            return expected;
    }
    return record->count;
}

static bool unknown_field(struct decoder *decoder, struct bytes name)
{
    char text[80];
    size_t size = name.size < sizeof text - 1 ? name.size : sizeof text - 1;
    while (size < name.size && size > 0 && (name.data[size] & 0xC0) == 0x80)
        size--;
    memcpy(text, name.data, size);
    text[size] = '\0';
    return fail(decoder->err, ERR_INVALID, text, TEXT_FIELD_UNKNOWN, NULL);
}

static bool decode_map(struct decoder *decoder, const struct record *record, uint32_t count,
                       uint8_t *row)
{
    uint64_t seen = 0, given = 0;
    size_t expected = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct mp_value key;
        if (!mp_next(&decoder->reader, &key))
            return false;
        if (key.type != MP_STR)
            return fail(decoder->err, ERR_INVALID, NULL, TEXT_KEY_NOT_TEXT, NULL);
        size_t at = find(record, key.bytes, expected);
        if (at == record->count) {
            if (!decoder->lenient)
                return unknown_field(decoder, key.bytes);
            if (!mp_skip(&decoder->reader, NULL))
                return false;
            continue;
        }
        const struct field *field = &record->fields[at];
        if (given & (UINT64_C(1) << at))
            return fail(decoder->err, ERR_INVALID, field->name, TEXT_FIELD_TWICE, NULL);
        given |= UINT64_C(1) << at;
        bool present;
        if (!decode_field(decoder, field, row, &present))
            return false;
        seen |= present ? UINT64_C(1) << at : 0;
        expected = at + 1;
    }
    return all_required(decoder, record, row, seen);
}

static bool decode_record(struct decoder *decoder, const struct record *record, uint8_t *row)
{
    struct mp_value head;
    if (!mp_next(&decoder->reader, &head))
        return false;
    if (head.type != (record->frame ? MP_ARRAY : MP_MAP))
        return fail(decoder->err, ERR_INVALID, NULL, TEXT_NOT_A_RECORD, record->name, NULL);
    return record->frame ? decode_frame(decoder, record, head.count, row)
                         : decode_map(decoder, record, head.count, row);
}

bool decode(const struct record *record, struct bytes frame, enum decode_mode mode,
            struct arena *arena, void *out, struct err *err)
{
    struct decoder decoder = { .arena = arena, .lenient = mode == DECODE_LENIENT, .err = err };
    memset(out, 0, record->size);
    mp_reader_init(&decoder.reader, frame, decoder.lenient, err);
    return decode_record(&decoder, record, out) && mp_finish(&decoder.reader);
}

bool decode_value(const struct field *field, struct bytes value, struct arena *arena, void *row,
                  struct err *err)
{
    struct decoder decoder = { .arena = arena, .err = err };
    bool present;
    mp_reader_init(&decoder.reader, value, false, err);
    return decode_field(&decoder, field, row, &present) && mp_finish(&decoder.reader);
}

// --- copies
bool record_copy(const struct record *record, const void *row, struct arena *arena, void *out,
                 struct err *err)
{
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(record, row, &writer);
    bool copied = decode(record, mp_writer_bytes(&writer), DECODE_LENIENT, arena, out, err);
    mp_writer_done(&writer);
    return copied;
}

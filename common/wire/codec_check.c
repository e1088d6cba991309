// SPDX-License-Identifier: Apache-2.0
// The limits of a record's fields, whether it came in or is about to go out.
#include "common/wire/codec_internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/text.h"

#define LIST_TEXT_MAX 200

static bool number_range(const struct field *field, int64_t value, struct err *err)
{
    if (value >= field->min && value <= field->max)
        return true;
    return fail(err, ERR_INVALID, field->name, TEXT_NUMBER_RANGE, int_text(field->min).text,
                int_text(field->max).text, NULL);
}

static bool text_range(const char *text, int64_t least, int64_t most, const char *name,
                       struct err *err)
{
    size_t size = strlen(text);
    if (!text_valid(text, size))
        return fail(err, ERR_INVALID, name, TEXT_TEXT_INVALID, NULL);
    // No text has more characters than bytes: most need not be counted.
    if ((int64_t)size > most && (int64_t)text_length(text) > most)
        return fail(err, ERR_INVALID, name, TEXT_TEXT_TOO_LONG, int_text(most).text,
                    int_text((int64_t)text_length(text)).text, NULL);
    if (least == 1 && size == 0)
        return fail(err, ERR_INVALID, name, TEXT_TEXT_EMPTY, NULL);
    if (least > 0 && (int64_t)text_length(text) < least)
        return fail(err, ERR_INVALID, name, TEXT_TEXT_TOO_SHORT, int_text(least).text, NULL);
    return true;
}

static bool bytes_range(const struct field *field, struct bytes bytes, struct err *err)
{
    if (bytes.size <= (size_t)field->max)
        return true;
    return fail(err, ERR_INVALID, field->name, TEXT_BYTES_TOO_LONG, int_text(field->max).text,
                NULL);
}

static bool money_range(const struct field *field, const struct money *money, struct err *err)
{
    if (!money_currency_valid(money->currency))
        return fail(err, ERR_INVALID, field->name, TEXT_MONEY_CURRENCY, NULL);
    if (money->minor < -INT_LIMIT || money->minor > INT_LIMIT)
        return fail(err, ERR_INVALID, field->name, TEXT_NUMBER_BEYOND_JSON, NULL);
    return true;
}

bool list_range(const struct field *field, uint64_t count, struct err *err)
{
    if (count <= (uint64_t)field->max && (int64_t)count >= field->min)
        return true;
    return fail(err, ERR_INVALID, field->name, TEXT_LIST_TOO_LONG, int_text(field->max).text, NULL);
}

static bool texts_range(const struct field *field, const char *const *texts, size_t count,
                        struct err *err)
{
    if (!list_range(field, count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!text_range(texts[i], 1, LIST_TEXT_MAX, field->name, err))
            return false;
    }
    return true;
}

bool value_range(const struct field *field, const void *row, struct err *err)
{
    const uint8_t *at = (const uint8_t *)row + field->offset;
    switch (field->type) {
    case FIELD_INT: return number_range(field, *(const int64_t *)at, err);
    case FIELD_TIME:
        if (*(const int64_t *)at < 0 || *(const int64_t *)at > CIVIL_TIME_MAX)
            return fail(err, ERR_INVALID, field->name, TEXT_TIME_RANGE, NULL);
        return true;
    case FIELD_STR:
        return text_range(*(const char *const *)at, field->min, field->max, field->name, err);
    case FIELD_BYTES:
    case FIELD_ANY: return bytes_range(field, *(const struct bytes *)at, err);
    case FIELD_MONEY: return money_range(field, (const struct money *)at, err);
    case FIELD_LIST:
    case FIELD_IDS: return list_range(field, field_count(field, row), err);
    case FIELD_STRS:
        return texts_range(field, *(const char *const *const *)at, field_count(field, row), err);
    case FIELD_PICK:
        if (*(const int *)at < 0 || (size_t) * (const int *)at >= field->picks()->count)
            return fail(err, ERR_INVALID, field->name, TEXT_FIELD_MISSING, NULL);
        return true;
    default: return true;
    }
}

// A required field that holds nothing: texts, ids, picks and records can be so.
static bool is_missing(const struct field *field, const void *row)
{
    struct field optional = *field;
    optional.required = false;
    switch (field->type) {
    case FIELD_STR:
    case FIELD_BYTES:
    case FIELD_ANY:
    case FIELD_ID:
    case FIELD_PICK:
    case FIELD_ONE: return field->required && !field_present(&optional, row);
    case FIELD_LIST:
    case FIELD_STRS:
    case FIELD_IDS: return field->required && field_count(field, row) == 0;
    default: return false;
    }
}

static bool inner_records(const struct field *field, const void *row, struct err *err)
{
    const void *inner = *(const void *const *)((const uint8_t *)row + field->offset);
    const struct record *record = field->record();
    size_t count = field->type == FIELD_ONE ? 1 : field_count(field, row);
    for (size_t i = 0; i < count; i++) {
        if (!record_check(record, (const uint8_t *)inner + i * record->size, err)) {
            err_within(err, field->name, field->type == FIELD_ONE ? -1 : (int64_t)i);
            return false;
        }
    }
    return true;
}

bool record_check(const struct record *record, const void *row, struct err *err)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        if (is_missing(field, row))
            return fail(err, ERR_INVALID, field->name, TEXT_FIELD_MISSING, NULL);
        if (!field_present(field, row))
            continue;
        if (!value_range(field, row, err))
            return false;
        bool nested = field->type == FIELD_ONE || field->type == FIELD_LIST;
        if (nested && !inner_records(field, row, err))
            return false;
    }
    return true;
}

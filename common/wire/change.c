// SPDX-License-Identifier: Apache-2.0
// One interpreter instead of a list of assignments for each record, so that a field which is added
// to a .def file can be given, changed and emptied without another line of code.
#include "common/wire/change.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/wire/codec.h"

#define CHOICES_MAX 220 // bytes: what a refusal can show

static size_t value_size(enum field_type type)
{
    switch (type) {
    case FIELD_BOOL: return sizeof(bool);
    case FIELD_INT:
    case FIELD_TIME: return sizeof(int64_t);
    case FIELD_BYTES:
    case FIELD_ANY: return sizeof(struct bytes);
    case FIELD_ID: return sizeof(struct id);
    case FIELD_PICK: return sizeof(int);
    case FIELD_MONEY: return sizeof(struct money);
    default: return sizeof(void *);
    }
}

static bool is_list(const struct field *field)
{
    return field->type == FIELD_LIST || field->type == FIELD_STRS || field->type == FIELD_IDS;
}

// Only these have a flag beside them; the absence of others shows in the value.
static bool is_flagged(const struct field *field)
{
    return !field->required && (field->type == FIELD_BOOL || field->type == FIELD_INT ||
                                field->type == FIELD_TIME || field->type == FIELD_MONEY);
}

static void take_field(const struct field *to, uint8_t *row, const struct field *from,
                       const uint8_t *given)
{
    memcpy(row + to->offset, given + from->offset, value_size(to->type));
    if (is_list(to))
        memcpy(row + to->count_offset, given + from->count_offset, sizeof(size_t));
    if (is_flagged(to))
        *(bool *)(row + to->has_offset) = true;
}

void row_take(const struct record *record, void *row, struct given given)
{
    for (size_t i = 0; i < given.record->count; i++) {
        const struct field *from = &given.record->fields[i];
        const struct field *to = record_field(record, from->name);
        if (!to || to->type != from->type || !field_present(from, given.row))
            continue;
        if (strcmp(to->name, "id") == 0 || strcmp(to->name, "version") == 0)
            continue;
        take_field(to, row, from, given.row);
    }
}

void row_take_field(const struct field *field, void *row, const void *from)
{
    if (field_present(field, from))
        take_field(field, row, field, from);
}

// --- emptying
static bool can_clear(const struct record *record, const struct record *change, const char *name)
{
    const struct field *field = record_field(record, name);
    return field && !field->required && record_field(change, name);
}

static void list_choices(const struct record *record, const struct record *change, char *out)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < record->count; i++) {
        const char *name = record->fields[i].name;
        if (!can_clear(record, change, name) || used + strlen(name) + 3 > CHOICES_MAX)
            continue;
        used += (size_t)snprintf(out + used, CHOICES_MAX - used, "%s%s", used ? ", " : "", name);
    }
}

void row_empty_field(const struct field *field, void *row)
{
    uint8_t *bytes = row;
    memset(bytes + field->offset, 0, value_size(field->type));
    if (is_list(field))
        memset(bytes + field->count_offset, 0, sizeof(size_t));
    if (is_flagged(field))
        *(bool *)(bytes + field->has_offset) = false;
}

static bool clear_one(const struct record *record, uint8_t *row, struct given change,
                      const char *name, struct err *err)
{
    char choices[CHOICES_MAX];
    const struct field *field = record_field(record, name);
    if (!can_clear(record, change.record, name)) {
        list_choices(record, change.record, choices);
        return fail(err, ERR_INVALID, NULL, TEXT_CLEAR_UNKNOWN, name, choices, NULL);
    }
    if (field_present(record_field(change.record, name), change.row))
        return fail(err, ERR_INVALID, NULL, TEXT_CLEAR_AND_SET, name, NULL);
    row_empty_field(field, row);
    return true;
}

bool row_clear(const struct record *record, void *row, struct given change,
               const char *const *names, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (clear_one(record, row, change, names[i], err))
            continue;
        (void)snprintf(err->field, sizeof err->field, "clear[%zu]", i);
        return false;
    }
    return true;
}

// --- trimming
static bool is_blank(char sign)
{
    return sign == ' ' || sign == '\t' || sign == '\n' || sign == '\r';
}

static const char *trimmed(struct arena *arena, const char *text)
{
    size_t size = strlen(text);
    if (size == 0 || (!is_blank(text[0]) && !is_blank(text[size - 1])))
        return text;
    while (size > 0 && is_blank(text[size - 1]))
        size--;
    size_t first = 0;
    while (first < size && is_blank(text[first]))
        first++;
    return arena_text(arena, text + first, size - first);
}

static bool trim_field(const struct field *field, uint8_t *row, struct arena *arena)
{
    if (!field_present(field, row))
        return true;
    if (field->type == FIELD_STR) {
        const char **text = (const char **)(row + field->offset);
        if (!*text)
            return true;
        *text = trimmed(arena, *text);
        return *text != NULL;
    }
    size_t count = *(const size_t *)(row + field->count_offset);
    const char *const *given = *(const char *const **)(row + field->offset);
    const char **texts = arena_array(arena, count, sizeof *texts);
    for (size_t i = 0; texts && i < count; i++) {
        texts[i] = trimmed(arena, given[i]);
        if (!texts[i])
            return false;
    }
    *(const char *const **)(row + field->offset) = texts;
    return texts != NULL;
}

bool row_trim(const struct record *record, void *row, struct arena *arena, struct err *err)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        if (field->type != FIELD_STR && field->type != FIELD_STRS)
            continue;
        if (!trim_field(field, row, arena))
            return fail(err, ERR_TOO_LARGE, field->name, TEXT_ROW_TOO_LARGE, NULL);
    }
    return true;
}

bool row_equal(const struct record *record, const void *a, const void *b)
{
    struct mp_writer first, second;
    mp_writer_init(&first);
    mp_writer_init(&second);
    encode(record, a, &first);
    encode(record, b, &second);
    bool equal =
        first.size == second.size && (!first.size || !memcmp(first.data, second.data, first.size));
    mp_writer_done(&first);
    mp_writer_done(&second);
    return equal;
}

bool row_field_equal(const struct field *field, const void *a, const void *b)
{
    const uint8_t *first = (const uint8_t *)a + field->offset;
    const uint8_t *second = (const uint8_t *)b + field->offset;
    if (field->type == FIELD_STR)
        return text_equal(*(const char *const *)first, *(const char *const *)second);
    if (field->type == FIELD_ONE)
        return row_equal(field->record(), *(const void *const *)first,
                         *(const void *const *)second);
    return memcmp(first, second, value_size(field->type)) == 0;
}

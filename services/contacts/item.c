// SPDX-License-Identifier: Apache-2.0
// Lists by descriptor; what makes two items one is said here and nowhere else.
#include "services/contacts/item.h"

#include <string.h>
#include <strings.h>

#include "common/base/civil.h"
#include "common/base/phone_match.h"
#include "common/base/text.h"
#include "common/wire/change.h"
#include "proto/proto.h"

#define TEXT_MAX 1000 // characters of a value that is shown

bool field_is_list(const struct field *field)
{
    return field->type == FIELD_LIST || field->type == FIELD_STRS || field->type == FIELD_IDS;
}

size_t items_count(const struct field *field, const void *row)
{
    return *(const size_t *)((const uint8_t *)row + field->count_offset);
}

size_t item_size(const struct field *field)
{
    switch (field->type) {
    case FIELD_STRS: return sizeof(char *);
    case FIELD_IDS: return sizeof(struct id);
    default: return field->record()->size;
    }
}

const void *items_at(const struct field *field, const void *row, size_t i)
{
    const uint8_t *items = *(const uint8_t *const *)((const uint8_t *)row + field->offset);
    return items + i * item_size(field);
}

void items_set(const struct field *field, void *row, const void *items, size_t count)
{
    *(const void **)((uint8_t *)row + field->offset) = count ? items : NULL;
    *(size_t *)((uint8_t *)row + field->count_offset) = count;
}

// --- the same
static bool same_folded(const char *a, const char *b, struct arena *arena)
{
    if (!a || !b)
        return a == b;
    const char *first = text_fold(arena, a), *second = text_fold(arena, b);
    if (!first || !second || !*first || !*second)
        return strcmp(a, b) == 0;
    return strcmp(first, second) == 0;
}

static bool same_number(const struct number *a, const struct number *b)
{
    if (!a->e164 || !b->e164)
        return !a->e164 && !b->e164 && strcmp(a->typed, b->typed) == 0;
    return strcmp(a->e164, b->e164) == 0 && text_equal(a->extension, b->extension);
}

static bool same_address(const struct address *a, const struct address *b, struct arena *arena)
{
    return same_folded(a->street, b->street, arena) &&
           same_folded(a->postcode, b->postcode, arena) && same_folded(a->town, b->town, arena) &&
           text_equal(a->country, b->country);
}

static const char *text_of(const void *item)
{
    return *(const char *const *)item;
}

bool item_same(const struct field *field, const void *a, const void *b, struct arena *arena)
{
    if (field->type == FIELD_STRS && strcmp(field->name, "emails") == 0)
        return strcasecmp(text_of(a), text_of(b)) == 0;
    if (field->type == FIELD_STRS)
        return same_folded(text_of(a), text_of(b), arena);
    if (field->type == FIELD_LIST && field->record() == number_record())
        return same_number(a, b);
    if (field->type == FIELD_LIST && field->record() == address_record())
        return same_address(a, b, arena);
    return item_equal(field, a, b);
}

bool item_equal(const struct field *field, const void *a, const void *b)
{
    switch (field->type) {
    case FIELD_STRS: return strcmp(text_of(a), text_of(b)) == 0;
    case FIELD_IDS: return memcmp(a, b, sizeof(struct id)) == 0;
    default: return row_equal(field->record(), a, b);
    }
}

bool items_hold(const struct field *field, const void *row, const void *item)
{
    for (size_t i = 0; i < items_count(field, row); i++) {
        if (item_equal(field, items_at(field, row, i), item))
            return true;
    }
    return false;
}

// --- for people
static const char *shortened(const char *text, struct arena *arena)
{
    size_t characters = 0;
    const char *at = text;
    for (; *at && characters <= TEXT_MAX; at++)
        characters += (*at & 0xC0) != 0x80;
    if (characters <= TEXT_MAX)
        return text;
    while ((*--at & 0xC0) == 0x80) {
    }
    return arena_text(arena, text, (size_t)(at - text));
}

static const char *add_words(const char *all, const char *more, struct arena *arena)
{
    return !all || !*all ? more : arena_format(arena, "%s, %s", all, more);
}

static const char *row_text(const struct record *record, const void *row, struct arena *arena)
{
    const char *all = "";
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        bool derived = strcmp(field->name, "e164") == 0 || strcmp(field->name, "extension") == 0;
        if (!field_present(field, row) || field_is_list(field) || derived)
            continue;
        const char *text = value_text(field, row, arena);
        all = text ? add_words(all, text, arena) : NULL;
        if (!all)
            return NULL;
    }
    return *all ? shortened(all, arena) : "-";
}

const char *item_text(const struct field *field, const void *item, struct arena *arena)
{
    switch (field->type) {
    case FIELD_STRS: return shortened(text_of(item), arena);
    case FIELD_IDS: {
        struct id_text text = id_text(*(const struct id *)item);
        return arena_text(arena, text.text, strlen(text.text));
    }
    default: return row_text(field->record(), item, arena);
    }
}

const char *value_text(const struct field *field, const void *row, struct arena *arena)
{
    const uint8_t *at = (const uint8_t *)row + field->offset;
    switch (field->type) {
    case FIELD_STR: return shortened(*(const char *const *)at, arena);
    case FIELD_BOOL: return *(const bool *)at ? "ja" : "nein";
    case FIELD_INT: return arena_format(arena, "%lld", (long long)*(const int64_t *)at);
    case FIELD_TIME: return arena_format(arena, "%s", civil_rfc3339(*(const int64_t *)at).text);
    case FIELD_ID: return arena_format(arena, "%s", id_text(*(const struct id *)at).text);
    case FIELD_PICK: return field->picks()->values[*(const int *)at].german;
    case FIELD_ONE: return row_text(field->record(), *(const void *const *)at, arena);
    case FIELD_MONEY: {
        const struct money *money = (const struct money *)at;
        return arena_format(arena, "%lld %.3s", (long long)money->minor, money->currency);
    }
    default: return "…";
    }
}

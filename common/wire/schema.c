// SPDX-License-Identifier: Apache-2.0
// Looking into descriptors, and into rows by them.
#include "common/wire/schema.h"

#include <string.h>

const struct field *record_field(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->count; i++) {
        if (strcmp(record->fields[i].name, name) == 0)
            return &record->fields[i];
    }
    return NULL;
}

int pick_from_word(const struct picks *picks, const char *word, size_t size)
{
    for (size_t i = 1; i < picks->count; i++) {
        const char *candidate = picks->values[i].word;
        if (strlen(candidate) == size && memcmp(candidate, word, size) == 0)
            return (int)i;
    }
    return 0;
}

static bool is_set(const struct field *field, const uint8_t *at)
{
    static const struct id zero;
    switch (field->type) {
    case FIELD_STR:
    case FIELD_ONE: {
        const void *pointer;
        memcpy(&pointer, at, sizeof pointer);
        return pointer != NULL;
    }
    case FIELD_BYTES:
    case FIELD_ANY: return ((const struct bytes *)at)->data != NULL;
    case FIELD_ID: return memcmp(at, &zero, sizeof zero) != 0;
    case FIELD_PICK: return *(const int *)at != 0;
    default: return true;
    }
}

bool field_present(const struct field *field, const void *row)
{
    const uint8_t *bytes = row;
    switch (field->type) {
    case FIELD_LIST:
    case FIELD_STRS:
    case FIELD_IDS: return *(const size_t *)(bytes + field->count_offset) > 0;
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_TIME:
    case FIELD_MONEY: return field->required || *(const bool *)(bytes + field->has_offset);
    default: return field->required || is_set(field, bytes + field->offset);
    }
}

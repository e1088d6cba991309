// SPDX-License-Identifier: Apache-2.0
// A row is seen when a field with the scope's mark holds the scope's id.
#include "common/wire/scope.h"

#include <stdio.h>
#include <string.h>

const struct scope scope_house = { .kind = SCOPE_HOUSE };

static const char *const words[] = { "house", "client", "team", "own" };

enum scope_mark scope_mark(enum scope_kind kind)
{
    switch (kind) {
    case SCOPE_CLIENT: return SCOPE_MARK_CLIENT;
    case SCOPE_TEAM: return SCOPE_MARK_TEAM;
    case SCOPE_OWN: return SCOPE_MARK_OWN;
    default: return SCOPE_MARK_NONE;
    }
}

static bool holds(const struct field *field, const uint8_t *row, struct id id)
{
    if (field->type == FIELD_ID)
        return id_equal(*(const struct id *)(row + field->offset), id);
    if (field->type != FIELD_IDS)
        return false;
    const struct id *ids = *(const struct id *const *)(row + field->offset);
    size_t count = *(const size_t *)(row + field->count_offset);
    for (size_t i = 0; i < count; i++) {
        if (id_equal(ids[i], id))
            return true;
    }
    return false;
}

bool scope_sees(const struct scope *scope, const struct record *record, const void *row)
{
    if (scope->kind == SCOPE_HOUSE)
        return true;
    enum scope_mark mark = scope_mark(scope->kind);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        if (field->scope == mark && mark != SCOPE_MARK_NONE && holds(field, row, scope->id))
            return true;
    }
    return false;
}

bool scope_parse(const char *text, struct scope *out, struct err *err)
{
    if (strcmp(text, words[SCOPE_HOUSE]) == 0) {
        *out = scope_house;
        return true;
    }
    for (int kind = SCOPE_CLIENT; kind <= SCOPE_OWN; kind++) {
        size_t size = strlen(words[kind]);
        struct scope scope = { .kind = (enum scope_kind)kind };
        if (strncmp(text, words[kind], size) == 0 && text[size] == ':' &&
            id_parse(text + size + 1, &scope.id) && !id_is_zero(scope.id)) {
            *out = scope;
            return true;
        }
    }
    return fail(err, ERR_INVALID, "scope", TEXT_SCOPE_FORM, text, NULL);
}

struct scope_text scope_text(const struct scope *scope)
{
    struct scope_text text;
    if (scope->kind == SCOPE_HOUSE)
        snprintf(text.text, sizeof text.text, "%s", words[SCOPE_HOUSE]);
    else
        snprintf(text.text, sizeof text.text, "%s:%s", words[scope->kind], id_text(scope->id).text);
    return text;
}

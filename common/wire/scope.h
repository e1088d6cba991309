// SPDX-License-Identifier: Apache-2.0
// Whose rows somebody may see: a closed set, decided by the fields that the .def files mark.
#pragma once

#include "common/base/err.h"
#include "common/wire/schema.h"

enum scope_kind { SCOPE_HOUSE, SCOPE_CLIENT, SCOPE_TEAM, SCOPE_OWN };

struct scope {
    enum scope_kind kind;
    struct id id; // of the client, team, or member of staff; zero for the house
};

// For a service's own work inside its own store, never for answering somebody.
extern const struct scope scope_house;

// house: everything. Otherwise a field of the record with the same mark must hold the scope's id; a
// record without such a field is seen by the house only.
bool scope_sees(const struct scope *scope, const struct record *record, const void *row);

// The mark of the fields that such a scope looks at; SCOPE_MARK_NONE for the house.
enum scope_mark scope_mark(enum scope_kind kind);

// "house", "client:UUID", "team:UUID", "own:UUID". ERR_INVALID otherwise.
MUST_USE bool scope_parse(const char *text, struct scope *out, struct err *err);

struct scope_text {
    char text[48];
};
struct scope_text scope_text(const struct scope *scope);

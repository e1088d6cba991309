// SPDX-License-Identifier: Apache-2.0
// The names of things behind their ids, and which of them somebody means by what was typed.
#pragma once

#include "common/base/arena.h"
#include "common/base/id.h"

enum name_kind { NAME_STAFF, NAME_TEAM, NAME_CLIENT, NAME_CONTACT, NAME_FILE, NAME_INQUIRY };

#define NAMES_SHOWN 5

struct name {
    struct id id;
    enum name_kind kind;
    const char *text, *detail; // detail: what tells it from others; NULL: nothing
    const char *folded;
};

struct names {
    struct name *rows;
    size_t count, room;
};

// `text` and `detail` are copied into `arena`.
void names_add(struct names *names, const struct name *name, struct arena *arena);
void names_done(struct names *names);

// Once all are there, so that names_text finds them.
void names_sort(struct names *names);
// NULL when it is not known (or not to be seen).
const char *names_text(const struct names *names, struct id id);

// What fits best: all that are called so, case and umlauts aside; else all in which each word typed
// begins one of theirs (of a file's number: is one of theirs, from the first on); else, not as
// `certain`, those that are nearly written so.
struct names_meant {
    size_t count;
    bool certain;
    const struct name *shown[NAMES_SHOWN]; // the first ones
};
struct names_meant names_meant(const struct names *names, enum name_kind kind, const char *folded);

// "Ida Jansen (Jansen & Jansen), Ole Jansen": for a refusal; those with the same text with ids.
const char *names_listed(const struct names_meant *meant, struct arena *arena);

// SPDX-License-Identifier: Apache-2.0
// The names of staff, teams and clients behind their ids, and the ids behind names as typed.
#pragma once

#include "common/step/client.h"

enum name_kind { NAME_STAFF, NAME_TEAM, NAME_CLIENT };

struct names {
    struct name {
        struct id id;
        enum name_kind kind;
        const char *text, *folded;
    } * rows; // by id
    size_t count, room;
};

// Asks contacts for all of them; the texts live in `arena`. Whoever may not see some gets none of
// them. False: there was no answer.
MUST_USE bool names_load(struct names *names, struct client *client, struct arena *arena);
void names_done(struct names *names);

// NULL when it is not known (or not to be seen).
const char *names_text(const struct names *names, struct id id);
// How many have this name, case and umlauts aside, or, when nobody has, a word that begins so; the
// last of them in `ret_id`.
size_t names_find(const struct names *names, enum name_kind kind, const char *folded,
                  struct id *ret_id);

// SPDX-License-Identifier: Apache-2.0
// Clients' people [Mitarbeiter des Mandanten]: making, changing, what holds for a call to them, and
// whether their callers are found again. Values in, values out.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// A new row, version 1. ERR_INVALID naming the field.
MUST_USE bool member_make(const struct member_new *in, const struct editor *editor, struct id id,
                          struct member *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes.
MUST_USE bool member_apply(const struct member *row, const struct member_change *change,
                           const struct editor *editor, struct member *out, struct err *err);

struct effective_of {
    const struct client_row *client;
    const struct member *member; // NULL: the client as a whole
    const char *caller, *agent;  // for gaps in texts; may be NULL
    const char *zone;            // of the house
    int64_t at_us;
};
// ERR_TOO_LARGE when the arena is full.
MUST_USE bool effective_make(const struct effective_of *of, struct arena *arena,
                             struct effective *out, struct err *err);

// `diversion`: what telephony has noticed of this client; NULL: nothing.
MUST_USE bool recognition_make(const struct effective *effective,
                               const struct client_diversion *diversion, struct arena *arena,
                               struct recognition *out, struct err *err);

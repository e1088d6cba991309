// SPDX-License-Identifier: Apache-2.0
// Who of the staff is there, and who stands in [Vertretung]. Values in, values out; rows of others
// come through a look-up.
#pragma once

#include "proto/proto.h"
#include "services/contacts/editor.h"

// A new row, version 1. ERR_INVALID naming the field.
MUST_USE bool absence_make(const struct absence_new *in, const struct editor *editor, struct id id,
                           struct absence *out, struct err *err);
// `out`: `row` as changed, one version on; of the same version when nothing changes.
MUST_USE bool absence_apply(const struct absence *row, const struct absence_change *change,
                            const struct editor *editor, struct absence *out, struct err *err);

struct staff_book {
    void *context;
    const struct staff *(*staff)(void *context, struct id id); // NULL: none of this id
    // One that counts at that time, the one that ends last; NULL: none.
    const struct absence *(*absence)(void *context, struct id staff, int64_t at_us);
    const char *zone, *holidays; // of the house, for those who have none of their own
    struct arena *arena;
};

// ERR_INVALID or ERR_CONFLICT on "deputy": nobody stands in for themselves, neither directly nor
// through others. `staff` is the row as it would be stored.
MUST_USE bool deputy_check(const struct staff_book *book, const struct staff *staff,
                           struct err *err);

// ERR_TOO_LARGE when the arena is full.
MUST_USE bool attendance_make(const struct staff_book *book, const struct staff *staff,
                              int64_t at_us, struct attendance *out, struct err *err);

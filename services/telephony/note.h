// SPDX-License-Identifier: Apache-2.0
// Call notes: what one is made of, what an edit, a line, a mail's fate do to it. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

struct note_editor {
    struct arena *arena;
    int64_t now_us;
    const char *actor;
};

// What is known of a note's call; all zero and NULL where there is none.
struct note_call {
    const struct call *call;
    const char *contact_name; // of who it was, as it is now
};

// The note with its call's client, number, file; id given, client and staff of a note without a
// call are the caller's to set. ERR_INVALID where nothing is said, or an address is none.
MUST_USE bool note_make(const struct note_new *in, const struct note_call *of,
                        const struct note_editor *editor, struct id id, struct call_note *out,
                        struct err *err);
// The next edition; out->version is row->version when nothing differs and nothing is to be mailed.
MUST_USE bool note_apply(const struct call_note *row, const struct note_change *change,
                         const struct note_editor *editor, struct call_note *out, struct err *err);

// Ties the caller who is to become a contact to the note: the id is made of the note's.
struct id note_caller_id(struct id note);

// One line more, unless it is there; the oldest goes when there are ten. *ret_added says which.
MUST_USE bool note_take_line(struct call_note *note, const struct note_line *line,
                             struct arena *arena, bool *ret_added, struct err *err);
// What became of a mail, in the place of what was known of it. False when the arena is full.
MUST_USE bool note_take_mail(struct call_note *note, const struct mail_row *mail,
                             struct arena *arena, struct err *err);

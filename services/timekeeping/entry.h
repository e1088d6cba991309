// SPDX-License-Identifier: Apache-2.0
// Entries as values: their time, their text, their parts, what was done to them. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

// Who changes it, and when; what is added to a row lives in the arena.
struct entry_editor {
    struct arena *arena;
    int64_t now_us;
    const char *actor;
};

// ERR_INVALID on "text" for a placeholder that there is not.
MUST_USE bool entry_text_check(const char *text, struct err *err);
// The kind's text with {person} {number} {file} {date} of this entry; NULL when the kind has none,
// or when nothing is left of it. `zone` gives the date.
const char *entry_text(const struct service_kind *kind, const struct entry *entry, const char *zone,
                       struct arena *arena);

// By its rule and by itself: not what a day or file adds.
int64_t entry_rounded(const struct entry *entry);

// Actual time from now on, with the reason; nothing when it is the same. ERR_CONFLICT when there
// are 20 corrections already.
MUST_USE bool entry_correct_time(struct entry *entry, int64_t actual_s, const char *reason,
                                 const struct entry_editor *editor, struct err *err);

// What was done, where the text takes nothing in.
struct err entry_move_said(enum text_id text);
// Adds what was done, in both languages; the oldest one goes when there are 30.
MUST_USE bool entry_add_move(struct entry *entry, const struct err *what, const char *reason,
                             const struct entry_editor *editor, struct err *err);

// `part` gets so many of the actual seconds and the same share of the raw ones (rounded down), the
// entry keeps the rest, and how much it gave away: together they are what there was.
void entry_divide(struct entry *entry, struct entry *part, int64_t part_s);

// Somebody who pays as a person and not for an organisation.
bool entry_meets_consumer(const struct contact *payer);

// ERR_CONFLICT that names the voucher, or the run, of an entry that is not free; ERR_CONFLICT for
// a deleted one. True when it may be changed.
MUST_USE bool entry_is_free(const struct entry *entry, struct err *err);

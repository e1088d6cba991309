// SPDX-License-Identifier: Apache-2.0
// Entries: booking, correcting, re-booking, splitting, deleting. Each change looks at the locks of
// billing (locks.h) and lets what is rounded as a whole follow (blocks.h).
#pragma once

#include "common/step/request.h"

MUST_USE bool entries_book(struct request *rq, const struct entry_new *in, struct entry *out);
MUST_USE bool entries_correct(struct request *rq, const struct entry_correct_in *in,
                              struct entry *out);
MUST_USE bool entries_edit(struct request *rq, const struct entry_change *in, struct entry *out);
MUST_USE bool entries_rebook(struct request *rq, const struct entry_move_in *in, struct entry *out);
MUST_USE bool entries_split(struct request *rq, const struct entry_split_in *in,
                            struct entry_parts *out);
MUST_USE bool entries_delete(struct request *rq, const struct entry_delete_in *in,
                             struct entry *out);
MUST_USE bool entries_undo(struct request *rq, struct entry *out);
MUST_USE bool entries_get(struct request *rq, struct id id, struct entry *out);

// --- for the other nouns of this service

// The time of a measure as an entry: books it when measure->kind is set and the measure has no
// entry yet, lets it follow the measure's text, article, staff, and its time where that is another
// than `before` (NULL: a new measure), deletes it when the measure's kind is gone. `inquiry` tells
// contact, file, customer, client. Sets measure->entry and measure->rounded_s; the caller writes
// the measure. A locked or billed entry: refused with the voucher's number when anything of it
// would change.
MUST_USE bool entry_for_measure(struct request *rq, const struct inquiry *inquiry,
                                const struct measure *before, struct measure *measure);

// What was measured of an entry is this now. Raw time follows, less what its parts have; actual
// time too, unless somebody corrected it or it is fixed. What billing has stays: `over_s` is then
// how much more than this it and its parts have.
struct entry_time {
    int64_t raw_s, actual_s;
    int64_t over_s, rounded_s; // out; rounded_s as the entry has it
};
MUST_USE bool entry_retime(struct request *rq, struct id entry, struct entry_time *time);

// A clock whose `entry` is set was stopped or reckoned anew: the entry follows, unless a measure
// stands between them. Sets clock->overlap_s; the clock is written by the caller.
MUST_USE bool entry_for_clock(struct request *rq, struct clock *clock);

// --- what was told
// Entries of the note's call without a note, of whoever wrote it, have it from now on.
MUST_USE bool entries_note_told(struct request *rq, const struct call_note *note);

// The entry within the request's scope and not of a locked file; false without a word.
MUST_USE bool entry_find(struct request *rq, struct id id, struct entry *out);

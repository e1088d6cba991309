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
// entry yet, lets it follow the measure's time, text, article and staff when it has one, deletes it
// when the measure's kind is gone. `inquiry` tells contact, file, customer, client. Sets
// measure->entry and measure->rounded_s; the caller writes the measure. A locked or billed entry:
// refused with the voucher's number when anything of it would change.
MUST_USE bool entry_for_measure(struct request *rq, const struct inquiry *inquiry,
                                struct measure *measure);

// A clock whose `entry` is set was stopped or reckoned anew: the entry's time follows, unless it is
// not open any more, was split, has fixed minutes, or was corrected itself. The clock is written by
// the caller.
MUST_USE bool entry_for_clock(struct request *rq, const struct clock *clock);

// --- what was told
// Behind the clocks of the call: entries that its parts were booked as.
MUST_USE bool entries_call_told(struct request *rq, const struct call *call);
// Entries of the note's call without a note, of whoever wrote it, have it from now on.
MUST_USE bool entries_note_told(struct request *rq, const struct call_note *note);

// The entry within the request's scope and not of a locked file; false without a word.
MUST_USE bool entry_find(struct request *rq, struct id id, struct entry *out);

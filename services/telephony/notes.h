// SPDX-License-Identifier: Apache-2.0
// Call notes in the store: written, edited with all editions kept, found, told; and what other
// services' facts do to them.
#pragma once

#include "common/step/request.h"

MUST_USE bool notes_add(struct request *rq, const struct note_new *in, struct call_note *out);
MUST_USE bool notes_edit(struct request *rq, const struct note_change *in, struct call_note *out);
MUST_USE bool notes_list(struct request *rq, const struct note_query *query, struct note_page *out);
MUST_USE bool notes_history(struct request *rq, struct id note, struct note_page *out);

// Adds a line to the first note of a call; where it has none (or the call is not known), a note
// with this line alone is written for the contact. line->id decides: the same line is added once
// only.
MUST_USE bool note_add_line(struct request *rq, struct id call, struct id contact,
                            const struct note_line *line);

// Followed facts. What became of a mail is shown on its note; a contact that was made of a note's
// new caller ends the wish for it.
MUST_USE bool notes_take_mail(struct request *rq, const struct mail_row *mail);
MUST_USE bool notes_take_contact(struct request *rq, const struct contact *contact);

// SPDX-License-Identifier: Apache-2.0
// Inquiries in the store: found, opened, written, moved. Whoever writes one goes through here: row
// and fact in one transaction.
#pragma once

#include "common/step/request.h"
#include "services/timekeeping/inquiry.h"

// --- finding one
// Within the scope, and not of a file that is locked to who asks. False without a word.
MUST_USE bool inquiry_find(struct request *rq, struct id id, struct inquiry *ret);
// The same by id, or (when that is zero) by number as people type it: ERR_NOT_FOUND on "id" or
// "number", ERR_INVALID when neither is given.
MUST_USE bool inquiry_named(struct request *rq, struct id id, const char *number,
                            struct inquiry *ret);
// Whether it names a file that is locked to who asks; never to the service itself.
bool inquiry_hidden(struct request *rq, const struct inquiry *row);
// Whosever it is: for ticks and followed facts. False without a word.
MUST_USE bool inquiry_row(struct request *rq, struct id id, struct inquiry *ret);
// To which inquiry a message belongs, by a Message-ID of its thread; likewise.
MUST_USE bool inquiry_of_message(struct request *rq, const char *message_id, struct inquiry *ret);
// The open ones of this contact (and of those merged into it), or when that is zero of this number
// (E.164), within the client; the newest first, at most `most`. How many are in `rows`.
size_t inquiries_of_caller(struct request *rq, struct id client, struct id contact,
                           const char *phone, struct inquiry *rows, size_t most);

// --- showing
// Its contact is the one it is now, wherever it was merged. Of a copy: never write such a row.
void inquiry_show(struct request *rq, struct inquiry *row);
// With names beside it, shown. False when the request's memory is full.
MUST_USE bool inquiry_match_fill(struct request *rq, const struct inquiry *row,
                                 struct inquiry_match *out);

// --- writing
// Opens `row`, of which id, subject, channel, opened_at and whatever else is known are set: gives
// it number, state (FORWARDED when it is, else OPEN), who opened it, the agreement's deadlines, its
// first move. Absent priority: normal. The contact must be of the client.
MUST_USE bool inquiry_open(struct request *rq, struct inquiry *row, const char *reason);
// Stores one of another program as it is, under the number that it has; an open one with its first
// move.
MUST_USE bool inquiry_take_over(struct request *rq, struct inquiry *row, const char *reason);
// The next version of an existing one, changed now by rq->actor. The client never changes.
MUST_USE bool inquiry_write(struct request *rq, struct inquiry *row);
// Moves it by the table, with its record, and writes it. For "the customer answered": to OPEN.
MUST_USE bool inquiry_move_to(struct request *rq, struct inquiry *row,
                              const struct inquiry_moving *moving);
// Somebody of the house has worked on it: the first time counts as the answer. Sets the row only.
void inquiry_worked(struct request *rq, struct inquiry *row);
// So many attachments more (or less), and writes it.
MUST_USE bool inquiry_attachments(struct request *rq, struct id id, int64_t more);
// The next number of the present local year, which nobody else gets. In the request's arena.
MUST_USE bool inquiry_number_next(struct request *rq, const char **ret);

// What closing would ask for.
MUST_USE bool inquiry_lacks(struct request *rq, const struct inquiry *row,
                            struct inquiry_missing *out);

// Comes back what is due, and tells what missed its time; true while there is more.
bool inquiries_tick(struct request *rq);

// --- what an inquiry refers to; each refuses with ERR_NOT_FOUND on `field`, zero ids are fine
MUST_USE bool refers_client(struct request *rq, struct id id, const char *field);
MUST_USE bool refers_contact(struct request *rq, struct id client, struct id id, const char *field,
                             struct contact *ret);
MUST_USE bool refers_file(struct request *rq, struct id client, struct id id);
MUST_USE bool refers_staff(struct request *rq, struct id id, const char *field, struct staff *ret);
MUST_USE bool refers_call(struct request *rq, struct id id, struct call *ret);

// SPDX-License-Identifier: Apache-2.0
// Who is at the other end, whose number was dialled, whose phones ring: from what is known here of
// the contacts service's rows. Everything returned lives in rq->arena.
#pragma once

#include "common/step/request.h"

// The client on one of whose numbers the call came in; NULL: the house's own.
const struct client_row *who_was_dialled(struct request *rq, const char *called);

// Those among the client's contacts (zero: the house's own) that have the number: exact first, then
// by main number; several are all reported, as possible.
const struct shown_contact *who_is_shown(struct request *rq, struct id client, const char *number);

// Staff and teams of all phones that the call has reached so far.
void who_was_reached(struct request *rq, struct call *call);

// The contact as it is known now, also when it was merged into another since; false: nobody.
MUST_USE bool who_is_now(struct request *rq, struct id contact, struct contact *out);

#define WHO_IDS_MAX 50
// Rows keep the id that was named. The one it is after merges; itself when nobody was merged away.
struct id who_id_now(struct request *rq, struct id contact);
// All the ids by which rows may name it, the present one first; their count, `room` at most.
size_t who_ids(struct request *rq, struct id contact, struct id *ids, size_t room);

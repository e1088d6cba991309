// SPDX-License-Identifier: Apache-2.0
// Deleting by itself what purge.h says: announced, in chunks, logged, undone in time. The list of
// announcements is the queue; a crash goes on with what is still in it.
#pragma once

#include "common/step/request.h"
#include "services/contacts/purge.h"

// The rules of this house; the zone lives in the arena. NULL when that is full.
const struct purge_rules *purge_rules_of(struct request *rq);

// What is kept of a contact that is deleted by hand: what it was told, what merging kept. A step's
// share at once, the rest with the next ticks.
MUST_USE bool purge_forget(struct request *rq, const struct contact *contact);

// What is due now: announcements, deletions, and ends of grace periods; true while there is more.
bool purge_tick(struct request *rq);

// SPDX-License-Identifier: Apache-2.0
// Merging in the store: both rows, the record of it, the facts.
#pragma once

#include "common/step/request.h"

MUST_USE bool merges_do(struct request *rq, const struct contact_merge_in *in,
                        struct contact_merge_out *out);
MUST_USE bool merges_undo(struct request *rq, const struct contact_unmerge_in *in,
                          struct contact_unmerge_out *out);
MUST_USE bool merges_list(struct request *rq, const struct merge_query *in, struct merge_page *out);

// The contact that this id means now: its own row, or that of the one it was merged into, however
// many merges later. False without a word: nobody within the scope.
MUST_USE bool contact_now(struct request *rq, struct id id, struct contact *out);

// To be called when a contact is deleted: what merging kept of others and of itself goes with it,
// as nobody can take that back any more.
void merges_forget(struct request *rq, struct id contact);

// Says that there is no such contact; of one that was merged away it says where it went, with the
// present row of that one. Always false.
bool contact_missing(struct request *rq, struct id id);

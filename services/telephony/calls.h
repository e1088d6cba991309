// SPDX-License-Identifier: Apache-2.0
// The records of calls: what a PBX tells becomes a row and a fact, and who it is from is added.
#pragma once

#include "common/step/request.h"

// `seen`: the call as its source sees it now (see ami_model.h); id, version, client, staff and who
// was shown are decided here. Writes nothing when nothing is new. A call that has ended stays as it
// is. False only with rq->err filled.
MUST_USE bool calls_record(struct request *rq, const struct call *seen);

// The row of what a source calls so; false: there is none.
MUST_USE bool calls_find(struct request *rq, const char *source, const char *source_ref,
                         struct call *out);
// For sources whose word also counts after the end (webhooks): `next` is `before` (NULL: none) with
// what was said; id, version, client and who was shown are decided here.
MUST_USE bool calls_amend(struct request *rq, const struct call *before, struct call *next);
// Writes and tells the call that has moved, one version on; opens or settles missed calls, and
// tells its agents' presence. `before` NULL: there was none, and its id is made.
MUST_USE bool calls_write(struct request *rq, const struct call *before, struct call *call);

// Calls by webhook or by hand of which nothing was heard for twelve hours end unseen. True: more.
bool calls_expire(struct request *rq);

// Who it really was, as somebody says; see call_contact_in.
MUST_USE bool calls_set_contact(struct request *rq, const struct call_contact_in *said,
                                struct call *out);

// A page of calls, newest first.
MUST_USE bool calls_list(struct request *rq, const struct call_query *query, struct call_page *out);

// Copies of the source's calls that have not ended, in the arena; returns their count.
size_t calls_live(struct request *rq, const char *source, struct arena *arena,
                  const struct call **ret);

// The case file of a call; see call_file_in.
MUST_USE bool calls_set_file(struct request *rq, const struct call_file_in *said, struct call *out);

// SPDX-License-Identifier: Apache-2.0
// The records of calls: what a PBX tells becomes a row and a fact, and who it is from is added.
#pragma once

#include "common/step/request.h"

// `seen`: the call as its source sees it now (see ami_model.h); id, version, client, staff and who
// was shown are decided here. Writes nothing when nothing is new. A call that has ended stays as it
// is. False only with rq->err filled.
MUST_USE bool calls_record(struct request *rq, const struct call *seen);

// Who it really was, as somebody says; see call_contact_in.
MUST_USE bool calls_set_contact(struct request *rq, const struct call_contact_in *said,
                                struct call *out);

// A page of calls, newest first.
MUST_USE bool calls_list(struct request *rq, const struct call_query *query, struct call_page *out);

// Copies of the source's calls that have not ended, in the arena; returns their count.
size_t calls_live(struct request *rq, const char *source, struct arena *arena,
                  const struct call **ret);

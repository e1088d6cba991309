// SPDX-License-Identifier: Apache-2.0
// Missed calls as a work list: an entry for each caller within a client, settled by itself when
// somebody has spoken with them.
#pragma once

#include "common/step/request.h"

// To be told of every change of a call (`before` NULL: it is new), in its transaction.
MUST_USE bool missed_follow(struct request *rq, const struct call *before, const struct call *call);
// Two contacts were merged, or that was taken back, as it is known by now: what is open names
// whoever they are.
MUST_USE bool missed_follow_merge(struct request *rq, const struct contact_merged *merged);
// A page, the latest first.
MUST_USE bool missed_page_read(struct request *rq, const struct missed_query *query,
                               struct missed_page *out);

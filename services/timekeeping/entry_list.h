// SPDX-License-Identifier: Apache-2.0
// Finding entries, and adding them up.
#pragma once

#include "common/step/request.h"

MUST_USE bool entries_list(struct request *rq, const struct entry_query *query,
                           struct entry_page *out);

// For showing it: who contact and customer are now.
void entry_resolve(struct request *rq, struct entry *entry);

// What is unbilled on a file: open entries, and those that a run has.
struct unbilled {
    int64_t entries, actual_s, rounded_s;
    int64_t since_us; // 0: none
};
void entries_unbilled(struct request *rq, struct id file, struct unbilled *ret);

// Whether the entry fits the query (but for its place in the list); contacts are compared as they
// are now. For those who export or search.
bool entry_fits(struct request *rq, const struct entry_query *query, const struct entry *entry);

// SPDX-License-Identifier: Apache-2.0
// What is rounded as a whole, added up: a row for each block, so that a booking need not read all
// of the block. A row that is missing is made anew from the entries.
#pragma once

#include "common/step/request.h"
#include "services/timekeeping/store_entry.h"

// --- what the entries themselves say
struct block_ends {
    struct id first, last; // in the order of beginnings; zero: there is none
};
// Of the open entries (run zero), or those of the run, that are rounded as a whole with `like`, as
// they are stored, but for `without` (zero: all) and with `pending` (NULL: none).
struct block_ends block_ends(struct request *rq, const struct key *prefix, struct id without,
                             const struct entry *pending);

// --- the row
// As it is, or as the stored entries make it. `entries` 0: there are none.
MUST_USE bool block_sums_get(struct request *rq, const struct key *prefix, struct entry_block *ret);
// Writes it, or removes it when it has no entries.
MUST_USE bool block_sums_put(struct request *rq, struct entry_block *row);
// An entry came (1) or went (-1), and what has it is settled later. A missing row stays missing.
MUST_USE bool block_sums_move(struct request *rq, const struct key *prefix, int64_t entries,
                              int64_t actual_s);

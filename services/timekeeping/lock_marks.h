// SPDX-License-Identifier: Apache-2.0
// On which voucher an entry of a run is: what billing's marks say.
#pragma once

#include "common/step/request.h"

// The issued marks of one run and customer, read once for entries that follow each other; begin
// with all zero.
struct lock_marks {
    struct id run, customer;
    struct voucher_mark *issued;
    size_t count;
};

// The issued mark that has the entry: of its run and of the customer whom it bears (merges since
// then change nothing), and where the mark names its entries, one that names it. NULL: none, or
// the arena is full, which says fail().
const struct voucher_mark *lock_mark_of(struct request *rq, struct lock_marks *marks,
                                        const struct entry *entry);

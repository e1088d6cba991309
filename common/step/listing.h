// SPDX-License-Identifier: Apache-2.0
// Pages in the order of an index.
#pragma once

#include "common/step/request.h"

struct listing {
    const struct table *table;
    const struct index *index;
    struct key prefix; // size 0: all
    // Rows under any of these keys are one list, ordered by what stands behind them; all of one
    // size, and `after` and `place` may begin with any of them. NULL: `prefix`.
    const struct key *prefixes;
    size_t prefix_count;
    struct key after; // begin behind this key (size 0: at the start); `after_row` goes before it
    struct id after_row;
    const struct scope *scope; // NULL: the request's
    bool down, has_limit;
    int64_t limit; // 50 by default
    // Rows at most (0: 5000); behind them a page that has any ends, and `more` says so.
    size_t looked_at;
    // The index's key of a row of the page before; `context` as given.
    struct key (*place)(const void *row, const void *context);
    bool (*fits)(const void *row, const void *context); // NULL: all
    bool (*ends)(const void *row,
                 const void *context); // from this row on there are no more; or NULL
    const void *context;
    // out
    void *rows; // an array of the record's struct, in the request's arena
    size_t count;
    bool more;
};

// ERR_NOT_FOUND on "after" for a row that is not there; ERR_TOO_LARGE.
MUST_USE bool listing_read(struct request *rq, struct listing *listing);

// SPDX-License-Identifier: Apache-2.0
// Who stands in for whom [Vertretung]: the first of the chain who is there. Pure; rows come through
// a look-up.
#pragma once

#include "proto/proto.h"

#define DEPUTY_CHAIN_MAX 20

struct deputy_book {
    void *context;
    const struct staff *(*staff)(void *context, struct id id); // NULL: none of this id
    // One that counts at that time, the one that ends last; NULL: none.
    const struct absence *(*absence)(void *context, struct id staff, int64_t at_us);
};

struct deputy_found {
    const struct staff *deputy;          // NULL: nobody stands in
    struct id skipped[DEPUTY_CHAIN_MAX]; // deputies who are away themselves, in order
    size_t skipped_count;
};

// It holds the moment, and was not withdrawn.
bool absence_counts(const struct absence *absence, int64_t at_us);
// An absence's own deputy goes before the staff row's.
void deputy_find(const struct deputy_book *book, const struct staff *staff, int64_t at_us,
                 struct deputy_found *out);

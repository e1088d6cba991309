// SPDX-License-Identifier: Apache-2.0
// The kinds of records that are searched together: where they lie, what can be asked of them, and
// what of a row is shown.
#pragma once

#include "common/step/request.h"

enum record_filter {
    FILTER_STAFF = 1,
    FILTER_TEAM = 2,
    FILTER_CONTACT = 4,
    FILTER_FILE = 8,
    FILTER_STATE = 16,
    FILTER_CHARGEABLE = 32,
    FILTER_BILLED = 64,
};

struct showing {
    struct request *rq;
    const char *words; // sought, as stems, so that an excerpt shows one of them; NULL: none
    bool deleted;      // such rows are asked for
    struct record_hit *hit;
};

struct record_source {
    enum record_kind kind;
    const struct table *table;
    unsigned filters;                    // that its rows may have
    const struct picks *(*states)(void); // NULL: it has none
    char by_inquiry; // kind of tags by which its inquiry is found, whose contact and file are its
                     // own
    // False: it is not shown to who asks.
    bool (*show)(const struct showing *showing, const void *row);
};

#define RECORD_SOURCES 7
extern const struct record_source record_sources[RECORD_SOURCES];

// At most so many characters of it, on one line; NULL for none.
const char *record_excerpt(struct request *rq, const char *text, size_t characters);

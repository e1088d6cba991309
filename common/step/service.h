// SPDX-License-Identifier: Apache-2.0
// A service as data: its schema, its handlers, its tables, what it follows. No sockets, no clock.
#pragma once

#include "common/step/request.h"

typedef bool handler_function(struct request *rq, const void *in, void *out);

struct handler {
    const struct method *method;
    handler_function *run;
};

enum follow_policy {
    FOLLOW_STOP,     // what cannot be applied stops the following, and says so (money, locks)
    FOLLOW_PARK_KEY, // it is parked, with all later facts of that entity
};

struct follow {
    const char *service; // "contacts"
    const char *kind;    // "contact"
    enum follow_policy policy;
    // Applies a newer fact; `row` is decoded as the kind's record, and is the last state when
    // fact->deleted. Called once per version, in order within an entity.
    bool (*apply)(struct request *rq, const struct fact *fact, const void *row);
};

// A board: rows of one table, whose changes are facts in this service's own log.
struct board_source {
    const char *word; // as in enum board
    const char *kind; // of the facts
    const struct table *table;
};

struct service {
    const struct schema *schema;
    const struct handler *handlers;
    size_t handler_count;
    const struct table *const *tables;
    size_t table_count;
    const struct follow *follows;
    size_t follow_count;
    int64_t projection; // number of what is made of followed facts; a larger one starts by snapshot
    const struct board_source *boards; // notifier only
    size_t board_count;
    // Called in a transaction about once a second, and again at once while it returns true ("more
    // to do"). Writes at most 500 rows. May be NULL.
    bool (*tick)(struct request *rq);
};

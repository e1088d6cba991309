// SPDX-License-Identifier: Apache-2.0
// What callbacks and resubmissions share with a transaction: lists, and who stands in for whom.
#pragma once

#include "common/step/listing.h"
#include "services/timekeeping/callback.h"
#include "services/timekeeping/store_callback.h"

struct todo_kind {
    const struct table *table;
    const struct index *indexes; // enum todo_index
    const char *fact;
    struct todo (*view)(const void *row);
    // Sets who stands in (zero: nobody), one version on.
    void (*hand_to)(void *row, struct id deputy, const struct callback_editor *editor);
};
extern const struct todo_kind todo_callbacks, todo_resubmissions;

struct callback_editor todo_editor(struct request *rq);

// Stores the row and tells it. ERR_FORBIDDEN when it lies outside the request's scope.
MUST_USE bool todo_write(struct request *rq, const struct todo_kind *kind, const void *row);
// Deletes the row and tells that.
void todo_drop(struct request *rq, const struct todo_kind *kind, void *row);
// Not there, outside the scope, or about a file that is locked to who asks: ERR_NOT_FOUND, `text`.
MUST_USE bool todo_find(struct request *rq, const struct todo_kind *kind, struct id id,
                        enum text_id text, void *out);

// What is known of the others goes into fields that were not given. Each may be NULL.
struct todo_about {
    struct id *client, *staff, *team, *contact, *file, *inquiry;
    const char **contact_name;
    const char **number;          // filled from the contact or inquiry
    bool contact_seen, file_seen; // in a row that who asks sees: then its scope does not matter
};
// ERR_NOT_FOUND or ERR_INVALID naming the field of what is not known, or does not fit.
MUST_USE bool todo_fill(struct request *rq, const struct todo_about *given);

// Fills and reads the listing. ERR_INVALID, ERR_NOT_FOUND, ERR_TOO_LARGE.
MUST_USE bool todo_list(struct request *rq, const struct todo_kind *kind,
                        const struct callback_query *query, struct listing *out);

// --- who stands in [Vertretung]
// Zero: they are there, or nobody does.
struct id stand_in_of(struct request *rq, struct id staff);
// Staff or absences have changed: the next tick looks.
MUST_USE bool stand_in_stale(struct request *rq);
// When absences begin or end, and after stand_in_stale, rows that are not settled move to whoever
// stands in now. True while there are more.
bool stand_in_tick(struct request *rq);

// SPDX-License-Identifier: Apache-2.0
// Measures in the store. Each write keeps the counts of their inquiry.
#pragma once

#include "common/step/request.h"
#include "services/timekeeping/measure.h"

// Within the scope, of no inquiry whose file is locked to who asks, with its inquiry. By id, or by
// "123/2"; when neither is given: the one that runs for whoever asks, if `or_running`.
// ERR_NOT_FOUND on "id" or "measure", ERR_INVALID.
struct measure_name {
    struct id id;
    const char *text;
    bool or_running;
};
MUST_USE bool measure_named(struct request *rq, struct measure_name name, struct measure *ret,
                            struct inquiry *ret_inquiry);

MUST_USE bool measures_add(struct request *rq, const struct measure_new *in, struct measure *out);
MUST_USE bool measures_edit(struct request *rq, const struct measure_change *in,
                            struct measure *out);
MUST_USE bool measures_start(struct request *rq, const struct measure_starting *in,
                             struct measure *out);
MUST_USE bool measures_stop(struct request *rq, const struct measure_stopping *in,
                            struct measure *out);
MUST_USE bool measures_done(struct request *rq, const struct measure_ending *in,
                            struct measure *out);
MUST_USE bool measures_list(struct request *rq, const struct measure_query *query,
                            struct measure_page *out);
MUST_USE bool measure_match_fill(struct request *rq, const struct measure *row,
                                 const struct inquiry *inquiry, struct measure_match *out);
// Tells what has become due; true while there is more.
bool measures_tick(struct request *rq);

// SPDX-License-Identifier: Apache-2.0
// Work larger than one step may write (500 rows): a row says how far it is, `tick` does a chunk,
// the flip at the end makes it count. A crash goes on where the last committed chunk ended.
#pragma once

#include "common/step/request.h"

extern const struct table job_table; // a service with jobs lists it among its tables

struct job_kind {
    const char *name;
    // Does at most `rows` rows behind job->place, moves job->place and job->done; sets *ret_last
    // when nothing is left, after which `flip` is called in the same transaction.
    bool (*chunk)(struct request *rq, struct job *job, size_t rows, bool *ret_last);
    bool (*flip)(struct request *rq, struct job *job); // may be NULL
};

struct id job_begin(struct request *rq, const char *kind, struct bytes argument);
// One chunk of the oldest unfinished job of these kinds; true while there is more.
bool job_step(struct request *rq, const struct job_kind *kinds, size_t kind_count);

// SPDX-License-Identifier: Apache-2.0
// Measures, as they are asked for.
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/measures.h"

#define SERVICE_FILE "proto/timekeeping_inquiry.def"
#include "proto/handlers.inc"

bool measure_add(struct request *rq, const struct measure_new *in, struct measure *out)
{
    return measures_add(rq, in, out);
}

bool measure_edit(struct request *rq, const struct measure_change *in, struct measure *out)
{
    return measures_edit(rq, in, out);
}

bool measure_get(struct request *rq, const struct measure_ref *in, struct measure_match *out)
{
    struct measure *row = arena_alloc(rq->arena, sizeof *row);
    struct inquiry inquiry;

    if (!row)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    return measure_named(rq, (struct measure_name){ in->id, in->measure, false }, row, &inquiry) &&
           measure_match_fill(rq, row, &inquiry, out);
}

bool measure_list(struct request *rq, const struct measure_query *in, struct measure_page *out)
{
    return measures_list(rq, in, out);
}

bool measure_start(struct request *rq, const struct measure_starting *in, struct measure *out)
{
    return measures_start(rq, in, out);
}

bool measure_stop(struct request *rq, const struct measure_stopping *in, struct measure *out)
{
    return measures_stop(rq, in, out);
}

bool measure_done(struct request *rq, const struct measure_ending *in, struct measure *out)
{
    return measures_done(rq, in, out);
}

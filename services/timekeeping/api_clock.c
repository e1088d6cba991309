// SPDX-License-Identifier: Apache-2.0
// Clocks, as they are asked for and moved.
#include "services/timekeeping/clocks.h"

#define SERVICE_FILE "proto/timekeeping_clock.def"
#include "proto/handlers.inc"

bool clock_start(struct request *rq, const struct clock_begin *in, struct clock *out)
{
    return clocks_start(rq, in, out);
}

bool clock_stop(struct request *rq, const struct clock_move *in, struct clock *out)
{
    return clocks_stop(rq, in, out);
}

bool clock_pause(struct request *rq, const struct clock_move *in, struct clock *out)
{
    return clocks_pause(rq, in, out);
}

bool clock_resume(struct request *rq, const struct clock_move *in, struct clock *out)
{
    return clocks_resume(rq, in, out);
}

bool clock_correct(struct request *rq, const struct clock_correction *in, struct clock *out)
{
    return clocks_correct(rq, in, out);
}

bool clock_get(struct request *rq, const struct by_id *in, struct clock *out)
{
    return clocks_get(rq, in->id, out);
}

bool clock_list(struct request *rq, const struct clock_query *in, struct clock_page *out)
{
    return clocks_list(rq, in, out);
}

bool clock_status(struct request *rq, const struct clock_status_query *in, struct clock_stack *out)
{
    return clocks_status(rq, in->staff, out);
}

// SPDX-License-Identifier: Apache-2.0
// timekeeping as a service: its handlers, its tables, what it follows, what it does by itself.
#include "services/timekeeping/api.h"

#include "common/step/job.h"
#include "services/timekeeping/attachments.h"
#include "services/timekeeping/callbacks.h"
#include "services/timekeeping/clocks.h"
#include "services/timekeeping/follow.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/locks.h"
#include "services/timekeeping/measures.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/todo.h"

#define SERVICE_FILE "proto/timekeeping.def"
#include "proto/handlers.inc"

static bool tick(struct request *rq)
{
    bool more = false;

    more |= clocks_tick(rq);
    more |= clocks_job_step(rq);
    more |= locks_tick(rq);
    more |= inquiries_tick(rq);
    more |= measures_tick(rq);
    more |= attachments_tick(rq);
    more |= callbacks_tick(rq);
    more |= stand_in_tick(rq);
    return more;
}

#define SERVICE      timekeeping
#define SERVICE_FILE "proto/timekeeping.def"
#include "proto/handler_table.inc"

const struct service timekeeping_service = {
    .schema = &timekeeping_schema,
    .handlers = timekeeping_handlers,
    .handler_count = COUNT_OF(timekeeping_handlers),
    .tables = timekeeping_tables,
    .table_count = TIMEKEEPING_TABLES,
    .follows = timekeeping_follows,
    .follow_count = TIMEKEEPING_FOLLOWS,
    .projection = TIMEKEEPING_PROJECTION,
    .tick = tick,
};

// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/house.h"

#include <stdio.h>
#include <string.h>

#include "common/base/zone.h"

#define MINUTES(n) (SECONDS(60) * (n))
#define HOURS(n)   (MINUTES(60) * (n))

const struct timekeeping_house *timekeeping_house(const struct request *rq)
{
    static const struct timekeeping_house usual = {
        .home = { .country = "49" },
        .zone = "Europe/Berlin",
        .hold_counts = true,
        .remind_us = MINUTES(30),
        .limit_us = HOURS(10),
        .attachments_max_bytes = (int64_t)10 << 30,
        .reply_max_bytes = (int64_t)20 << 20,
    };

    return rq->context ? rq->context : &usual;
}

// The one zone of this process, read once: a house does not move.
static const struct zone *zone_of(const struct timekeeping_house *house)
{
    static _Thread_local struct zone zone;
    static _Thread_local char name[64];

    if (strcmp(name, house->zone) != 0) {
        if (!zone_load(house->zone, &zone))
            zone = (struct zone){ .count = 0 };
        (void)snprintf(name, sizeof name, "%s", house->zone);
    }
    return &zone;
}

int64_t house_day(const struct request *rq, int64_t at_us)
{
    return zone_local(zone_of(timekeeping_house(rq)), at_us).day;
}

int64_t house_day_begins(const struct request *rq, int64_t day)
{
    return zone_time_us(zone_of(timekeeping_house(rq)), day, 0, ZONE_FIRST);
}

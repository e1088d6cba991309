// SPDX-License-Identifier: Apache-2.0
// iCalendar (RFC 5545) for other programs, by libical; the only place that knows it.
#pragma once

#include "common/base/arena.h"
#include "common/base/zone.h"
#include "proto/proto.h"

struct ical_feed {
    const char *name; // of the calendar, shown by calendar programs
    const struct appointment *appointments;
    size_t count;
    const struct zone *zone; // for whole days
};

// Appointments are VEVENTs, actions VTODOs; times in UTC. Lives in the arena; empty when that is
// full.
MUST_USE struct bytes ical_write(const struct ical_feed *feed, struct arena *arena);

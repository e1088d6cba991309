// SPDX-License-Identifier: Apache-2.0
// How somebody wants to be reached: hours, holidays, closed days, and texts with gaps for names.
// Shared by clients, their people, staff and service agreements. Values in, values out.
#pragma once

#include "common/base/arena.h"
#include "common/base/calendar.h"
#include "proto/proto.h"

// The fields of one row; NULL where the record has none.
struct settings {
    const char **hours, **zone, **holidays;
    const struct closed_day **closed_days;
    size_t closed_count;
    const char *greeting, *guide;
};

// Checks them and brings hours, holidays and days into one form. ERR_INVALID naming the field.
MUST_USE bool settings_read(const struct settings *settings, struct arena *arena, struct err *err);

// --- a calendar of settings
struct calendar_source {
    const char *hours, *zone, *holidays; // as settings_read left them; NULL: none
    bool holidays_usual;
    const struct closed_day *closed_days;
    size_t closed_count;
};
// Lives in the arena; NULL when that is full.
MUST_USE const struct calendar *calendar_make(const struct calendar_source *source,
                                              struct arena *arena);

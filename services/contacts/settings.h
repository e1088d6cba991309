// SPDX-License-Identifier: Apache-2.0
// How somebody wants to be reached: hours, holidays, closed days, and texts with gaps for names.
// Shared by clients, their people, and staff. Values in, values out.
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

// --- gaps in texts: {mandant}, {mitarbeiter}, {bearbeiter}, {anrufer}, {tageszeit}
struct gap_values {
    const char *client, *member, *agent, *caller; // NULL: "…" is put in
    int local_hour;                               // for {tageszeit}
};
// ERR_INVALID on `field` for a gap that there is not, or a bracket without its other half.
MUST_USE bool gaps_check(const char *field, const char *text, struct err *err);
// NULL when the arena is full.
MUST_USE const char *gaps_fill(const char *text, const struct gap_values *values,
                               struct arena *arena);

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

// SPDX-License-Identifier: Apache-2.0
// Gaps for names in the texts that operators read out: {mandant}, {mitarbeiter}, {bearbeiter},
// {anrufer}, {tageszeit}.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"

struct gap_values {
    const char *client, *member, *agent, *caller; // NULL: "…" is put in
    int local_hour;                               // for {tageszeit}
};

// ERR_INVALID on `field` for a gap that there is not, or a bracket without its other half. `text`
// may be NULL.
MUST_USE bool gaps_check(const char *field, const char *text, struct err *err);
// What is no gap stays as it is. NULL when the arena is full.
MUST_USE const char *gaps_fill(const char *text, const struct gap_values *values,
                               struct arena *arena);

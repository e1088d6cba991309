// SPDX-License-Identifier: Apache-2.0
// What the commands that write whole lists share: all pages of a list method, its question as
// words, names in place of ids, the reader's clock.
#pragma once

#include "common/base/zone.h"
#include "services/cli/connect.h"
#include "services/cli/names.h"
#include "services/cli/pages.h"
#include "services/cli/transfer.h"

struct listing {
    struct cli *cli;
    struct caller *caller;
    struct client *client;
    struct arena *page; // the answer that is being read, and what is made of its rows
    struct names names;
    struct zone zone;
    struct transfer_progress progress;
    const char *what; // shown with the progress
    int64_t count;    // rows handed over
};

// The exit code; anything but EXIT_DONE has been said. listing_end in any case.
int listing_begin(struct listing *listing, struct cli *cli);
void listing_end(struct listing *listing);

// One row of a page; valid until it returns. False stops: with `err` filled it is a refusal.
typedef bool listing_take(void *context, const struct record *record, const void *row,
                          struct err *err);

// Asks `method` with "field=value" words (NULL at the end); staff, team and client may be given by
// name, a file by its number where the question has that. The exit code.
int listing_rows(struct listing *listing, const char *method, const char *const *words,
                 listing_take *take, void *context);

// The reader's clock: seconds since 1970-01-01 00:00 there.
int64_t listing_clock(const struct listing *listing, int64_t time_us);
// A name, or the id when it is not known; "" for no id.
const char *listing_name(const struct listing *listing, struct id id);

// SPDX-License-Identifier: Apache-2.0
// What the handlers of timekeeping share: the house's settings, local days, names of staff.
#pragma once

#include "common/base/civil.h"
#include "common/base/phone.h"
#include "common/step/request.h"

// request.context; NULL stands for one with the defaults of home.c.
struct timekeeping_house {
    struct phone_home home;
    const char *zone;              // "Europe/Berlin"
    const char *holidays;          // DE-BE; NULL: none
    bool hold_counts;              // time on hold counts as talk
    int64_t remind_us;             // a clock that runs longer is suspicious; 0: never
    int64_t limit_us;              // and stops counting after so long; 0: never
    int64_t attachments_max_bytes; // all contents together; 0: no limit
    int64_t attachments_keep_us;   // after their inquiry was closed; 0: for ever
    int64_t reply_max_bytes;       // of the attachments of one answer together
    int64_t todo_keep_us;          // settled callbacks and resubmissions; 0: for ever
    // The mailboxes and their states, but for the figures.
    const struct mailbox_row *const *mailboxes;
    size_t mailboxes_count;
};

const struct timekeeping_house *timekeeping_house(const struct request *rq);

// The local day of a moment in the house: days since 1970-01-01.
int64_t house_day(const struct request *rq, int64_t at_us);
// When a local day begins in the house.
int64_t house_day_begins(const struct request *rq, int64_t day);

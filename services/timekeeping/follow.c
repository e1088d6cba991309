// SPDX-License-Identifier: Apache-2.0
// Which facts of others are followed, and who takes them: first what is known, then who acts on it.
#include "services/timekeeping/follow.h"

#include "services/timekeeping/clocks.h"
#include "services/timekeeping/hotline.h"
#include "services/timekeeping/inquiry_mails.h"
#include "services/timekeeping/kept.h"

static bool gone(const struct fact *fact)
{
    return fact->has_deleted && fact->deleted;
}

static bool staff_told(struct request *rq, const struct fact *fact, const void *row)
{
    return kept_staff_take(rq, fact, row) && (gone(fact) || clocks_staff_told(rq, row));
}

static bool call_told(struct request *rq, const struct fact *fact, const void *row)
{
    return kept_call_take(rq, fact, row) &&
           (gone(fact) || (clocks_call_told(rq, row) && hotline_told(rq, row)));
}

const struct follow timekeeping_follows[TIMEKEEPING_FOLLOWS] = {
    { "contacts", "contact", FOLLOW_PARK_KEY, kept_contact_take },
    { "contacts", "contact_merged", FOLLOW_PARK_KEY, kept_merged_take },
    { "contacts", "client", FOLLOW_PARK_KEY, kept_client_take },
    { "contacts", "staff", FOLLOW_PARK_KEY, staff_told },
    { "contacts", "file", FOLLOW_PARK_KEY, kept_file_take },
    { "contacts", "absence", FOLLOW_PARK_KEY, kept_absence_take },
    { "telephony", "call", FOLLOW_PARK_KEY, call_told },
    { "telephony", "call_note", FOLLOW_PARK_KEY, kept_note_take },
    { "notifier", "mail", FOLLOW_PARK_KEY, inquiry_mails_told },
    { "billing", "billing_run", FOLLOW_STOP, kept_run_take },
    { "billing", "voucher_mark", FOLLOW_STOP, kept_voucher_take },
};

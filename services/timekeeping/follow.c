// SPDX-License-Identifier: Apache-2.0
// Which facts of others are followed, and who takes them: first what is known, then who acts on it.
#include "services/timekeeping/follow.h"

#include "services/timekeeping/callbacks.h"
#include "services/timekeeping/clocks.h"
#include "services/timekeeping/entries.h"
#include "services/timekeeping/hotline.h"
#include "services/timekeeping/inquiry_mails.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/locks.h"
#include "services/timekeeping/todo.h"

static bool gone(const struct fact *fact)
{
    return fact->has_deleted && fact->deleted;
}

static bool call_told(struct request *rq, const struct fact *fact, const void *row)
{
    struct key key = key_of_id(fact->entity);
    struct call before;
    bool was = table_get(rq->txn, &kept_call_table, &scope_house, &key, rq->arena, &before);

    if (!kept_call_take(rq, fact, row))
        return false;
    if (gone(fact)) {
        hotline_forget(rq, fact->entity);
        return true;
    }
    return clocks_call_told(rq, row) && hotline_told(rq, row) &&
           callbacks_call(rq, was ? &before : NULL, row);
}

static bool note_told(struct request *rq, const struct fact *fact, const void *row)
{
    return kept_note_take(rq, fact, row) && (gone(fact) || entries_note_told(rq, row));
}

static bool staff_told(struct request *rq, const struct fact *fact, const void *row)
{
    return kept_staff_take(rq, fact, row) && stand_in_stale(rq) &&
           (gone(fact) || clocks_staff_told(rq, row));
}

static bool absence_told(struct request *rq, const struct fact *fact, const void *row)
{
    return kept_absence_take(rq, fact, row) && stand_in_stale(rq);
}

const struct follow timekeeping_follows[TIMEKEEPING_FOLLOWS] = {
    { "contacts", "contact", FOLLOW_PARK_KEY, kept_contact_take },
    { "contacts", "contact_merged", FOLLOW_PARK_KEY, kept_merged_take },
    { "contacts", "client", FOLLOW_PARK_KEY, kept_client_take },
    { "contacts", "staff", FOLLOW_PARK_KEY, staff_told },
    { "contacts", "team", FOLLOW_PARK_KEY, kept_team_take },
    { "contacts", "file", FOLLOW_PARK_KEY, kept_file_take },
    { "contacts", "absence", FOLLOW_PARK_KEY, absence_told },
    { "telephony", "call", FOLLOW_PARK_KEY, call_told },
    { "telephony", "call_note", FOLLOW_PARK_KEY, note_told },
    { "notifier", "mail", FOLLOW_PARK_KEY, inquiry_mails_told },
    { "billing", "billing_run", FOLLOW_STOP, locks_run_take },
    { "billing", "voucher_mark", FOLLOW_STOP, locks_voucher_take },
};

// SPDX-License-Identifier: Apache-2.0
// The mailboxes, as they are asked for.
#include "services/timekeeping/house.h"
#include "services/timekeeping/mailboxes.h"

#define SERVICE_FILE "proto/timekeeping_mailbox.def"
#include "proto/handlers.inc"

bool mailbox_list(struct request *rq, const struct nothing *in, struct mailboxes *out)
{
    const struct timekeeping_house *house = timekeeping_house(rq);
    struct mailbox_row *rows = arena_array(rq->arena, house->mailboxes_count + 1, sizeof *rows);
    struct mailbox_cursor cursor;

    (void)in;
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = 0; i < house->mailboxes_count; i++) {
        rows[i] = *house->mailboxes[i];
        mailbox_cursor_get(rq, rows[i].name, rows[i].place, &cursor);
        rows[i].taken = cursor.taken;
        rows[i].skipped = cursor.skipped;
        rows[i].skipped_for = cursor.skipped_for;
        rows[i].has_waiting = cursor.waiting > 0;
        rows[i].waiting = cursor.waiting;
        rows[i].waiting_for = cursor.waiting > 0 ? mailbox_reason_ROOM : mailbox_reason_ABSENT;
        rows[i].has_last_at = cursor.has_last_at;
        rows[i].last_at = cursor.last_at;
    }
    *out = (struct mailboxes){ .mailboxes = rows, .mailboxes_count = house->mailboxes_count };
    return true;
}

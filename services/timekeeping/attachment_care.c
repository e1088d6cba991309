// SPDX-License-Identifier: Apache-2.0
// What becomes of attachments by itself.
#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/attachments.h"
#include "services/timekeeping/blobs.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/store_attachment.h"

#define SERVICE_FILE "proto/timekeeping_attachment.def"
#include "proto/handlers.inc"

#define UNFINISHED_US   DAYS(1)
#define REMOVED_AT_ONCE 50
#define LOOKED_AT_ONCE  50 // each may write four rows

// --- what nobody finished
static bool remove_unfinished(struct request *rq, bool *ret_more)
{
    struct walk_options options = { .index = attachment_unfinished, .scope = &scope_house };
    struct attachment *rows = arena_array(rq->arena, REMOVED_AT_ONCE, sizeof *rows);
    size_t count = 0;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, &attachment_table, &options, rq->arena);
    while (count < REMOVED_AT_ONCE && walk_next(walk, &rows[count]) &&
           rows[count].added_at + UNFINISHED_US <= rq->now_us)
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        struct key key = key_of_id(rows[i].id);
        if (rows[i].state == attachment_state_COMING && !blob_release(rq, rows[i].id))
            return false;
        (void)table_del(rq->txn, &attachment_table, &key);
        rows[i].version++;
        emit_attachment(rq, &rows[i], true);
    }
    *ret_more |= count == REMOVED_AT_ONCE;
    return true;
}

// --- what is too old
static bool is_old(struct request *rq, const struct attachment *row, int64_t keep_us)
{
    struct inquiry inquiry;

    return row->state == attachment_state_HERE && inquiry_row(rq, row->inquiry, &inquiry) &&
           inquiry.state == inquiry_state_CLOSED && inquiry.has_closed_at &&
           inquiry.closed_at + keep_us <= rq->now_us;
}

// Once each local day all are looked through, some at a time.
static bool remove_old(struct request *rq, bool *ret_more)
{
    int64_t keep_us = timekeeping_house(rq)->attachments_keep_us;
    int64_t day = house_day(rq, rq->now_us);
    struct blob_care care = blob_care_get(rq);
    struct attachment *rows = arena_array(rq->arena, LOOKED_AT_ONCE, sizeof *rows);
    size_t count = 0;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (keep_us == 0 || (care.has_day && care.day == day && id_is_zero(care.after)))
        return true;
    struct walk_options options = { .scope = &scope_house };
    if (!id_is_zero(care.after))
        options.after = key_of_id(care.after);
    struct walk *walk = walk_open(rq->txn, &attachment_table, &options, rq->arena);
    while (count < LOOKED_AT_ONCE && walk_next(walk, &rows[count]))
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        if (is_old(rq, &rows[i], keep_us) &&
            !attachments_delete(rq, &rows[i], text_german(TEXT_ATTACHMENT_AGED)))
            return false;
    }
    bool more = count == LOOKED_AT_ONCE;
    // Deleting has written the row meanwhile.
    care = blob_care_get(rq);
    care.has_day = true;
    care.day = day;
    care.after = more ? rows[count - 1].id : (struct id){ 0 };
    *ret_more |= more;
    return blob_care_put(rq, &care);
}

bool attachments_tick(struct request *rq)
{
    bool more = false;

    return blobs_remove_unused(rq, &more) && remove_unfinished(rq, &more) &&
           remove_old(rq, &more) && more;
}

// SPDX-License-Identifier: Apache-2.0
// Attachments, as they are asked for.
#include "common/step/rows.h"
#include "services/timekeeping/attachments.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/store_attachment.h"

#define SERVICE_FILE "proto/timekeeping_attachment.def"
#include "proto/handlers.inc"

#define LIMIT_OTHERWISE 50
#define LOOKED_AT_MOST  2000

bool attachment_begin(struct request *rq, const struct attachment_new *in, struct attachment *out)
{
    return attachments_begin(rq, in, out);
}

bool attachment_chunk(struct request *rq, const struct attachment_piece *in, struct attachment *out)
{
    return attachments_add(rq, in, out);
}

bool attachment_get(struct request *rq, const struct by_id *in, struct attachment *out)
{
    if (!attachment_find(rq, in->id, out))
        return false;
    attachment_show(rq, out);
    return true;
}

bool attachment_read(struct request *rq, const struct attachment_place *in,
                     struct attachment_bytes *out)
{
    return attachments_read(rq, in, out);
}

bool attachment_delete(struct request *rq, const struct attachment_removal *in,
                       struct attachment *out)
{
    return attachment_find(rq, in->id, out) && attachments_delete(rq, out, in->reason);
}

// --- listing
static bool is_shown(const struct attachment *row, bool deleted)
{
    return deleted || row->state == attachment_state_HERE || row->state == attachment_state_COMING;
}

bool attachment_list(struct request *rq, const struct attachment_query *in,
                     struct attachment_page *out)
{
    size_t limit = in->has_limit ? (size_t)in->limit : LIMIT_OTHERWISE, count = 0, looked = 0;
    struct attachment *rows = arena_array(rq->arena, limit + 1, sizeof *rows);
    bool deleted = in->has_deleted && in->deleted;
    struct inquiry inquiry;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    if (!inquiry_named(rq, in->inquiry, in->number, &inquiry))
        return false;
    struct walk_options options = { .index = attachment_by_inquiry,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(inquiry.id) };
    if (!id_is_zero(in->after)) {
        options.after = key_of_id(inquiry.id);
        options.after_row = in->after;
    }
    struct walk *walk = walk_open(rq->txn, &attachment_table, &options, rq->arena);
    while (count <= limit && looked++ < LOOKED_AT_MOST && walk_next(walk, &rows[count]))
        count += is_shown(&rows[count], deleted);
    walk_close(walk);
    out->more = count > limit || looked > LOOKED_AT_MOST;
    out->attachments_count = count > limit ? limit : count;
    out->attachments = rows;
    size_t fits = rows_fit(attachment_record(), rows, out->attachments_count);
    if (fits < out->attachments_count) {
        out->attachments_count = fits;
        out->more = true;
    }
    for (size_t i = 0; i < out->attachments_count; i++)
        attachment_show(rq, &rows[i]);
    return true;
}

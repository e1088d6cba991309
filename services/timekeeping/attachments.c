// SPDX-License-Identifier: Apache-2.0
// Whoever announces a content that is known gets it at once only when they could read it anyway:
// otherwise a checksum would tell what other clients have.
#include "services/timekeeping/attachments.h"

#include <string.h>

#include "common/step/rows.h"
#include "services/timekeeping/blobs.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/store_attachment.h"
#include "services/timekeeping/store_mail.h"

#define SERVICE_FILE "proto/timekeeping_attachment.def"
#include "proto/handlers.inc"

#define INQUIRY_MOST   500
#define LOOKED_AT      50 // rows with the same content
#define READ_OTHERWISE 524288

// --- finding
static bool get(struct request *rq, struct id id, struct attachment *ret)
{
    struct key key = key_of_id(id);

    return table_get(rq->txn, &attachment_table, &scope_house, &key, rq->arena, ret);
}

bool attachment_find(struct request *rq, struct id id, struct attachment *ret)
{
    struct inquiry inquiry;

    return (get(rq, id, ret) && inquiry_find(rq, ret->inquiry, &inquiry)) ||
           fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_ATTACHMENT_UNKNOWN, NULL);
}

void attachment_show(struct request *rq, struct attachment *row)
{
    struct blob blob;

    row->has_received = row->state == attachment_state_COMING && blob_get(rq, row->id, &blob);
    if (row->has_received)
        row->received = blob.received;
}

static bool write(struct request *rq, struct attachment *row)
{
    row->version++;
    row->has_received = false;
    if (!table_put(rq->txn, &attachment_table, row, &rq->err))
        return false;
    emit_attachment(rq, row, false);
    return true;
}

// --- announcing
static bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

// The same file of the same inquiry: it goes on, or is here. ERR_CONFLICT when there are too many.
static bool same_before(struct request *rq, const struct attachment *wanted, bool *ret_found,
                        struct attachment *out)
{
    struct walk_options options = { .index = attachment_by_inquiry,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(wanted->inquiry) };
    struct walk *walk = walk_open(rq->txn, &attachment_table, &options, rq->arena);
    size_t here = 0;

    *ret_found = false;
    while (!*ret_found && here < INQUIRY_MOST && walk_next(walk, out)) {
        bool counts = out->state == attachment_state_HERE || out->state == attachment_state_COMING;
        here += counts;
        *ret_found = counts && out->size == wanted->size && bytes_equal(out->hash, wanted->hash) &&
                     strcmp(out->name, wanted->name) == 0;
    }
    walk_close(walk);
    return *ret_found || here < INQUIRY_MOST ||
           fail(&rq->err, ERR_CONFLICT, "inquiry", TEXT_ATTACHMENT_MANY,
                int_text(INQUIRY_MOST).text, NULL);
}

static bool may_read_content(struct request *rq, struct bytes hash)
{
    struct walk_options options = { .index = attachment_by_hash,
                                    .scope = &scope_house,
                                    .prefix = attachment_hash_key(hash) };
    struct walk *walk = walk_open(rq->txn, &attachment_table, &options, rq->arena);
    struct inquiry inquiry;
    struct attachment row;
    bool may = false;

    for (int i = 0; !may && i < LOOKED_AT && walk_next(walk, &row); i++)
        may = inquiry_find(rq, row.inquiry, &inquiry);
    walk_close(walk);
    return may;
}

// All bytes have come, or were known: the row is here and counted.
static bool arrived(struct request *rq, struct attachment *row)
{
    row->state = attachment_state_HERE;
    return write(rq, row) && inquiry_attachments(rq, row->inquiry, 1);
}

static bool judge(struct request *rq, struct blob *blob, struct attachment *row)
{
    switch (blob_end(rq, blob)) {
    case BLOB_WHOLE: return arrived(rq, row);
    case BLOB_WRONG: row->state = attachment_state_REFUSED; return write(rq, row);
    default: return false;
    }
}

static bool mail_fits(struct request *rq, struct id mail, struct id inquiry)
{
    struct key key = key_of_id(mail);
    struct inquiry_mail row;

    return id_is_zero(mail) ||
           (table_get(rq->txn, &inquiry_mail_table, &scope_house, &key, rq->arena, &row) &&
            id_equal(row.inquiry, inquiry)) ||
           fail(&rq->err, ERR_NOT_FOUND, "mail", TEXT_INQUIRY_MAIL_UNKNOWN, NULL);
}

static bool start(struct request *rq, const struct attachment_new *in, struct attachment *row)
{
    struct blob blob;

    if (blob_of_hash(rq, in->hash, &blob) && blob.size == in->size &&
        may_read_content(rq, in->hash))
        return blob_use(rq, &blob) && arrived(rq, row);
    if (!blob_begin(rq, row->id, in, &blob))
        return false;
    return in->size == 0 ? judge(rq, &blob, row) : write(rq, row);
}

bool attachments_begin(struct request *rq, const struct attachment_new *in, struct attachment *out)
{
    struct attachment row = { .state = attachment_state_COMING,
                              .mail = in->mail,
                              .size = in->size,
                              .hash = in->hash,
                              .added_at = rq->now_us,
                              .added_by = rq->actor };
    struct inquiry inquiry;
    bool found;

    if (!inquiry_named(rq, in->inquiry, in->number, &inquiry) ||
        !mail_fits(rq, in->mail, inquiry.id))
        return false;
    if (in->hash.size != ATTACHMENT_HASH_BYTES)
        return fail(&rq->err, ERR_INVALID, "hash", TEXT_ATTACHMENT_HASH, NULL);
    row.inquiry = inquiry.id;
    row.client = inquiry.client;
    row.name = attachment_name(in->name, rq->arena, &rq->err);
    row.content_type = attachment_type(in->content_type, rq->arena);
    if (!row.name || !same_before(rq, &row, &found, out))
        return false;
    if (!found) {
        row.id = new_id(rq);
        if (!start(rq, in, &row))
            return false;
        *out = row;
    }
    attachment_show(rq, out);
    return true;
}

// --- bytes
bool attachments_add(struct request *rq, const struct attachment_piece *in, struct attachment *out)
{
    struct blob blob;

    if (!attachment_find(rq, in->id, out))
        return false;
    if (out->state == attachment_state_HERE)
        return true;
    if (out->state != attachment_state_COMING || !blob_get(rq, out->id, &blob))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_ATTACHMENT_GONE, out->name, NULL);
    if (in->offset >= blob.received) {
        if (!attachment_piece_fits(in, blob.received, blob.size, &rq->err) ||
            !blob_append(rq, &blob, in->offset, in->bytes))
            return false;
        if (blob.received == blob.size && !judge(rq, &blob, out))
            return false;
    }
    attachment_show(rq, out);
    return true;
}

static bool content_of(struct request *rq, const struct attachment *row, struct blob *ret)
{
    return row->state == attachment_state_HERE && blob_of_hash(rq, row->hash, ret);
}

bool attachments_read(struct request *rq, const struct attachment_place *in,
                      struct attachment_bytes *out)
{
    struct attachment row;

    return attachment_find(rq, in->id, &row) && attachments_bytes(rq, in, out);
}

bool attachments_bytes(struct request *rq, const struct attachment_place *in,
                       struct attachment_bytes *out)
{
    size_t limit = in->has_limit ? (size_t)in->limit : READ_OTHERWISE;
    struct attachment row;
    struct blob blob;

    if (!get(rq, in->id, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_ATTACHMENT_UNKNOWN, NULL);
    if (!content_of(rq, &row, &blob))
        return fail(&rq->err, ERR_CONFLICT, "id",
                    row.state == attachment_state_COMING ? TEXT_ATTACHMENT_COMING
                                                         : TEXT_ATTACHMENT_GONE,
                    row.name, NULL);
    *out = (struct attachment_bytes){ .offset = in->offset,
                                      .bytes = blob_bytes(rq, blob.id, in->offset, limit),
                                      .size = blob.size };
    out->more = in->offset + (int64_t)out->bytes.size < blob.size;
    if (out->more && out->bytes.size == 0)
        return fail(&rq->err, ERR_INTERNAL, NULL, TEXT_INTERNAL, NULL);
    return true;
}

// --- going
bool attachments_delete(struct request *rq, struct attachment *row, const char *reason)
{
    bool here = row->state == attachment_state_HERE;
    struct blob blob;
    struct id content = row->id;

    if (!here && row->state != attachment_state_COMING)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_ATTACHMENT_GONE, row->name, NULL);
    if (here && content_of(rq, row, &blob))
        content = blob.id;
    row->state = attachment_state_DELETED;
    row->has_deleted_at = true;
    row->deleted_at = rq->now_us;
    row->deleted_by = rq->actor;
    row->reason = reason;
    return blob_release(rq, content) && write(rq, row) &&
           (!here || inquiry_attachments(rq, row->inquiry, -1));
}

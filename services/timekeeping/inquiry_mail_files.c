// SPDX-License-Identifier: Apache-2.0
// An answer's row promises its attachments by checksum. Their bytes are too large for the log, so
// the mail room fetches them, as it would read the log, while the answer is to be sent.
#include "services/timekeeping/attachments.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/inquiry_mails.h"
#include "services/timekeeping/store_mail.h"

#define SERVICE_FILE "proto/timekeeping_mail.def"
#include "proto/handlers.inc"

#define FILES_MOST 20
#define PIECE_MOST ((size_t)512 << 10)
#define MEGABYTE   ((int64_t)1 << 20)

// --- promising
static bool is_among(const struct inquiry_mail_file *files, size_t count, struct id id)
{
    for (size_t i = 0; i < count; i++) {
        if (id_equal(files[i].id, id))
            return true;
    }
    return false;
}

static bool promise(struct request *rq, const struct inquiry *inquiry, struct id id,
                    struct inquiry_mail_file *out)
{
    struct attachment row;

    if (!attachment_find(rq, id, &row) || !id_equal(row.inquiry, inquiry->id))
        return fail(&rq->err, ERR_NOT_FOUND, "attachments", TEXT_INQUIRY_MAIL_FILE_NONE,
                    id_text(id).text, inquiry->number, NULL);
    if (row.state != attachment_state_HERE)
        return fail(&rq->err, ERR_CONFLICT, "attachments",
                    row.state == attachment_state_COMING ? TEXT_ATTACHMENT_COMING
                                                         : TEXT_ATTACHMENT_GONE,
                    row.name, NULL);
    *out = (struct inquiry_mail_file){ .id = id,
                                       .name = row.name,
                                       .content_type = row.content_type,
                                       .size = row.size,
                                       .hash = row.hash };
    return true;
}

bool inquiry_mail_promise(struct request *rq, const struct inquiry_answer *in,
                          const struct inquiry *inquiry, struct inquiry_mail *out)
{
    struct inquiry_mail_file *files = arena_array(rq->arena, FILES_MOST, sizeof *files);
    int64_t most = timekeeping_house(rq)->reply_max_bytes, sum = 0;
    size_t count = 0;

    if (!files)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = 0; i < in->attachments_count; i++) {
        if (is_among(files, count, in->attachments[i]))
            continue;
        if (!promise(rq, inquiry, in->attachments[i], &files[count]))
            return false;
        sum += files[count++].size;
    }
    if (sum > most)
        return fail(&rq->err, ERR_TOO_LARGE, "attachments", TEXT_INQUIRY_MAIL_FILES_BIG,
                    int_text((sum + MEGABYTE - 1) / MEGABYTE).text, int_text(most / MEGABYTE).text,
                    NULL);
    out->attachments = files;
    out->attachments_count = count;
    return true;
}

// --- keeping the promise
static bool is_to_be_sent(const struct inquiry_mail *mail)
{
    return mail->direction == mail_direction_OUT &&
           (mail->state == mail_state_WANTED || mail->state == mail_state_STARTED);
}

// Whoever may follow the log sees what it tells of, also of a locked file; but nothing that no
// answer promises.
bool inquiry_mail_read(struct request *rq, const struct inquiry_mail_place *in,
                       struct attachment_bytes *out)
{
    struct attachment_place place = {
        .id = in->attachment, .offset = in->offset, .has_limit = true, .limit = (int64_t)PIECE_MOST
    };
    struct key key = key_of_id(in->mail);
    struct inquiry_mail mail;

    if (!table_get(rq->txn, &inquiry_mail_table, &rq->scope, &key, rq->arena, &mail) ||
        !is_to_be_sent(&mail) || !is_among(mail.attachments, mail.attachments_count, place.id))
        return fail(&rq->err, ERR_NOT_FOUND, "mail", TEXT_INQUIRY_MAIL_SETTLED, NULL);
    return attachments_bytes(rq, &place, out);
}

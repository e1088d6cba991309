// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/mailboxes.h"

#include <string.h>

#include "services/timekeeping/blobs.h"
#include "services/timekeeping/inquiry_mails.h"
#include "services/timekeeping/store_mail.h"

#define FORGOTTEN_AT_ONCE 100
#define LOOKED_AT         50

void mailbox_cursor_get(struct request *rq, const char *name, const char *place,
                        struct mailbox_cursor *out)
{
    struct key key;

    key_init(&key);
    key_str(&key, name);
    if (table_get(rq->txn, &mailbox_cursor_table, &scope_house, &key, rq->arena, out) &&
        strcmp(out->place, place) == 0)
        return;
    *out = (struct mailbox_cursor){ .name = name, .place = place, .since = rq->now_us };
}

static struct id box_id(const struct mailbox_cursor *row)
{
    return id_of_name(row->name, row->place);
}

static bool put(struct request *rq, const struct mailbox_cursor *row)
{
    return table_put(rq->txn, &mailbox_cursor_table, row, &rq->err);
}

static bool moved(struct request *rq, const struct mailbox_pick *pick, struct mailbox_cursor *row)
{
    if (!pick->again) {
        row->validity = pick->validity;
        row->uid = pick->uid;
    }
    row->has_last_at = true;
    row->last_at = rq->now_us;
    return put(rq, row);
}

static bool is_at(const struct mailbox_cursor *row, const struct mailbox_pick *pick)
{
    return row->validity == pick->validity && row->uid == pick->uid;
}

// --- what waits
static void count_waiting(struct mailbox_cursor *row, int64_t more)
{
    int64_t waiting = row->waiting + more;

    row->has_waiting = waiting > 0;
    row->waiting = waiting > 0 ? waiting : 0;
}

static bool waiting_get(struct request *rq, const struct mailbox_cursor *row,
                        const struct mailbox_pick *pick, struct mailbox_waiting *ret)
{
    struct key key = mailbox_waiting_key(box_id(row), pick->validity, pick->uid);

    return table_get(rq->txn, &mailbox_waiting_table, &scope_house, &key, rq->arena, ret);
}

static void forget(struct request *rq, const struct mailbox_pick *pick, struct mailbox_cursor *row)
{
    struct key key = mailbox_waiting_key(box_id(row), pick->validity, pick->uid);

    if (table_del(rq->txn, &mailbox_waiting_table, &key))
        count_waiting(row, -1);
}

static bool wait_for_room(struct request *rq, const struct mailbox_pick *pick, int64_t bytes,
                          struct mailbox_cursor *row)
{
    struct mailbox_waiting waiting;
    bool known = waiting_get(rq, row, pick, &waiting);

    if (!known) {
        waiting = (struct mailbox_waiting){ .box = box_id(row),
                                            .validity = pick->validity,
                                            .uid = pick->uid,
                                            .inquiry = row->inquiry,
                                            .mail = row->mail,
                                            .since = rq->now_us };
        count_waiting(row, 1);
    }
    waiting.bytes = bytes;
    return table_put(rq->txn, &mailbox_waiting_table, &waiting, &rq->err);
}

static bool forget_old(struct request *rq, struct mailbox_cursor *row)
{
    struct walk_options options = { .scope = &scope_house, .prefix = key_of_id(box_id(row)) };
    struct walk *walk = walk_open(rq->txn, &mailbox_waiting_table, &options, rq->arena);
    struct mailbox_pick old[FORGOTTEN_AT_ONCE];
    struct mailbox_waiting waiting;
    size_t count = 0;

    for (int i = 0; i < FORGOTTEN_AT_ONCE && walk_next(walk, &waiting); i++) {
        if (waiting.validity != row->validity)
            old[count++] =
                (struct mailbox_pick){ .validity = waiting.validity, .uid = waiting.uid };
    }
    walk_close(walk);
    for (size_t i = 0; i < count; i++)
        forget(rq, &old[i], row);
    return count == 0 || put(rq, row);
}

bool mailbox_waiting_next(struct request *rq, struct mailbox_cursor *cursor,
                          struct mailbox_waiting *ret, bool *ret_found)
{
    struct key key = key_of_id(box_id(cursor));

    *ret_found = false;
    if (cursor->waiting == 0)
        return true;
    if (!forget_old(rq, cursor))
        return false;
    struct walk_options options = { .scope = &scope_house, .prefix = key };
    struct walk *walk = walk_open(rq->txn, &mailbox_waiting_table, &options, rq->arena);
    for (int i = 0; !*ret_found && i < LOOKED_AT && walk_next(walk, ret); i++)
        *ret_found = ret->validity == cursor->validity && blobs_have_room(rq, ret->bytes);
    walk_close(walk);
    return true;
}

// --- one mail
static bool take_again(struct request *rq, const struct mailbox_pick *pick,
                       struct mailbox_cursor *out)
{
    struct mailbox_waiting waiting;

    if (!waiting_get(rq, out, pick, &waiting))
        return fail(&rq->err, ERR_NOT_FOUND, NULL, TEXT_INQUIRY_MAIL_UNKNOWN, NULL);
    out->inquiry = waiting.inquiry;
    out->mail = waiting.mail;
    return true;
}

bool mailbox_take(struct request *rq, const struct mailbox_pick *pick,
                  const struct inquiry_mail_new *mail, struct mailbox_cursor *out)
{
    struct inquiry_mail_new in = *mail;
    struct inquiry_mail_taken taken;

    mailbox_cursor_get(rq, pick->name, pick->place, out);
    if (pick->again)
        return take_again(rq, pick, out);
    if (is_at(out, pick) && out->has_coming && out->coming)
        return true;
    in.client = pick->client;
    if (!inquiry_mails_add(rq, &in, &taken))
        return false;
    out->taken += taken.known ? 0 : 1;
    out->has_coming = out->coming = pick->attachments;
    out->inquiry = taken.mail->inquiry;
    out->mail = taken.mail->id;
    return moved(rq, pick, out);
}

static void count_skipped(struct mailbox_cursor *row, enum mailbox_reason reason)
{
    row->skipped++;
    row->skipped_for = reason;
}

bool mailbox_skip(struct request *rq, const struct mailbox_pick *pick, enum mailbox_reason reason,
                  struct mailbox_cursor *out)
{
    mailbox_cursor_get(rq, pick->name, pick->place, out);
    if (reason != mailbox_reason_ABSENT)
        count_skipped(out, reason);
    if (pick->again)
        forget(rq, pick, out);
    else
        out->has_coming = out->coming = false;
    return moved(rq, pick, out);
}

bool mailbox_finish(struct request *rq, const struct mailbox_pick *pick,
                    const struct mailbox_end *end, struct mailbox_cursor *out)
{
    mailbox_cursor_get(rq, pick->name, pick->place, out);
    if (end->partly)
        count_skipped(out, mailbox_reason_PARTLY);
    if (end->short_of > 0 && !wait_for_room(rq, pick, end->short_of, out))
        return false;
    if (end->short_of == 0 && pick->again)
        forget(rq, pick, out);
    if (!pick->again)
        out->has_coming = out->coming = false;
    return moved(rq, pick, out);
}

// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/mailboxes.h"

#include <string.h>

#include "services/timekeeping/inquiry_mails.h"
#include "services/timekeeping/store_mail.h"

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

static bool moved(struct request *rq, const struct mailbox_pick *pick, struct mailbox_cursor *row)
{
    row->validity = pick->validity;
    row->uid = pick->uid;
    row->has_last_at = true;
    row->last_at = rq->now_us;
    return table_put(rq->txn, &mailbox_cursor_table, row, &rq->err);
}

static bool is_at(const struct mailbox_cursor *row, const struct mailbox_pick *pick)
{
    return row->validity == pick->validity && row->uid == pick->uid;
}

bool mailbox_take(struct request *rq, const struct mailbox_pick *pick,
                  const struct inquiry_mail_new *mail, struct mailbox_cursor *out)
{
    struct inquiry_mail_new in = *mail;
    struct inquiry_mail_taken taken;

    mailbox_cursor_get(rq, pick->name, pick->place, out);
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

bool mailbox_skip(struct request *rq, const struct mailbox_pick *pick, struct mailbox_cursor *out)
{
    mailbox_cursor_get(rq, pick->name, pick->place, out);
    out->skipped++;
    out->has_coming = out->coming = false;
    return moved(rq, pick, out);
}

bool mailbox_finish(struct request *rq, const struct mailbox_pick *pick, struct mailbox_cursor *out)
{
    mailbox_cursor_get(rq, pick->name, pick->place, out);
    out->has_coming = out->coming = false;
    return moved(rq, pick, out);
}

// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/store_mail.h"

#include <stddef.h>

#include "services/timekeeping/store.h"

_Static_assert(offsetof(struct inquiry_mail, id) == 0, "inquiry_mail");

struct key inquiry_mail_message_key(const char *message_id)
{
    struct key key;

    key_init(&key);
    key_str(&key, message_id);
    return key;
}

struct key inquiry_mail_place_key(struct id inquiry, int64_t taken_at)
{
    struct key key = key_of_id(inquiry);

    key_int(&key, taken_at);
    return key;
}

static void inquiry_keys(const void *row, struct keys *keys)
{
    const struct inquiry_mail *mail = row;
    struct key key = inquiry_mail_place_key(mail->inquiry, mail->taken_at);

    keys_add(keys, &key);
}

static void message_keys(const void *row, struct keys *keys)
{
    struct key key = inquiry_mail_message_key(((const struct inquiry_mail *)row)->message_id);

    keys_add(keys, &key);
}

static const struct index indexes[] = {
    { "inquiry_mail.by_inquiry", inquiry_keys, .query = "the mails of an inquiry in order" },
    { "inquiry_mail.by_message", message_keys, .query = "the mail with this Message-ID" },
};
const struct index *const inquiry_mail_by_inquiry = &indexes[0];
const struct index *const inquiry_mail_by_message = &indexes[1];

const struct table inquiry_mail_table = {
    .name = "inquiry_mail",
    .number = 55,
    .record = inquiry_mail_record,
    .key = row_id_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
    .grows = true,
};

// --- mailboxes
static void cursor_key(const void *row, struct key *key)
{
    key_str(key, ((const struct mailbox_cursor *)row)->name);
}

const struct table mailbox_cursor_table = {
    .name = "mailbox_cursor",
    .number = 56,
    .record = mailbox_cursor_record,
    .key = cursor_key,
};

struct key mailbox_waiting_key(struct id box, int64_t validity, int64_t uid)
{
    struct key key = key_of_id(box);

    key_int(&key, validity);
    key_int(&key, uid);
    return key;
}

static void waiting_key(const void *row, struct key *key)
{
    const struct mailbox_waiting *waiting = row;

    *key = mailbox_waiting_key(waiting->box, waiting->validity, waiting->uid);
}

const struct table mailbox_waiting_table = {
    .name = "mailbox_waiting",
    .number = 57,
    .record = mailbox_waiting_record,
    .key = waiting_key,
};

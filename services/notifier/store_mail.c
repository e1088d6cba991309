// SPDX-License-Identifier: Apache-2.0
// Mails and what they say; apart, because mails are told and letters are not.
#include "services/notifier/store_mail.h"

#include "common/base/compiler.h"

struct key mail_state_key(enum mail_state state)
{
    struct key key;

    key_init(&key);
    key_int(&key, (int64_t)state);
    return key;
}

struct key mail_time_key(int64_t wanted_at)
{
    struct key key;

    key_init(&key);
    key_int(&key, wanted_at);
    return key;
}

static void mail_key(const void *row, struct key *key)
{
    const struct mail_row *mail = row;

    key_id(key, mail->id);
}

static void note_keys(const void *row, struct keys *keys)
{
    const struct mail_row *mail = row;
    struct key key = key_of_id(mail->note);

    keys_add(keys, &key);
}

static void state_keys(const void *row, struct keys *keys)
{
    const struct mail_row *mail = row;
    struct key key = mail_state_key(mail->state);

    key_int(&key, mail->has_next_at ? mail->next_at : mail->moved_at);
    keys_add(keys, &key);
}

static void time_keys(const void *row, struct keys *keys)
{
    const struct mail_row *mail = row;
    struct key key = mail_time_key(mail->wanted_at);

    keys_add(keys, &key);
}

static const struct index indexes[] = {
    { .name = "mail.by_note", .keys = note_keys, .query = "the mails of a call note" },
    { .name = "mail.by_state",
      .keys = state_keys,
      .query = "which mail is due next; which were begun when the process ended" },
    { .name = "mail.by_time", .keys = time_keys, .query = "the newest mails" },
};
const struct index *const mail_by_note = &indexes[0];
const struct index *const mail_by_state = &indexes[1];
const struct index *const mail_by_time = &indexes[2];

const struct table mail_table = {
    .name = "mail",
    .number = 40,
    .record = mail_row_record,
    .key = mail_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
};

static void letter_key(const void *row, struct key *key)
{
    const struct letter *letter = row;

    key_id(key, letter->id);
}

const struct table letter_table = {
    .name = "letter",
    .number = 41,
    .record = letter_record,
    .key = letter_key,
};

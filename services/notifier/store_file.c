// SPDX-License-Identifier: Apache-2.0
// What the notifier remembers of case files: the open ones, never a locked one.
#include "proto/party.h"
#include "services/notifier/store.h"

static void file_key(const void *row, struct key *key)
{
    const struct file *file = row;

    key_id(key, file->id);
}

// Within a client, as only its contacts take part: the other side first, then the youngest.
static void file_parties(const void *row, struct keys *keys)
{
    const struct file *file = row;

    for (size_t i = 0; i < file->parties_count; i++) {
        struct id contact = file->parties[i].contact;
        bool opposes = party_side_of(file_role_of(file, contact)) == party_side_OPPOSING;
        struct key key = key_of_id(contact);

        key_id(&key, file->client);
        key_int_down(&key, opposes);
        key_int_down(&key, file->opened_at);
        keys_add(keys, &key);
    }
}

const struct index shown_file_by_party = {
    .name = "file.by_party",
    .keys = file_parties,
    .query = "in which open files a caller takes part, the gravest first",
};

const struct table shown_file_table = {
    .name = "file",
    .number = 70,
    .record = file_record,
    .key = file_key,
    .indexes = &shown_file_by_party,
    .index_count = 1,
};

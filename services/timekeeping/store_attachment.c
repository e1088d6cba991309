// SPDX-License-Identifier: Apache-2.0
// A content belongs to the attachment that brings it until it is whole: what somebody only claims
// to have must not touch what others have.
#include "services/timekeeping/store_attachment.h"

#include <sodium.h>
#include <stddef.h>

#include "services/timekeeping/attachment.h"
#include "services/timekeeping/store.h"

#define ID_FIRST(record) _Static_assert(offsetof(struct record, id) == 0, #record)

// --- keys
struct key attachment_hash_key(struct bytes hash)
{
    char hex[2 * ATTACHMENT_HASH_BYTES + 1] = "";
    struct key key;

    if (hash.size == ATTACHMENT_HASH_BYTES)
        (void)sodium_bin2hex(hex, sizeof hex, hash.data, hash.size);
    key_init(&key);
    key_str(&key, hex);
    return key;
}

struct key attachment_time_key(int64_t added_at)
{
    struct key key;

    key_init(&key);
    key_int(&key, added_at);
    return key;
}

struct key blob_piece_key(struct id blob, int64_t offset)
{
    struct key key = key_of_id(blob);

    key_int(&key, offset);
    return key;
}

// --- attachments
ID_FIRST(attachment);

static void inquiry_keys(const void *row, struct keys *keys)
{
    struct key key = key_of_id(((const struct attachment *)row)->inquiry);

    keys_add(keys, &key);
}

static void hash_keys(const void *row, struct keys *keys)
{
    const struct attachment *attachment = row;
    struct key key = attachment_hash_key(attachment->hash);

    if (attachment->state == attachment_state_HERE)
        keys_add(keys, &key);
}

static void unfinished_keys(const void *row, struct keys *keys)
{
    const struct attachment *attachment = row;
    struct key key = attachment_time_key(attachment->added_at);

    if (attachment->state == attachment_state_COMING ||
        attachment->state == attachment_state_REFUSED)
        keys_add(keys, &key);
}

static const struct index attachment_indexes[] = {
    { "attachment.by_inquiry", inquiry_keys, .query = "the attachments of an inquiry" },
    { "attachment.by_hash", hash_keys, .query = "who has this content already" },
    { "attachment.unfinished", unfinished_keys, .query = "which were never finished" },
};
const struct index *const attachment_by_inquiry = &attachment_indexes[0];
const struct index *const attachment_by_hash = &attachment_indexes[1];
const struct index *const attachment_unfinished = &attachment_indexes[2];

const struct table attachment_table = {
    .name = "attachment",
    .number = 12,
    .record = attachment_record,
    .key = row_id_key,
    .indexes = attachment_indexes,
    .index_count = COUNT_OF(attachment_indexes),
    .grows = true,
};

// --- contents
ID_FIRST(blob);
ID_FIRST(blob_care);

static void blob_hash_keys(const void *row, struct keys *keys)
{
    const struct blob *blob = row;
    struct key key = attachment_hash_key(blob->hash);

    if (blob->whole && blob->uses > 0)
        keys_add(keys, &key);
}

static void blob_unused_keys(const void *row, struct keys *keys)
{
    const struct blob *blob = row;
    struct key key = key_of_id(blob->id);

    if (blob->uses == 0)
        keys_add(keys, &key);
}

static const struct index blob_indexes[] = {
    { "blob.by_hash", blob_hash_keys, .unique = true, .field = "hash",
      .query = "the content with this checksum" },
    { "blob.unused", blob_unused_keys, .query = "which content nobody has any more" },
};
const struct index *const blob_by_hash = &blob_indexes[0];
const struct index *const blob_unused = &blob_indexes[1];

const struct table blob_table = {
    .name = "blob",
    .number = 50,
    .record = blob_record,
    .key = row_id_key,
    .indexes = blob_indexes,
    .index_count = COUNT_OF(blob_indexes),
};

static void piece_key(const void *row, struct key *key)
{
    const struct blob_piece *piece = row;

    key_id(key, piece->blob);
    key_int(key, piece->offset);
}

const struct table blob_piece_table = {
    .name = "blob_piece",
    .number = 51,
    .record = blob_piece_record,
    .key = piece_key,
};

const struct table blob_care_table = {
    .name = "blob_care",
    .number = 52,
    .record = blob_care_record,
    .key = row_id_key,
};

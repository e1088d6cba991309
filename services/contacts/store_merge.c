// SPDX-License-Identifier: Apache-2.0
// Tables of merges and of imports.
#include "services/contacts/store.h"

// --- merges, by the contact that went
static void merged_key(const void *row, struct key *key)
{
    const struct contact_merged *merged = row;
    key_id(key, merged->id);
}

struct key merged_to_key(struct id to)
{
    return key_of_id(to);
}

static void merged_to(const void *row, struct keys *keys)
{
    const struct contact_merged *merged = row;
    struct key key = merged_to_key(merged->to);
    keys_add(keys, &key);
}

static void merged_at(const void *row, struct keys *keys)
{
    const struct contact_merged *merged = row;
    struct key key;
    key_init(&key);
    key_int_down(&key, merged->merged_at);
    keys_add(keys, &key);
}

const struct index merged_indexes[MERGED_INDEXES] = {
    [MERGED_BY_TO] = { .name = "merged.by_to",
                       .keys = merged_to,
                       .query = "who was merged into this contact, also those taken back" },
    [MERGED_BY_TIME] = { .name = "merged.by_time",
                         .keys = merged_at,
                         .query = "the newest merges" },
};

const struct table merged_table = {
    .name = "merged",
    .number = 50,
    .record = contact_merged_record,
    .key = merged_key,
    .indexes = merged_indexes,
    .index_count = MERGED_INDEXES,
};

static void detail_key(const void *row, struct key *key)
{
    const struct merge_detail *detail = row;
    key_id(key, detail->id);
}

const struct table merge_detail_table = {
    .name = "merge_detail",
    .number = 51,
    .record = merge_detail_record,
    .key = detail_key,
};

// --- imports
static void import_key(const void *row, struct key *key)
{
    const struct import *import = row;
    key_id(key, import->id);
}

struct key import_digest_key(struct id client, const char *digest)
{
    struct key key;
    key_init(&key);
    key_id(&key, client);
    key_str(&key, digest);
    return key;
}

static void import_digests(const void *row, struct keys *keys)
{
    const struct import *import = row;
    struct key key = import_digest_key(import->client, import->digest);
    keys_add(keys, &key);
}

const struct index import_by_digest = {
    .name = "import.by_digest",
    .keys = import_digests,
    .query = "was this file taken over before, or broken off",
};

const struct table import_table = {
    .name = "import",
    .number = 52,
    .record = import_record,
    .key = import_key,
    .indexes = &import_by_digest,
    .index_count = 1,
};

// SPDX-License-Identifier: Apache-2.0
// The tables of case files and of conflict checks.
#include "services/contacts/store_file.h"

#include "common/base/text.h"
#include "services/contacts/store_search.h"

#define NUMBER_MEMORY ((size_t)8 << 10)

static void file_key(const void *row, struct key *key)
{
    const struct file *file = row;
    key_id(key, file->id);
}

struct key file_number_key(struct id client, const char *number, struct arena *arena)
{
    struct key key;
    const char *folded = text_fold(arena, number);
    key_init(&key);
    key_id(&key, client);
    key_str(&key, folded ? folded : number);
    return key;
}

static void file_numbers(const void *row, struct keys *keys)
{
    const struct file *file = row;
    struct arena *arena = arena_new(NUMBER_MEMORY);
    struct key key = file_number_key(file->client, file->number, arena);
    keys_add(keys, &key);
    arena_free(arena);
}

const struct index file_by_number = {
    .name = "file.by_number",
    .keys = file_numbers,
    .unique = true,
    .field = "number",
    .query = "whose number is it already",
    .edition = TEXT_FOLD_EDITION,
};

const struct table file_table = {
    .name = "file",
    .number = 20,
    .record = file_record,
    .key = file_key,
    .indexes = &file_by_number,
    .index_count = 1,
    .grows = true,
    .derived = &file_search,
};

static void conflict_key(const void *row, struct key *key)
{
    const struct conflict *conflict = row;
    key_id(key, conflict->id);
}

const struct table conflict_table = {
    .name = "conflict",
    .number = 21,
    .record = conflict_record,
    .key = conflict_key,
    .grows = true,
};

// SPDX-License-Identifier: Apache-2.0
// Entries change while they are open, so their indexes are not bucketed.
#include "services/telephony/store_missed.h"

#include "common/base/compiler.h"

struct key missed_who_key(const char *who)
{
    struct key key;
    key_init(&key);
    key_str(&key, who);
    return key;
}

struct key missed_done_key(bool done)
{
    struct key key;
    key_init(&key);
    key_int(&key, done);
    return key;
}

struct key missed_last_key(bool done, int64_t last_at)
{
    struct key key = missed_done_key(done);
    key_int(&key, last_at);
    return key;
}

static void missed_key(const void *row, struct key *key)
{
    const struct missed *missed = row;
    key_id(key, missed->id);
}

static void open_keys(const void *row, struct keys *keys)
{
    const struct missed *missed = row;
    if (missed->has_done_at)
        return;
    if (!id_is_zero(missed->contact)) {
        struct key key = missed_who_key(id_text(missed->contact).text);
        keys_add(keys, &key);
    }
    for (size_t i = 0; i < missed->numbers_count; i++) {
        struct key key = missed_who_key(missed->numbers[i]);
        keys_add(keys, &key);
    }
}

static void last_keys(const void *row, struct keys *keys)
{
    const struct missed *missed = row;
    struct key key = missed_last_key(missed->has_done_at, missed->last_at);
    keys_add(keys, &key);
}

static const struct index indexes[] = {
    { "missed.open", open_keys,
      .query = "what is open of a caller who was spoken with, or missed again" },
    { "missed.by_last", last_keys, .query = "the work list; what is too old" },
};
const struct index *const missed_open = &indexes[0];
const struct index *const missed_by_last = &indexes[1];

const struct table missed_table = {
    .name = "missed",
    .number = 40,
    .record = missed_record,
    .key = missed_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
};

// SPDX-License-Identifier: Apache-2.0
// The table of what PBXs were asked to do.
#include "services/telephony/store.h"

static void act_key(const void *row, struct key *key)
{
    const struct act *act = row;
    key_id(key, act->id);
}

struct key act_state_key(enum intent_state state)
{
    struct key key;
    key_init(&key);
    key_int(&key, (int64_t)state);
    return key;
}

static void act_state_keys(const void *row, struct keys *keys)
{
    const struct act *act = row;
    if (act->state != intent_state_WANTED && act->state != intent_state_STARTED)
        return;
    struct key key = act_state_key(act->state);
    key_int(&key, act->wanted_at);
    keys_add(keys, &key);
}

static const struct index act_indexes[] = {
    { "act.by_state", act_state_keys, .query = "the oldest wanted one; what was begun" },
};
const struct index *const act_by_state = &act_indexes[0];

const struct table act_table = {
    .name = "act",
    .number = 21,
    .record = act_record,
    .key = act_key,
    .indexes = act_indexes,
    .index_count = COUNT_OF(act_indexes),
    .grows = true,
};

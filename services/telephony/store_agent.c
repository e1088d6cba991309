// SPDX-License-Identifier: Apache-2.0
// The table of agents.
#include "services/telephony/store.h"

static void agent_key(const void *row, struct key *key)
{
    const struct agent *agent = row;
    key_id(key, agent->id);
}

static void agent_wrap_up_keys(const void *row, struct keys *keys)
{
    const struct agent *agent = row;
    if (!agent->has_wrap_up_until)
        return;
    struct key key;
    key_init(&key);
    key_int(&key, agent->wrap_up_until);
    keys_add(keys, &key);
}

static const struct index agent_indexes[] = {
    { "agent.by_wrap_up", agent_wrap_up_keys, .query = "whose wrap-up is over" },
};
const struct index *const agent_by_wrap_up = &agent_indexes[0];

const struct table agent_table = {
    .name = "agent",
    .number = 20,
    .record = agent_record,
    .key = agent_key,
    .indexes = agent_indexes,
    .index_count = COUNT_OF(agent_indexes),
};

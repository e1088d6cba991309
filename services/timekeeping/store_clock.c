// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/store_clock.h"

#include "services/timekeeping/store.h"

static void call_keys(const void *row, struct keys *keys)
{
    const struct clock *clock = row;
    struct key key = key_of_id(clock->call);

    if (!id_is_zero(clock->call))
        keys_add(keys, &key);
}

static const struct index indexes[] = {
    { .name = "clock.by_call", .keys = call_keys, .query = "the clocks of a call's parts" },
};
const struct index *const clock_by_call = &indexes[0];

const struct table clock_table = {
    .name = "clock",
    .number = 3,
    .record = clock_record,
    .key = row_id_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
    .grows = true,
};

// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/store_clock.h"

#include <stddef.h>

#include "common/base/compiler.h"
#include "proto/proto.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"

_Static_assert(offsetof(struct clock, id) == 0, "a clock begins with its id");

struct key clock_of_key(struct id staff, bool by_hand)
{
    struct key key = key_of_id(staff);
    key_int(&key, by_hand);
    return key;
}

struct key clock_end_key(struct id staff, bool by_hand, int64_t end)
{
    struct key key = clock_of_key(staff, by_hand);
    key_int(&key, end);
    return key;
}

struct key clock_staff_key(struct id staff, int64_t started_at)
{
    struct key key = key_of_id(staff);
    key_int(&key, started_at);
    return key;
}

struct key clock_start_key(int64_t started_at)
{
    struct key key;
    key_init(&key);
    key_int(&key, started_at);
    return key;
}

struct key clock_unowned_key(const char *extension)
{
    return kept_text_key(extension);
}

static void staff_keys(const void *row, struct keys *keys)
{
    const struct clock *clock = row;
    struct key key = clock_staff_key(clock->staff, clock->started_at);
    if (!id_is_zero(clock->staff))
        keys_add(keys, &key);
}

static void start_keys(const void *row, struct keys *keys)
{
    const struct clock *clock = row;
    struct key key = clock_start_key(clock->started_at);
    keys_add(keys, &key);
}

static void end_keys(const void *row, struct keys *keys)
{
    const struct clock *clock = row;
    struct key key = clock_end_key(clock->staff, id_is_zero(clock->call),
                                   clock->has_stopped_at ? clock->stopped_at : INT64_MAX);
    if (!id_is_zero(clock->staff))
        keys_add(keys, &key);
}

static void call_keys(const void *row, struct keys *keys)
{
    const struct clock *clock = row;
    struct key key = key_of_id(clock->call);
    if (!id_is_zero(clock->call))
        keys_add(keys, &key);
}

static void due_keys(const void *row, struct keys *keys)
{
    const struct clock *clock = row;
    bool reminds = clock->has_remind_at && !clock->has_reminded_at;
    if (!clock->has_stopped_at && reminds) {
        struct key key = clock_start_key(clock->remind_at);
        keys_add(keys, &key);
    }
    if (!clock->has_stopped_at && clock->has_limit_at) {
        struct key key = clock_start_key(clock->limit_at);
        keys_add(keys, &key);
    }
}

static void unowned_keys(const void *row, struct keys *keys)
{
    const struct clock *clock = row;
    if (!id_is_zero(clock->staff) || !clock->extension)
        return;
    struct key key = clock_unowned_key(clock->extension);
    key_id(&key, clock->id);
    keys_add(keys, &key);
}

static const struct index indexes[] = {
    { .name = "clock.by_staff",
      .keys = staff_keys,
      .query = "somebody's clocks, by their beginning" },
    { .name = "clock.by_start", .keys = start_keys, .query = "all clocks, by their beginning" },
    { .name = "clock.by_end",
      .keys = end_keys,
      .query = "what runs for somebody, and what ran at a time" },
    { .name = "clock.by_call", .keys = call_keys, .query = "the clocks of a call" },
    { .name = "clock.by_due", .keys = due_keys, .query = "which clocks have run too long" },
    { .name = "clock.by_unowned",
      .keys = unowned_keys,
      .query = "clocks of a phone that was nobody's when it was heard of" },
};
const struct index *const clock_by_staff = &indexes[0];
const struct index *const clock_by_start = &indexes[1];
const struct index *const clock_by_end = &indexes[2];
const struct index *const clock_by_call = &indexes[3];
const struct index *const clock_by_due = &indexes[4];
const struct index *const clock_by_unowned = &indexes[5];

const struct table clock_table = {
    .name = "clock",
    .number = 3,
    .record = clock_record,
    .key = row_id_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
    .grows = true,
};

// SPDX-License-Identifier: Apache-2.0
// What the tests of the store share: one table with every sort of index, and a store to put it in.
// Included once per test program.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/store/check.h"
#include "common/store/log.h"
#include "common/store/store.h"
#include "tests/harness/test.h"

#include "proto/structs.inc"

#include "proto/begin.inc"

#include "tests/unit/store_thing.def"

#include "proto/end.inc"

const struct record *thing_record(void);

#include "proto/descriptors.inc"

#include "proto/begin.inc"

#include "tests/unit/store_thing.def"

#include "proto/end.inc"

static void thing_key(const void *row, struct key *key)
{
    const struct thing *thing = row;
    key_id(key, thing->id);
}

static void thing_by_name(const void *row, struct keys *keys)
{
    const struct thing *thing = row;
    struct key key;
    key_init(&key);
    key_str(&key, thing->name);
    keys_add(keys, &key);
}

static void thing_by_badge(const void *row, struct keys *keys)
{
    const struct thing *thing = row;
    struct key key;
    key_init(&key);
    if (!thing->badge)
        return;
    key_str(&key, thing->badge);
    keys_add(keys, &key);
}

static void thing_by_rank(const void *row, struct keys *keys)
{
    const struct thing *thing = row;
    struct key key;
    key_init(&key);
    key_int_down(&key, thing->rank);
    key_str(&key, thing->name);
    keys_add(keys, &key);
}

static void thing_by_tag(const void *row, struct keys *keys)
{
    const struct thing *thing = row;
    for (size_t i = 0; i < thing->tags_count; i++) {
        struct key key;
        key_init(&key);
        key_str(&key, thing->tags[i]);
        keys_add(keys, &key);
    }
}

enum { BY_NAME, BY_BADGE, BY_RANK, BY_TAG, INDEX_COUNT };

static const struct index thing_indexes[INDEX_COUNT] = {
    { "thing.by_name", thing_by_name, .field = "name", .query = "things of a name" },
    { "thing.by_badge", thing_by_badge, .unique = true, .field = "badge",
      .query = "the thing with a badge" },
    { "thing.by_rank", thing_by_rank, .field = "rank", .query = "the highest rank first" },
    { "thing.by_tag", thing_by_tag, .field = "tags", .query = "things with a tag" },
};
static const struct table thing_table = {
    .name = "thing",
    .number = 7,
    .record = thing_record,
    .key = thing_key,
    .indexes = thing_indexes,
    .index_count = INDEX_COUNT,
};

static const struct index growth_indexes[] = {
    { "growth.by_rank", thing_by_rank, .field = "rank", .query = "the highest rank first" },
    { "growth.by_badge", thing_by_badge, .unique = true, .field = "badge",
      .query = "the one with a badge" },
};
static const struct table growth_table = {
    .name = "growth",
    .number = 8,
    .record = thing_record,
    .key = thing_key,
    .indexes = growth_indexes,
    .index_count = COUNT_OF(growth_indexes),
    .grows = true,
};

static const struct table *const thing_tables[] = { &thing_table, &growth_table };

static inline struct store_options thing_options(const char *folder, size_t map_bytes)
{
    return (struct store_options){
        .folder = folder,
        .tables = thing_tables,
        .table_count = COUNT_OF(thing_tables),
        .map_bytes = map_bytes,
        .epoch_if_new = 4711,
    };
}

// A store in the test's own folder; ends the process when it cannot be opened.
static inline struct store *thing_store(const char *folder)
{
    struct err err = { 0 };
    struct store_options options = thing_options(folder, (size_t)1 << 28);
    struct store *store = store_open(&options, &err);
    CHECK_OK(&err);
    return store;
}

static inline struct id thing_id(uint64_t number)
{
    struct id id = { { 0 } };
    for (int i = 0; i < 8; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    id.bytes[0] = 1; // never all zero
    return id;
}

static inline uint64_t thing_number(struct id id)
{
    uint64_t number = 0;
    for (int i = 8; i < 16; i++)
        number = number << 8 | id.bytes[i];
    return number;
}

static inline struct txn *must_write(struct store *store)
{
    struct err err = { 0 };
    struct txn *txn = store_write(store, &err);
    CHECK_OK(&err);
    return txn;
}

static inline struct txn *must_read(struct store *store)
{
    struct err err = { 0 };
    struct txn *txn = store_read(store, &err);
    CHECK_OK(&err);
    return txn;
}

static inline void count_faults(void *context, const char *fault)
{
    size_t *count = context;
    (void)fault;
    (*count)++;
}

static inline void print_fault(void *context, const char *fault)
{
    size_t *count = context;
    fprintf(stderr, "fault: %s\n", fault);
    (*count)++;
}

// Checks the whole store; prints and returns its faults.
static inline size_t thing_check(struct store *store, struct check_report *out)
{
    size_t told = 0;
    struct err err = { 0 };
    CHECK(store_check(store, print_fault, &told, out, &err));
    CHECK_OK(&err);
    CHECK_INT((int64_t)told, (int64_t)out->faults);
    return told;
}

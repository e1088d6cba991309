// SPDX-License-Identifier: Apache-2.0
// An entry is changed until it is billed, then rests; its indexes are mostly of what never changes
// or seldom does. Unbilled ones are few beside all that there ever were.
#include "services/timekeeping/store_entry.h"

#include <stddef.h>

#include "services/timekeeping/rounding.h"
#include "services/timekeeping/store_search.h"

#define ID_FIRST(record) _Static_assert(offsetof(struct record, id) == 0, #record)

// --- kinds of service and rounding rules
ID_FIRST(service_kind);

static void kind_keys(const void *row, struct keys *keys)
{
    const struct service_kind *kind = row;
    struct key key;

    key_init(&key);
    key_str(&key, kind->key);
    keys_add(keys, &key);
}

static const struct index kind_indexes[] = {
    { .name = "service_kind.by_key",
      .keys = kind_keys,
      .unique = true,
      .field = "key",
      .query = "which kind of service this key books" },
};
const struct index *const service_kind_by_key = &kind_indexes[0];

const struct table service_kind_table = {
    .name = "service_kind",
    .number = 1,
    .record = service_kind_record,
    .key = row_id_key,
    .indexes = kind_indexes,
    .index_count = COUNT_OF(kind_indexes),
};

ID_FIRST(rounding_rule);

const struct table rounding_rule_table = {
    .name = "rounding_rule",
    .number = 2,
    .record = rounding_rule_record,
    .key = row_id_key,
};

// --- entries
ID_FIRST(entry);

struct key entry_place_key(struct id id, int64_t began_at)
{
    struct key key = key_of_id(id);

    key_int(&key, began_at);
    return key;
}

struct key entry_time_key(int64_t began_at)
{
    struct key key;

    key_init(&key);
    key_int(&key, began_at);
    return key;
}

struct key entry_booker_key(const char *booked_by)
{
    struct key key;

    key_init(&key);
    key_str(&key, booked_by);
    return key;
}

struct key entry_run_key(struct id run, struct id customer)
{
    struct key key = key_of_id(run);

    key_id(&key, customer);
    return key;
}

struct key entry_block_key(const struct entry *entry, struct id run)
{
    const struct rounding *rounding = entry->rounding;
    struct id payer = !id_is_zero(entry->file)       ? entry->file
                      : !id_is_zero(entry->customer) ? entry->customer
                                                     : entry->contact;
    struct key key = key_of_id(payer);

    key_id(&key, entry->customer); // what is rounded as a whole is on one voucher
    key_id(&key, entry->kind);
    key_id(&key, entry->client);
    key_int(&key, entry->chargeable);
    key_int(&key, rounding->minimum_s);
    key_int(&key, rounding->first_s);
    key_int(&key, rounding->next_s);
    key_int(&key, rounding->scope);
    key_int(&key, rounding->scope == rounding_scope_DAY ? entry->day : 0);
    key_id(&key, run);
    return key;
}

static void place(struct keys *keys, struct id id, int64_t began_at)
{
    if (id_is_zero(id))
        return;
    struct key key = entry_place_key(id, began_at);
    keys_add(keys, &key);
}

static void time_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;
    struct key key = entry_time_key(entry->began_at);

    keys_add(keys, &key);
}

static void staff_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    place(keys, entry->staff, entry->began_at);
}

static void file_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    place(keys, entry->file, entry->began_at);
}

static void contact_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    place(keys, entry->contact, entry->began_at);
}

static void client_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    place(keys, entry->client, entry->began_at);
}

static void call_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    place(keys, entry->call, entry->began_at);
}

static void inquiry_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    place(keys, entry->inquiry, entry->began_at);
}

static void booker_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;
    struct key key = entry_booker_key(entry->booked_by);

    key_int(&key, entry->booked_at);
    keys_add(keys, &key);
}

static void unbilled_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    if (entry->state != entry_state_OPEN && entry->state != entry_state_LOCKED)
        return;
    place(keys, entry->file, entry->began_at);
    struct key all = entry_place_key((struct id){ { 0 } }, entry->began_at);
    keys_add(keys, &all);
}

static void block_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    if (entry->state == entry_state_DELETED || !rounding_of_sum(entry->rounding))
        return;
    bool open = entry->state == entry_state_OPEN;
    struct key key = entry_block_key(entry, open ? (struct id){ { 0 } } : entry->run);
    key_int(&key, entry->began_at);
    keys_add(keys, &key);
}

static void run_keys(const void *row, struct keys *keys)
{
    const struct entry *entry = row;

    if (id_is_zero(entry->run) || entry->state == entry_state_DELETED)
        return;
    struct key key = entry_run_key(entry->run, entry->customer);
    keys_add(keys, &key);
}

static const struct index entry_indexes[] = {
    { "entry.by_time", time_keys, .query = "the newest entries of a period" },
    { "entry.by_staff", staff_keys, .query = "the newest entries of somebody" },
    { "entry.by_file", file_keys, .query = "the newest entries on a file" },
    { "entry.by_contact", contact_keys, .query = "the newest entries with a contact" },
    { "entry.by_client", client_keys, .query = "the newest entries of a client" },
    { "entry.by_call", call_keys, .query = "the entries of a call" },
    { "entry.by_inquiry", inquiry_keys, .query = "the entries of an inquiry" },
    { "entry.by_booker", booker_keys, .query = "somebody's last booking, to take it back" },
    { "entry.unbilled", unbilled_keys, .query = "what a run pins; what is unbilled on a file" },
    { "entry.by_block", block_keys, .query = "what is rounded as a whole" },
    { "entry.by_run", run_keys, .query = "what a run has of a customer" },
};
const struct index *const entry_by_time = &entry_indexes[0];
const struct index *const entry_by_staff = &entry_indexes[1];
const struct index *const entry_by_file = &entry_indexes[2];
const struct index *const entry_by_contact = &entry_indexes[3];
const struct index *const entry_by_client = &entry_indexes[4];
const struct index *const entry_by_call = &entry_indexes[5];
const struct index *const entry_by_inquiry = &entry_indexes[6];
const struct index *const entry_by_booker = &entry_indexes[7];
const struct index *const entry_unbilled = &entry_indexes[8];
const struct index *const entry_by_block = &entry_indexes[9];
const struct index *const entry_by_run = &entry_indexes[10];

const struct table entry_table = {
    .name = "entry",
    .number = 4,
    .record = entry_record,
    .key = row_id_key,
    .indexes = entry_indexes,
    .index_count = COUNT_OF(entry_indexes),
    .grows = true,
    .derived = &entry_search,
};

// --- what billing holds
ID_FIRST(billing_lock);

static void pinning_keys(const void *row, struct keys *keys)
{
    const struct billing_lock *lock = row;
    struct key key = key_of_id(lock->id);

    if (lock->state == lock_state_PINNING)
        keys_add(keys, &key);
}

static const struct index lock_indexes[] = {
    { .name = "billing_lock.pinning",
      .keys = pinning_keys,
      .query = "which runs are pinning now: every booking and edit asks" },
};
const struct index *const billing_lock_pinning = &lock_indexes[0];

const struct table billing_lock_table = {
    .name = "billing_lock",
    .number = 5,
    .record = billing_lock_record,
    .key = row_id_key,
    .indexes = lock_indexes,
    .index_count = COUNT_OF(lock_indexes),
};

// SPDX-License-Identifier: Apache-2.0
// Each index names the query that needs it.
#include "services/telephony/store.h"

#include "common/base/compiler.h"
#include "common/step/intent.h"
#include "services/telephony/diversion.h"
#include "services/telephony/store_missed.h"
#include "services/telephony/store_note.h"
#include "services/telephony/told.h"

struct key call_ref_key(const char *source, const char *source_ref)
{
    struct key key;
    key_init(&key);
    key_str(&key, source);
    key_str(&key, source_ref);
    return key;
}

struct key call_start_key(int64_t started_at)
{
    struct key key;
    key_init(&key);
    key_int(&key, started_at);
    return key;
}

struct key call_client_key(struct id client, int64_t started_at)
{
    struct key key = key_of_id(client);
    key_int(&key, started_at);
    return key;
}

struct key call_number_key(const char *number, int64_t started_at)
{
    struct key key = number_key(number);
    key_int(&key, started_at);
    return key;
}

struct key call_source_key(const char *source)
{
    return number_key(source);
}

struct key number_key(const char *e164)
{
    struct key key;
    key_init(&key);
    key_str(&key, e164);
    return key;
}

struct key known_number_key(struct id client, const char *e164)
{
    struct key key = key_of_id(client);
    key_str(&key, e164);
    return key;
}

// --- calls
static void call_key(const void *row, struct key *key)
{
    const struct call *call = row;
    key_id(key, call->id);
}

static void call_ref_keys(const void *row, struct keys *keys)
{
    const struct call *call = row;
    struct key key = call_ref_key(call->source, call->source_ref);
    keys_add(keys, &key);
}

static void call_start_keys(const void *row, struct keys *keys)
{
    const struct call *call = row;
    struct key key = call_start_key(call->started_at);
    keys_add(keys, &key);
}

static void call_client_keys(const void *row, struct keys *keys)
{
    const struct call *call = row;
    if (id_is_zero(call->client))
        return;
    struct key key = call_client_key(call->client, call->started_at);
    keys_add(keys, &key);
}

static void call_number_keys(const void *row, struct keys *keys)
{
    const struct call *call = row;
    const char *const numbers[] = { call->caller, call->called };
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        if (!numbers[i])
            continue;
        struct key key = call_number_key(numbers[i], call->started_at);
        keys_add(keys, &key);
    }
}

static void call_live_keys(const void *row, struct keys *keys)
{
    const struct call *call = row;
    if (call->state == call_state_ENDED)
        return;
    struct key key = call_source_key(call->source);
    keys_add(keys, &key);
}

static const struct index call_indexes[] = {
    { "call.by_ref", call_ref_keys, .unique = true, .field = "source_ref",
      .query = "the row of a call that the PBX names" },
    { "call.by_start", call_start_keys, .query = "the newest calls" },
    { "call.by_client", call_client_keys, .query = "the newest calls of a client" },
    { "call.by_number", call_number_keys, .query = "the newest calls from or to a number" },
    { "call.live", call_live_keys, .query = "what has not ended, at start and after a lost link" },
};
const struct index *const call_by_ref = &call_indexes[0];
const struct index *const call_by_start = &call_indexes[1];
const struct index *const call_by_client = &call_indexes[2];
const struct index *const call_by_number = &call_indexes[3];
const struct index *const call_live = &call_indexes[4];

const struct table call_table = {
    .name = "call",
    .number = 1,
    .record = call_record,
    .key = call_key,
    .indexes = call_indexes,
    .index_count = COUNT_OF(call_indexes),
    .grows = true,
};

// --- what is known of others' rows
static void known_contact_key(const void *row, struct key *key)
{
    const struct contact *contact = row;
    key_id(key, contact->id);
}

static void known_known_number_keys(const void *row, struct keys *keys)
{
    const struct contact *contact = row;
    for (size_t i = 0; i < contact->phones_count; i++) {
        if (!contact->phones[i].e164)
            continue;
        struct key key = known_number_key(contact->client, contact->phones[i].e164);
        keys_add(keys, &key);
    }
}

static const struct index known_contact_indexes[] = {
    { "contact.by_number", known_known_number_keys, .query = "who calls, within the client" },
};
const struct index *const known_contact_by_number = &known_contact_indexes[0];

const struct table known_contact_table = {
    .name = "contact",
    .number = 2,
    .record = contact_record,
    .key = known_contact_key,
    .indexes = known_contact_indexes,
    .index_count = COUNT_OF(known_contact_indexes),
};

static void known_client_key(const void *row, struct key *key)
{
    const struct client_row *client = row;
    key_id(key, client->id);
}

static void known_client_number_keys(const void *row, struct keys *keys)
{
    const struct client_row *client = row;
    for (size_t i = 0; i < client->numbers_count; i++) {
        if (!client->numbers[i].e164)
            continue;
        struct key key = number_key(client->numbers[i].e164);
        keys_add(keys, &key);
    }
}

// Not unique here: facts of a number that moves from one client to another may come in either
// order.
static const struct index known_client_indexes[] = {
    { "client.by_number", known_client_number_keys, .query = "whose number was dialled" },
};
const struct index *const known_client_by_number = &known_client_indexes[0];

const struct table known_client_table = {
    .name = "client",
    .number = 3,
    .record = client_row_record,
    .key = known_client_key,
    .indexes = known_client_indexes,
    .index_count = COUNT_OF(known_client_indexes),
};

static void known_staff_key(const void *row, struct key *key)
{
    const struct staff *staff = row;
    key_id(key, staff->id);
}

static void known_staff_extension_keys(const void *row, struct keys *keys)
{
    const struct staff *staff = row;
    for (size_t i = 0; i < staff->extensions_count; i++) {
        struct key key = number_key(staff->extensions[i]);
        keys_add(keys, &key);
    }
}

static const struct index known_staff_indexes[] = {
    { "staff.by_extension", known_staff_extension_keys, .query = "whose phone rings" },
};
const struct index *const known_staff_by_extension = &known_staff_indexes[0];

const struct table known_staff_table = {
    .name = "staff",
    .number = 4,
    .record = staff_record,
    .key = known_staff_key,
    .indexes = known_staff_indexes,
    .index_count = COUNT_OF(known_staff_indexes),
};

static void known_merged_key(const void *row, struct key *key)
{
    const struct contact_merged *merged = row;
    key_id(key, merged->id);
}

static void known_merged_to_keys(const void *row, struct keys *keys)
{
    const struct contact_merged *merged = row;
    struct key key = key_of_id(merged->to);
    keys_add(keys, &key);
}

static const struct index known_merged_indexes[] = {
    { "merged.by_to", known_merged_to_keys, .query = "as whom else rows name a contact" },
};
const struct index *const known_merged_by_to = &known_merged_indexes[0];

const struct table known_merged_table = {
    .name = "merged",
    .number = 50,
    .record = contact_merged_record,
    .key = known_merged_key,
    .indexes = known_merged_indexes,
    .index_count = COUNT_OF(known_merged_indexes),
};

const struct table *const telephony_tables[TELEPHONY_TABLES] = {
    &call_table,           &known_contact_table, &known_client_table,
    &known_staff_table,    &agent_table,         &act_table,
    &hotline_table,        &intent_table,        &call_told_table,
    &call_diversion_table, &known_merged_table,  &missed_table,
    &note_table,           &note_edition_table,  &template_table,
};

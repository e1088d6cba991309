// SPDX-License-Identifier: Apache-2.0
// The notifier's tables, and their indexes as functions of a row.
#include "services/notifier/store.h"

#include "common/step/intent.h"
#include "common/step/job.h"
#include "services/notifier/board.h"
#include "services/notifier/board_missed.h"
#include "services/notifier/desk.h"
#include "services/notifier/store_mail.h"
#include "services/notifier/store_preference.h"

// --- the board
static void board_call_key(const void *row, struct key *key)
{
    const struct board_call *board_call = row;

    key_id(key, board_call->id);
}

// By the call's matches, not by the callers shown: a contact may become known later.
static void board_call_contacts(const void *row, struct keys *keys)
{
    const struct board_call *board_call = row;
    struct caller_match matches[BOARD_CALLERS_MAX];
    size_t count = board_matches(board_call->call, matches);

    for (size_t i = 0; i < count; i++) {
        struct key key = key_of_id(matches[i].contact);

        keys_add(keys, &key);
    }
}

static void board_call_clients(const void *row, struct keys *keys)
{
    const struct board_call *board_call = row;
    struct key key = key_of_id(board_call->client);

    if (!id_is_zero(board_call->client))
        keys_add(keys, &key);
}

static void board_call_phones(const void *row, struct keys *keys)
{
    const struct board_call *board_call = row;
    const char *phones[BOARD_PHONES_MAX];
    size_t count = board_phones(board_call->call, phones);

    for (size_t i = 0; i < count; i++) {
        struct key key;

        key_init(&key);
        key_str(&key, phones[i]);
        keys_add(keys, &key);
    }
}

static void board_call_responsible(const void *row, struct keys *keys)
{
    const struct board_call *board_call = row;

    for (size_t i = 0; i < board_call->callers_count; i++) {
        const struct board_caller *caller = &board_call->callers[i];

        for (size_t k = 0; k < caller->files_count; k++) {
            struct key key = key_of_id(caller->files[k].responsible);

            if (!id_is_zero(caller->files[k].responsible))
                keys_add(keys, &key);
        }
    }
}

const struct index board_call_indexes[BOARD_INDEXES] = {
    [BOARD_BY_CONTACT] = { .name = "board_call.by_contact",
                           .keys = board_call_contacts,
                           .query = "rows that show a contact which has changed" },
    [BOARD_BY_CLIENT] = { .name = "board_call.by_client",
                          .keys = board_call_clients,
                          .query = "rows that show the greeting of a client which has changed" },
    [BOARD_BY_PHONE] = { .name = "board_call.by_phone",
                         .keys = board_call_phones,
                         .query = "rows in which a phone rings or talks whose owner has changed" },
    [BOARD_BY_RESPONSIBLE] = { .name = "board_call.by_responsible",
                               .keys = board_call_responsible,
                               .query = "rows that name a member of staff who has changed" },
};

const struct table board_call_table = {
    .name = "board_call",
    .number = 1,
    .record = board_call_record,
    .key = board_call_key,
    .indexes = board_call_indexes,
    .index_count = BOARD_INDEXES,
};

static void board_agent_key(const void *row, struct key *key)
{
    const struct agent *agent = row;

    key_id(key, agent->id);
}

const struct table board_agent_table = {
    .name = "board_agent",
    .number = 20,
    .record = agent_record,
    .key = board_agent_key,
};

// --- what is kept of others' rows
static void contact_key(const void *row, struct key *key)
{
    const struct contact *contact = row;

    key_id(key, contact->id);
}

const struct table shown_contact_table = {
    .name = "contact",
    .number = 2,
    .record = contact_record,
    .key = contact_key,
};

struct contact contact_kept(const struct contact *contact)
{
    return (struct contact){
        .id = contact->id,
        .version = contact->version,
        .kind = contact->kind,
        .name = contact->name,
        .organisation = contact->organisation,
        .customer_number = contact->customer_number,
        .message = contact->message,
        .handling_note = contact->handling_note,
        .created_at = contact->created_at,
        .edited_at = contact->edited_at,
        .edited_by = contact->edited_by,
    };
}

static void client_key(const void *row, struct key *key)
{
    const struct client_row *client = row;

    key_id(key, client->id);
}

const struct table shown_client_table = {
    .name = "client",
    .number = 3,
    .record = client_row_record,
    .key = client_key,
};

struct client_row client_kept(const struct client_row *client)
{
    return (struct client_row){
        .id = client->id,
        .version = client->version,
        .name = client->name,
        .greeting = client->greeting,
        .zone = client->zone,
        .email = client->email,
        .edited_at = client->edited_at,
        .edited_by = client->edited_by,
    };
}

static void staff_key(const void *row, struct key *key)
{
    const struct staff *staff = row;

    key_id(key, staff->id);
}

static void staff_extensions(const void *row, struct keys *keys)
{
    const struct staff *staff = row;

    for (size_t i = 0; i < staff->extensions_count; i++) {
        struct key key;

        key_init(&key);
        key_str(&key, staff->extensions[i]);
        keys_add(keys, &key);
    }
}

// Not unique here: while a snapshot is read, a phone may pass from one person to another.
const struct index shown_staff_by_extension = {
    .name = "staff.by_extension",
    .keys = staff_extensions,
    .query = "whose phone rings or talks",
};

const struct table shown_staff_table = {
    .name = "staff",
    .number = 4,
    .record = staff_record,
    .key = staff_key,
    .indexes = &shown_staff_by_extension,
    .index_count = 1,
};

static void team_key(const void *row, struct key *key)
{
    const struct team *team = row;

    key_id(key, team->id);
}

const struct table shown_team_table = {
    .name = "team",
    .number = 5,
    .record = team_record,
    .key = team_key,
};

struct staff staff_kept(const struct staff *staff)
{
    return (struct staff){
        .id = staff->id,
        .version = staff->version,
        .name = staff->name,
        .extensions = staff->extensions,
        .extensions_count = staff->extensions_count,
        .email = staff->email,
        .edited_at = staff->edited_at,
        .edited_by = staff->edited_by,
    };
}

static void merged_key(const void *row, struct key *key)
{
    const struct contact_merged *merged = row;

    key_id(key, merged->id);
}

static void merged_to(const void *row, struct keys *keys)
{
    const struct contact_merged *merged = row;
    struct key key = key_of_id(merged->to);

    keys_add(keys, &key);
}

const struct index shown_merged_by_to = {
    .name = "merged.by_to",
    .keys = merged_to,
    .query = "as whom else a contact is shown in calls that began before",
};

const struct table shown_merged_table = {
    .name = "merged",
    .number = 50,
    .record = contact_merged_record,
    .key = merged_key,
    .indexes = &shown_merged_by_to,
    .index_count = 1,
};

const struct table *const notifier_tables[NOTIFIER_TABLES] = {
    &board_call_table,
    &shown_contact_table,
    &shown_client_table,
    &shown_staff_table,
    &shown_team_table,
    &job_table,
    &mail_table,
    &letter_table,
    &intent_table,
    &shown_merged_table,
    &board_missed_table,
    &board_agent_table,
    &shown_file_table,
    &board_clock_table,
    &board_inquiry_table,
    &board_callback_table,
    &board_resubmission_table,
    &board_aside_table,
    &free_file_table,
    &colour_mark_table,
    &preference_table,
    &shown_stand_in_table,
};

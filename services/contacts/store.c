// SPDX-License-Identifier: Apache-2.0
// The tables, and their indexes as functions of a row.
#include "services/contacts/store.h"

#include <stdio.h>
#include <string.h>

#include "common/base/phone_match.h"
#include "common/base/text.h"
#include "services/contacts/likeness.h"
#include "services/contacts/purge.h"
#include "services/contacts/store_file.h"
#include "services/contacts/store_people.h"
#include "services/contacts/store_search.h"

#define WORDS_MEMORY ((size_t)32 << 10) // the texts of one contact, folded
#define NAME_KEY_MAX 240                // bytes of a name in its key

struct key text_key(const char *text)
{
    struct key key;
    key_init(&key);
    key_str(&key, text);
    return key;
}

// --- contacts
static void contact_key(const void *row, struct key *key)
{
    const struct contact *contact = row;
    key_id(key, contact->id);
}

struct key contact_number_key(struct id client, const char *e164)
{
    struct key key;
    key_init(&key);
    key_id(&key, client);
    key_str(&key, e164);
    return key;
}

const char *contact_words(const struct contact *contact, struct arena *arena)
{
    const char *const parts[] = { contact->name, contact->given_name, contact->family_name,
                                  contact->organisation, contact->customer_number };
    size_t sizes[COUNT_OF(parts)], whole = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        sizes[i] = parts[i] ? strlen(parts[i]) : 0;
        whole += sizes[i] + 1;
    }
    char *all = arena_alloc(arena, whole + 1), *at = all; // zeroed
    for (size_t i = 0; all && i < COUNT_OF(parts); i++) {
        if (sizes[i] == 0)
            continue;
        *at++ = ' ';
        memcpy(at, parts[i], sizes[i]);
        at += sizes[i];
    }
    return all ? text_fold(arena, all) : NULL;
}

// The main number finds those behind it too, as possible.
static void contact_numbers(const void *row, struct keys *keys)
{
    const struct contact *contact = row;
    for (size_t i = 0; i < contact->phones_count; i++) {
        const struct number *number = &contact->phones[i];
        char whole[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1];
        if (!number->e164)
            continue;
        struct key main = contact_number_key(contact->client, number->e164);
        keys_add(keys, &main);
        size_t count = phone_whole(number->e164, number->extension, whole);
        for (size_t k = 0; k < count; k++) {
            struct key key = contact_number_key(contact->client, whole[k]);
            keys_add(keys, &key);
        }
    }
}

static void contact_idle(const void *row, struct keys *keys)
{
    const struct contact *contact = row;
    struct key key;
    if (!purge_is_caller(contact))
        return;
    key_init(&key);
    key_int(&key, contact->edited_at);
    keys_add(keys, &key);
}

struct key contact_likeness_key(struct id client, enum likeness likeness, const char *value)
{
    struct key key;
    key_init(&key);
    key_id(&key, client);
    key_int(&key, likeness);
    key_str(&key, value);
    return key;
}

static void contact_likenesses(const void *row, struct keys *keys)
{
    const struct contact *contact = row;
    struct arena *arena = arena_new(WORDS_MEMORY);
    struct likeness_of found[LIKENESSES_MAX];
    size_t count = likenesses(contact, LIKENESS_ALL, arena, found);
    for (size_t i = 0; i < count; i++) {
        struct key key = contact_likeness_key(contact->client, found[i].likeness, found[i].value);
        keys_add(keys, &key);
    }
    arena_free(arena);
}

struct key contact_name_key(struct id client, const char *words)
{
    char cut[NAME_KEY_MAX + 1];
    struct key key;
    (void)snprintf(cut, sizeof cut, "%s", words);
    key_init(&key);
    key_id(&key, client);
    key_str(&key, cut);
    return key;
}

static void contact_names(const void *row, struct keys *keys)
{
    const struct contact *contact = row;
    struct arena *arena = arena_new(WORDS_MEMORY);
    const char *words = likeness_name(contact->name, arena);
    struct key key = contact_name_key(contact->client, words ? words : "");
    if (words && *words)
        keys_add(keys, &key);
    arena_free(arena);
}

const struct index contact_indexes[CONTACT_INDEXES] = {
    [CONTACT_BY_NUMBER] = { .name = "contact.by_number",
                            .keys = contact_numbers,
                            .query = "who has this number, within one client" },
    [CONTACT_BY_IDLE] = { .name = "contact.by_idle",
                          .keys = contact_idle,
                          .query = "which mere callers nobody has edited for longest" },
    [CONTACT_BY_LIKENESS] = { .name = "contact.by_likeness",
                              .keys = contact_likenesses,
                              .edition = TEXT_FOLD_EDITION,
                              .query = "who may be the same person, within one client" },
    [CONTACT_BY_NAME] = { .name = "contact.by_name",
                          .keys = contact_names,
                          .edition = TEXT_FOLD_EDITION,
                          .query = "who bears exactly this name, within one client" },
};

const struct table contact_table = {
    .name = "contact",
    .number = 1,
    .record = contact_record,
    .key = contact_key,
    .indexes = contact_indexes,
    .index_count = CONTACT_INDEXES,
    .derived = &contact_search,
};

// --- clients
static void client_key(const void *row, struct key *key)
{
    const struct client_row *client = row;
    key_id(key, client->id);
}

static void client_numbers(const void *row, struct keys *keys)
{
    const struct client_row *client = row;
    if (client->has_closed && client->closed)
        return;
    for (size_t i = 0; i < client->numbers_count; i++) {
        struct key key = text_key(client->numbers[i].e164);
        keys_add(keys, &key);
    }
}

const struct index client_by_number = {
    .name = "client.by_number",
    .keys = client_numbers,
    .unique = true,
    .field = "numbers",
    .query = "whose number is it already",
};

const struct table client_table = {
    .name = "client",
    .number = 2,
    .record = client_row_record,
    .key = client_key,
    .indexes = &client_by_number,
    .index_count = 1,
    .derived = &client_search,
};

// --- staff and teams
static void staff_key(const void *row, struct key *key)
{
    const struct staff *staff = row;
    key_id(key, staff->id);
}

static void staff_extensions(const void *row, struct keys *keys)
{
    const struct staff *staff = row;
    if (staff->has_left && staff->left)
        return;
    for (size_t i = 0; i < staff->extensions_count; i++) {
        struct key key = text_key(staff->extensions[i]);
        keys_add(keys, &key);
    }
}

const struct index staff_by_extension = {
    .name = "staff.by_extension",
    .keys = staff_extensions,
    .unique = true,
    .field = "extensions",
    .query = "whose extension is it already",
};

const struct table staff_table = {
    .name = "staff",
    .number = 3,
    .record = staff_record,
    .key = staff_key,
    .indexes = &staff_by_extension,
    .index_count = 1,
    .derived = &staff_search,
};

static void team_key(const void *row, struct key *key)
{
    const struct team *team = row;
    key_id(key, team->id);
}

const struct table team_table = {
    .name = "team",
    .number = 4,
    .record = team_record,
    .key = team_key,
};

static void caller_made_key(const void *row, struct key *key)
{
    const struct caller_made *made = row;
    key_id(key, made->id);
}

const struct table caller_made_table = {
    .name = "caller_made",
    .number = 5,
    .record = caller_made_record,
    .key = caller_made_key,
};

const struct table *const contacts_tables[CONTACTS_TABLES] = {
    &contact_table,     &client_table,       &staff_table,      &team_table,
    &caller_made_table, &file_table,         &conflict_table,   &member_table,
    &absence_table,     &told_table,         &diversion_table,  &purge_notice_table,
    &purge_log_table,   &purge_kept_table,   &purge_mark_table, &appointment_table,
    &reminder_table,    &calendar_key_table, &merged_table,     &merge_detail_table,
    &import_table,
};

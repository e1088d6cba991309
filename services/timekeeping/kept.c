// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/kept.h"

#include "common/base/text.h"
#include "common/step/rows.h"
#include "proto/named.h"
#include "proto/party.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_search.h"

#define EMAIL_MAX     200
#define NUMBER_MEMORY ((size_t)8 << 10)
// Merges follow each other only as often as somebody makes them.
#define CHAIN_MAX 60

// --- keys
struct key kept_text_key(const char *text)
{
    struct key key;

    key_init(&key);
    key_str(&key, text);
    return key;
}

struct key kept_number_key(struct id client, const char *e164)
{
    struct key key = key_of_id(client);

    key_str(&key, e164);
    return key;
}

struct key kept_email_key(struct id client, const char *address)
{
    char lower[4 * EMAIL_MAX + 1];
    size_t size = 0;
    struct key key = key_of_id(client);

    for (; address[size] && size < sizeof lower - 1; size++) {
        char c = address[size];
        lower[size] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    lower[size] = '\0';
    key_str(&key, lower);
    return key;
}

// Takes the row away when the fact is a tombstone, of which only the entity counts.
static bool gone(struct request *rq, const struct table *table, const struct fact *fact)
{
    struct key key = key_of_id(fact->entity);

    if (!fact->has_deleted || !fact->deleted)
        return false;
    table_del(rq->txn, table, &key);
    return true;
}

// --- contacts
static void merged_to(const void *row, struct keys *keys)
{
    const struct contact_merged *merged = row;
    struct key key = key_of_id(merged->to);

    keys_add(keys, &key);
}

static const struct index merged_by_to = {
    .name = "merged.by_to",
    .keys = merged_to,
    .query = "who was merged into this contact",
};
const struct index *const kept_merged_by_to = &merged_by_to;

const struct table kept_merged_table = {
    .name = "merged",
    .number = 24,
    .record = contact_merged_record,
    .key = row_id_key,
    .indexes = &merged_by_to,
    .index_count = 1,
};

size_t kept_aliases(struct request *rq, struct id *ids, size_t most)
{
    size_t count = 1;

    for (size_t i = 0; i < count; i++) {
        struct walk_options options = { .index = &merged_by_to,
                                        .scope = &scope_house,
                                        .prefix = key_of_id(ids[i]) };
        struct walk *walk = walk_open(rq->txn, &kept_merged_table, &options, rq->arena);
        struct contact_merged merged;

        while (count < most && walk_next(walk, &merged))
            ids[count++] = merged.id;
        walk_close(walk);
    }
    return count;
}

static void contact_numbers(const void *row, struct keys *keys)
{
    const struct contact *contact = row;

    for (size_t i = 0; i < contact->phones_count; i++) {
        if (!contact->phones[i].e164)
            continue;
        struct key key = kept_number_key(contact->client, contact->phones[i].e164);
        keys_add(keys, &key);
    }
}

static void contact_emails(const void *row, struct keys *keys)
{
    const struct contact *contact = row;

    for (size_t i = 0; i < contact->emails_count; i++) {
        struct key key = kept_email_key(contact->client, contact->emails[i]);
        keys_add(keys, &key);
    }
}

static void contact_e164s(const void *row, struct keys *keys)
{
    const struct contact *contact = row;

    for (size_t i = 0; i < contact->phones_count; i++) {
        if (!contact->phones[i].e164)
            continue;
        struct key key = kept_text_key(contact->phones[i].e164);
        keys_add(keys, &key);
    }
}

static const struct index contact_indexes[] = {
    { .name = "contact.by_number",
      .keys = contact_numbers,
      .query = "whose number this is, within the client" },
    { .name = "contact.by_email",
      .keys = contact_emails,
      .query = "whose address this is, within the client" },
    { .name = "contact.by_e164",
      .keys = contact_e164s,
      .query = "who was reached in a call that the house made, whose client nobody knows" },
};
const struct index *const kept_contact_by_number = &contact_indexes[0];
const struct index *const kept_contact_by_email = &contact_indexes[1];
const struct index *const kept_contact_by_e164 = &contact_indexes[2];

const struct table kept_contact_table = {
    .name = "contact",
    .number = 20,
    .record = contact_record,
    .key = row_id_key,
    .indexes = contact_indexes,
    .index_count = COUNT_OF(contact_indexes),
    .derived = &kept_contact_search,
};

bool kept_contact_take(struct request *rq, const struct fact *fact, const void *row)
{
    const struct contact *told = row;

    if (gone(rq, &kept_contact_table, fact))
        return true;
    struct contact kept = {
        .id = told->id,
        .version = told->version,
        .client = told->client,
        .kind = told->kind,
        .name = told->name,
        .organisation = told->organisation,
        .categories = told->categories,
        .categories_count = told->categories_count,
        .phones = told->phones,
        .phones_count = told->phones_count,
        .emails = told->emails,
        .emails_count = told->emails_count,
        .customer_number = told->customer_number,
        .created_at = told->created_at,
        .edited_at = told->edited_at,
        .edited_by = told->edited_by,
    };
    return table_put(rq->txn, &kept_contact_table, &kept, &rq->err);
}

bool kept_merged_take(struct request *rq, const struct fact *fact, const void *row)
{
    const struct contact_merged *told = row;

    if (gone(rq, &kept_merged_table, fact))
        return true;
    if (told->has_undone && told->undone) {
        struct key key = key_of_id(fact->entity);
        table_del(rq->txn, &kept_merged_table, &key);
        return true;
    }
    struct contact_merged kept = *told;
    kept.conflicts_count = 0;
    return table_put(rq->txn, &kept_merged_table, &kept, &rq->err);
}

bool kept_contact(struct request *rq, struct id *id, struct contact *ret)
{
    for (int steps = 0; steps <= CHAIN_MAX && !id_is_zero(*id); steps++) {
        struct key key = key_of_id(*id);
        struct contact_merged merged;

        if (table_get(rq->txn, &kept_contact_table, &rq->scope, &key, rq->arena, ret))
            return true;
        if (!table_get(rq->txn, &kept_merged_table, &scope_house, &key, rq->arena, &merged))
            return false;
        *id = merged.to;
    }
    return false;
}

struct id kept_contact_now(struct request *rq, struct id id)
{
    for (int steps = 0; steps <= CHAIN_MAX && !id_is_zero(id); steps++) {
        struct key key = key_of_id(id);
        struct contact_merged merged;

        if (!table_get(rq->txn, &kept_merged_table, &scope_house, &key, rq->arena, &merged))
            break;
        id = merged.to;
    }
    return id;
}

void kept_contact_show(struct request *rq, struct id *id, const char **name)
{
    struct named_contact named = { .id = *id, .name = *name };
    struct contact_merged merged;
    struct contact contact;

    for (int steps = 0; steps <= CHAIN_MAX && !id_is_zero(named.id); steps++) {
        struct key key = key_of_id(named.id);
        if (!table_get(rq->txn, &kept_merged_table, &scope_house, &key, rq->arena, &merged))
            break;
        named_went(&named, &merged);
    }
    struct key now = key_of_id(named.id);
    if (named.merged && named.own &&
        table_get(rq->txn, &kept_contact_table, &scope_house, &now, rq->arena, &contact))
        named.name = contact.name;
    *id = named.id;
    *name = named.name;
}

size_t kept_contact_ids(struct request *rq, struct id id, struct id *ids, size_t most)
{
    struct contact contact;

    if (most == 0 || id_is_zero(id))
        return 0;
    (void)!kept_contact(rq, &id, &contact);
    ids[0] = id;
    return kept_aliases(rq, ids, most);
}

// --- clients
struct key kept_client_email_key(const char *address)
{
    return kept_email_key((struct id){ 0 }, address);
}

static void client_email_keys(const void *row, struct keys *keys)
{
    const struct client_row *client = row;

    if (!client->email)
        return;
    struct key key = kept_client_email_key(client->email);
    keys_add(keys, &key);
}

static const struct index client_indexes[] = {
    { .name = "client.by_email",
      .keys = client_email_keys,
      .query = "to which client's address a mail was sent" },
};
const struct index *const kept_client_by_email = &client_indexes[0];

const struct table kept_client_table = {
    .name = "client",
    .number = 21,
    .record = client_row_record,
    .key = row_id_key,
    .indexes = client_indexes,
    .index_count = COUNT_OF(client_indexes),
};

bool kept_client_take(struct request *rq, const struct fact *fact, const void *row)
{
    const struct client_row *told = row;

    if (gone(rq, &kept_client_table, fact))
        return true;
    struct client_row kept = *told;
    kept.greeting = NULL;
    kept.guide = NULL;
    kept.numbers_count = 0;
    return table_put(rq->txn, &kept_client_table, &kept, &rq->err);
}

bool kept_client(struct request *rq, struct id id, struct client_row *ret)
{
    return row_find(rq, &kept_client_table, id, ret);
}

// --- staff
static void staff_extensions(const void *row, struct keys *keys)
{
    const struct staff *staff = row;

    for (size_t i = 0; i < staff->extensions_count; i++) {
        struct key key = kept_text_key(staff->extensions[i]);
        keys_add(keys, &key);
    }
}

// Not unique here: while a snapshot is read, a phone may pass from one person to another.
static const struct index staff_by_extension = {
    .name = "staff.by_extension",
    .keys = staff_extensions,
    .query = "whose phone rings or talks",
};

const struct table kept_staff_table = {
    .name = "staff",
    .number = 22,
    .record = staff_record,
    .key = row_id_key,
    .indexes = &staff_by_extension,
    .index_count = 1,
};

bool kept_staff_take(struct request *rq, const struct fact *fact, const void *row)
{
    return gone(rq, &kept_staff_table, fact) ||
           table_put(rq->txn, &kept_staff_table, row, &rq->err);
}

bool kept_staff(struct request *rq, struct id id, struct staff *ret)
{
    struct key key = key_of_id(id);

    return !id_is_zero(id) &&
           table_get(rq->txn, &kept_staff_table, &scope_house, &key, rq->arena, ret);
}

// --- teams
const struct table kept_team_table = {
    .name = "team",
    .number = 65,
    .record = team_record,
    .key = row_id_key,
};

bool kept_team_take(struct request *rq, const struct fact *fact, const void *row)
{
    return gone(rq, &kept_team_table, fact) || table_put(rq->txn, &kept_team_table, row, &rq->err);
}

bool kept_team_known(struct request *rq, struct id id)
{
    struct key key = key_of_id(id);
    struct team team;

    return id_is_zero(id) ||
           table_get(rq->txn, &kept_team_table, &scope_house, &key, rq->arena, &team) ||
           fail(&rq->err, ERR_NOT_FOUND, "team", TEXT_TIME_TEAM_UNKNOWN, NULL);
}

// --- phones and actors
bool kept_staff_at(struct request *rq, const char *extension, struct staff *ret)
{
    struct walk_options options = { .index = &staff_by_extension,
                                    .scope = &scope_house,
                                    .prefix = kept_text_key(extension) };
    struct walk *walk = walk_open(rq->txn, &kept_staff_table, &options, rq->arena);
    bool found = false;

    while (!found && walk_next(walk, ret))
        found = !(ret->has_left && ret->left);
    walk_close(walk);
    return found;
}

bool kept_actor(struct request *rq, struct staff *ret)
{
    struct id id;

    if (!id_parse(rq->actor, &id)) // a key of one's own, whatever it is called
        id = rq->scope.kind == SCOPE_OWN ? rq->scope.id : (struct id){ 0 };
    return kept_staff(rq, id, ret);
}

static void absence_staff(const void *row, struct keys *keys)
{
    const struct absence *absence = row;
    struct key key = key_of_id(absence->staff);

    key_int(&key, absence->until);
    keys_add(keys, &key);
}

static void absence_edges(const void *row, struct keys *keys)
{
    const struct absence *absence = row;
    const int64_t edges[] = { absence->from, absence->until };

    for (size_t i = 0; i < COUNT_OF(edges) && !(absence->has_withdrawn && absence->withdrawn);
         i++) {
        struct key key;

        key_init(&key);
        key_int(&key, edges[i]);
        keys_add(keys, &key);
    }
}

static const struct index absence_indexes[] = {
    { .name = "absence.by_staff",
      .keys = absence_staff,
      .query = "whether somebody is away, and who stands in" },
    { .name = "absence.by_edge",
      .keys = absence_edges,
      .query = "when somebody goes or comes back next" },
};
const struct index *const kept_absence_by_staff = &absence_indexes[0];
const struct index *const kept_absence_by_edge = &absence_indexes[1];

const struct table kept_absence_table = {
    .name = "absence",
    .number = 25,
    .record = absence_record,
    .key = row_id_key,
    .indexes = absence_indexes,
    .index_count = COUNT_OF(absence_indexes),
};

bool kept_absence_take(struct request *rq, const struct fact *fact, const void *row)
{
    return gone(rq, &kept_absence_table, fact) ||
           table_put(rq->txn, &kept_absence_table, row, &rq->err);
}

// --- files
struct key kept_file_number_key(const char *number, struct arena *arena)
{
    const char *folded = text_fold(arena, number);

    return kept_text_key(folded ? folded : number);
}

static void file_numbers(const void *row, struct keys *keys)
{
    const struct file *file = row;
    struct arena *arena = arena_new(NUMBER_MEMORY);
    struct key key = kept_file_number_key(file->number, arena);

    keys_add(keys, &key);
    arena_free(arena);
}

// Not unique: each client numbers its own files.
static const struct index file_by_number = {
    .name = "file.by_number",
    .keys = file_numbers,
    .query = "which file is meant by its number",
    .edition = TEXT_FOLD_EDITION,
};
const struct index *const kept_file_by_number = &file_by_number;

const struct table kept_file_table = {
    .name = "file",
    .number = 23,
    .record = file_record,
    .key = row_id_key,
    .indexes = &file_by_number,
    .index_count = 1,
    .derived = &kept_file_search,
};

bool kept_file_take(struct request *rq, const struct fact *fact, const void *row)
{
    return gone(rq, &kept_file_table, fact) || table_put(rq->txn, &kept_file_table, row, &rq->err);
}

bool kept_file(struct request *rq, struct id id, struct file *ret)
{
    return row_find(rq, &kept_file_table, id, ret) && file_shows(ret, rq->actor);
}

bool file_hidden(struct request *rq, struct id id)
{
    struct key key = key_of_id(id);
    struct file file;

    return !id_is_zero(id) &&
           table_get(rq->txn, &kept_file_table, &scope_house, &key, rq->arena, &file) &&
           !file_shows(&file, rq->actor);
}

// --- calls and their notes
const struct table kept_call_table = {
    .name = "call",
    .number = 26,
    .record = call_record,
    .key = row_id_key,
    .grows = true,
    .derived = &call_search,
};

bool kept_call_take(struct request *rq, const struct fact *fact, const void *row)
{
    return gone(rq, &kept_call_table, fact) || table_put(rq->txn, &kept_call_table, row, &rq->err);
}

bool kept_call(struct request *rq, struct id id, struct call *ret)
{
    return row_find(rq, &kept_call_table, id, ret);
}

static void note_call(const void *row, struct keys *keys)
{
    const struct call_note *note = row;
    struct key key = key_of_id(note->call);

    if (!id_is_zero(note->call))
        keys_add(keys, &key);
}

static void note_file(const void *row, struct keys *keys)
{
    const struct call_note *note = row;
    struct key key = key_of_id(note->file);

    if (id_is_zero(note->file))
        return;
    key_int_down(&key, note->called_at);
    keys_add(keys, &key);
}

static const struct index note_indexes[] = {
    { .name = "note.by_call", .keys = note_call, .query = "the notes of a call" },
    { .name = "note.by_file", .keys = note_file, .query = "a file's notes, the youngest first" },
};
const struct index *const kept_note_by_call = &note_indexes[0];
const struct index *const kept_note_by_file = &note_indexes[1];

const struct table kept_note_table = {
    .name = "note",
    .number = 27,
    .record = call_note_record,
    .key = row_id_key,
    .indexes = note_indexes,
    .index_count = COUNT_OF(note_indexes),
    .derived = &note_search,
};

bool kept_note_take(struct request *rq, const struct fact *fact, const void *row)
{
    const struct call_note *told = row;

    if (gone(rq, &kept_note_table, fact))
        return true;
    struct call_note kept = *told;
    kept.mails_count = 0;
    kept.mail_to_count = 0;
    kept.new_caller = NULL;
    return table_put(rq->txn, &kept_note_table, &kept, &rq->err);
}

// --- billing
const struct table kept_run_table = {
    .name = "billing_run",
    .number = 28,
    .record = billing_run_record,
    .key = row_id_key,
};

bool kept_run_take(struct request *rq, const struct fact *fact, const void *row)
{
    return gone(rq, &kept_run_table, fact) || table_put(rq->txn, &kept_run_table, row, &rq->err);
}

static void voucher_run(const void *row, struct keys *keys)
{
    const struct voucher_mark *voucher = row;
    struct key key = key_of_id(voucher->run);

    key_id(&key, voucher->customer);
    keys_add(keys, &key);
}

static const struct index voucher_by_run = {
    .name = "voucher.by_run",
    .keys = voucher_run,
    .query = "on which voucher the entries of a run and a customer are",
};
const struct index *const kept_voucher_by_run = &voucher_by_run;

const struct table kept_voucher_table = {
    .name = "voucher",
    .number = 29,
    .record = voucher_mark_record,
    .key = row_id_key,
    .indexes = &voucher_by_run,
    .index_count = 1,
};

bool kept_voucher_take(struct request *rq, const struct fact *fact, const void *row)
{
    return gone(rq, &kept_voucher_table, fact) ||
           table_put(rq->txn, &kept_voucher_table, row, &rq->err);
}

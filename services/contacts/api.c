// SPDX-License-Identifier: Apache-2.0
// One function for each method: look up, decide in the domain, write, tell.
#include "services/contacts/api.h"

#include <stdio.h>
#include <string.h>

#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/contacts/caller.h"
#include "services/contacts/client.h"
#include "services/contacts/contact.h"
#include "services/contacts/find.h"
#include "services/contacts/follow.h"
#include "services/contacts/house.h"
#include "services/contacts/merges.h"
#include "services/contacts/needed.h"
#include "services/contacts/purge_notice.h"
#include "services/contacts/purge_work.h"
#include "services/contacts/refer.h"
#include "services/contacts/reminders.h"
#include "services/contacts/staff.h"
#include "services/contacts/staffing.h"
#include "services/contacts/store.h"

#define SERVICE_FILE "proto/contacts.def"
#include "proto/handlers.inc"

// --- what rows refer to
static bool team_exists(struct request *rq, struct id id)
{
    struct team team;
    if (id_is_zero(id) || row_find(rq, &team_table, id, &team))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "team", TEXT_TEAM_UNKNOWN, NULL);
}

// --- clients
static bool numbers_free(struct request *rq, const struct client_row *client)
{
    if (client->has_closed && client->closed)
        return true;
    for (size_t i = 0; i < client->numbers_count; i++) {
        struct key key = text_key(client->numbers[i].e164);
        struct client_row other;
        char field[40];
        if (!table_get_by(rq->txn, &client_by_number, &client_table, &scope_house, &key, rq->arena,
                          &other) ||
            id_equal(other.id, client->id))
            continue;
        (void)snprintf(field, sizeof field, "numbers[%zu].typed", i);
        return fail(&rq->err, ERR_CONFLICT, field, TEXT_NUMBER_TAKEN, client->numbers[i].typed,
                    other.name, NULL);
    }
    return true;
}

static bool client_write(struct request *rq, const struct client_row *row)
{
    if (!row_in_scope(rq, &client_table, row, NULL) || !numbers_free(rq, row) ||
        !table_put(rq->txn, &client_table, row, &rq->err))
        return false;
    emit_client(rq, row, false);
    return true;
}

bool client_add(struct request *rq, const struct client_new *in, struct client_row *out)
{
    struct editor editor = editor_of(rq);
    return client_make(in, &editor, new_id(rq), out, &rq->err) && client_write(rq, out);
}

bool client_edit(struct request *rq, const struct client_change *in, struct client_row *out)
{
    struct editor editor = editor_of(rq);
    struct client_row row;
    if (!row_find(rq, &client_table, in->id, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_CLIENT_UNKNOWN, NULL);
    if (in->version != row.version)
        return refuse_stale(rq, client_row_record(), &row);
    if (!client_apply(&row, in, &editor, out, &rq->err))
        return false;
    return out->version == row.version || client_write(rq, out);
}

bool client_get(struct request *rq, const struct by_id *in, struct client_row *out)
{
    if (row_find(rq, &client_table, in->id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_CLIENT_UNKNOWN, NULL);
}

bool client_list(struct request *rq, const struct page *in, struct client_page *out)
{
    struct paging paging = { .table = &client_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct client_page){ paging.rows, paging.count, paging.more };
    return true;
}

// --- contacts
bool contact_add(struct request *rq, const struct contact_new *in, struct contact *out)
{
    struct editor editor = editor_of(rq);
    return refer_client(rq, in->client, "client") &&
           contact_make(in, &editor, new_id(rq), out, &rq->err) && contact_write(rq, out);
}

// The row as the editor saw it.
static bool contact_seen(struct request *rq, struct id id, int64_t version, struct contact *row)
{
    if (!row_find(rq, &contact_table, id, row))
        return contact_missing(rq, id);
    return version == row->version || refuse_stale(rq, contact_record(), row);
}

bool contact_edit(struct request *rq, const struct contact_change *in, struct contact *out)
{
    struct editor editor = editor_of(rq);
    struct contact row;
    if (!contact_seen(rq, in->id, in->version, &row) ||
        !contact_apply(&row, in, &editor, out, &rq->err))
        return false;
    return out->version == row.version || contact_write(rq, out);
}

// The tombstone is one version on: followers apply each version once.
bool contact_delete(struct request *rq, const struct deletion *in, struct contact *out)
{
    struct key key = key_of_id(in->id);
    if (!contact_seen(rq, in->id, in->version, out) || !contact_is_free(rq, in->id))
        return false;
    out->version++;
    out->edited_at = rq->now_us;
    out->edited_by = rq->actor;
    (void)table_del(rq->txn, &contact_table, &key);
    emit_contact(rq, out, true);
    return purge_forget(rq, out) && purge_withdraw(rq, in->id);
}

bool contact_get(struct request *rq, const struct by_id *in, struct contact *out)
{
    return row_find(rq, &contact_table, in->id, out) || contact_missing(rq, in->id);
}

bool contact_list(struct request *rq, const struct page *in, struct contact_page *out)
{
    struct paging paging = { .table = &contact_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct contact_page){ paging.rows, paging.count, paging.more };
    return true;
}

bool contact_find(struct request *rq, const struct contact_query *in, struct contact_matches *out)
{
    return find_contacts(rq, in, out);
}

// --- staff
static bool extensions_free(struct request *rq, const struct staff *staff)
{
    if (staff->has_left && staff->left)
        return true;
    for (size_t i = 0; i < staff->extensions_count; i++) {
        struct key key = text_key(staff->extensions[i]);
        struct staff other;
        char field[40];
        if (!table_get_by(rq->txn, &staff_by_extension, &staff_table, &scope_house, &key, rq->arena,
                          &other) ||
            id_equal(other.id, staff->id))
            continue;
        (void)snprintf(field, sizeof field, "extensions[%zu]", i);
        return fail(&rq->err, ERR_CONFLICT, field, TEXT_EXTENSION_TAKEN, staff->extensions[i],
                    other.name, NULL);
    }
    return true;
}

static bool staff_write(struct request *rq, const struct staff *row)
{
    struct staff_book book = staff_book_of(rq);
    if (!row_in_scope(rq, &staff_table, row, "team") || !extensions_free(rq, row) ||
        !deputy_check(&book, row, &rq->err) || !table_put(rq->txn, &staff_table, row, &rq->err))
        return false;
    emit_staff(rq, row, false);
    return true;
}

bool staff_add(struct request *rq, const struct staff_new *in, struct staff *out)
{
    struct editor editor = editor_of(rq);
    return team_exists(rq, in->team) && staff_make(in, &editor, new_id(rq), out, &rq->err) &&
           staff_write(rq, out);
}

bool staff_edit(struct request *rq, const struct staff_change *in, struct staff *out)
{
    struct editor editor = editor_of(rq);
    struct staff row;
    if (!row_find(rq, &staff_table, in->id, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_STAFF_UNKNOWN, NULL);
    if (in->version != row.version)
        return refuse_stale(rq, staff_record(), &row);
    if (!team_exists(rq, in->team) || !staff_apply(&row, in, &editor, out, &rq->err))
        return false;
    return out->version == row.version || staff_write(rq, out);
}

bool staff_get(struct request *rq, const struct by_id *in, struct staff *out)
{
    if (row_find(rq, &staff_table, in->id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_STAFF_UNKNOWN, NULL);
}

bool staff_list(struct request *rq, const struct page *in, struct staff_page *out)
{
    struct paging paging = { .table = &staff_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct staff_page){ paging.rows, paging.count, paging.more };
    return true;
}

// --- teams
bool team_add(struct request *rq, const struct team_new *in, struct team *out)
{
    struct editor editor = editor_of(rq);
    if (!team_make(in, &editor, new_id(rq), out, &rq->err) ||
        !row_in_scope(rq, &team_table, out, NULL) ||
        !table_put(rq->txn, &team_table, out, &rq->err))
        return false;
    emit_team(rq, out, false);
    return true;
}

bool team_list(struct request *rq, const struct page *in, struct team_page *out)
{
    struct paging paging = { .table = &team_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct team_page){ paging.rows, paging.count, paging.more };
    return true;
}

static bool tick(struct request *rq)
{
    bool more = reminders_tick(rq);
    return purge_tick(rq) || more;
}

static const struct follow follows[] = {
    { "telephony", "client_diversion", FOLLOW_PARK_KEY, take_diversion },
    { "telephony", "call_note", FOLLOW_PARK_KEY, caller_take_note },
};

#define SERVICE      contacts
#define SERVICE_FILE "proto/contacts.def"
#include "proto/handler_table.inc"

const struct service contacts_service = {
    .schema = &contacts_schema,
    .handlers = contacts_handlers,
    .handler_count = COUNT_OF(contacts_handlers),
    .tables = contacts_tables,
    .table_count = CONTACTS_TABLES,
    .follows = follows,
    .follow_count = COUNT_OF(follows),
    .projection = 1,
    .tick = tick,
};

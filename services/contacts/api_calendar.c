// SPDX-License-Identifier: Apache-2.0
// Appointments and actions, their reminders, and feeds of them.
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/step/listing.h"
#include "common/step/rows.h"
#include "services/contacts/appointment.h"
#include "services/contacts/house.h"
#include "services/contacts/identity.h"
#include "services/contacts/merges.h"
#include "services/contacts/port_ical.h"
#include "services/contacts/purge_notice.h"
#include "services/contacts/refer.h"
#include "services/contacts/reminders.h"
#include "services/contacts/secret.h"
#include "services/contacts/store.h"
#include "services/contacts/store_people.h"

#define SERVICE_FILE "proto/contacts_calendar.def"
#include "proto/handlers.inc"

#define REMINDERS_MAX 100
#define FEED_MAX      500 // entries; more would not fit into a message
#define FEED_BYTES    700000
#define FEED_BACK     DAYS(90)
#define FEED_AHEAD    DAYS(366)

// --- writing
static bool reminder_write(struct request *rq, const struct appointment *appointment)
{
    struct reminder before, after;
    struct key key = key_of_id(appointment->id);
    bool known = table_get(rq->txn, &reminder_table, &scope_house, &key, rq->arena, &before);
    if (!reminder_follow(appointment, known ? &before : NULL, rq->now_us, &after))
        return true;
    if (!table_put(rq->txn, &reminder_table, &after, &rq->err))
        return false;
    // Whoever shows the reminder must learn that it moved, is off, or has another title.
    if (known && before.has_told_at)
        emit_reminder(rq, &after, false);
    return true;
}

// Clients' people do not see the house's staff, and so cannot name them.
static bool staff_exist(struct request *rq, const struct appointment *row)
{
    const struct scope *scope = rq->scope.kind == SCOPE_CLIENT ? &rq->scope : &scope_house;
    for (size_t i = 0; i < row->staff_count; i++) {
        struct key key = key_of_id(row->staff[i]);
        struct staff staff;
        if (table_get(rq->txn, &staff_table, scope, &key, rq->arena, &staff))
            continue;
        (void)fail(&rq->err, ERR_NOT_FOUND, NULL, TEXT_STAFF_UNKNOWN, NULL);
        (void)snprintf(rq->err.field, sizeof rq->err.field, "staff[%zu]", i);
        return false;
    }
    return true;
}

static bool appointment_write(struct request *rq, const struct appointment *row)
{
    const char *field = rq->scope.kind == SCOPE_OWN ? "staff" : "client";
    if (!row_in_scope(rq, &appointment_table, row, field) || !staff_exist(rq, row) ||
        !table_put(rq->txn, &appointment_table, row, &rq->err))
        return false;
    emit_appointment(rq, row, false);
    // Whom we are to meet is no mere caller: an announced deletion is void.
    return purge_withdraw(rq, identity_now(rq, row->contact)) && reminder_write(rq, row);
}

// With a contact the client is the contact's.
static bool with_whom(struct request *rq, const struct appointment_new *in, struct appointment *row)
{
    struct contact contact;
    if (id_is_zero(in->contact))
        return refer_client(rq, in->client, "client");
    if (!contact_now(rq, in->contact, &contact))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CONTACT_UNKNOWN, NULL);
    if (!id_is_zero(in->client) && !id_equal(in->client, contact.client))
        return fail(&rq->err, ERR_INVALID, "client", TEXT_APPOINTMENT_CLIENT, NULL);
    row->client = contact.client;
    return true;
}

// With the contact's present id: the row keeps the one that was named.
static bool as_now(struct request *rq, struct appointment *out)
{
    out->contact = identity_now(rq, out->contact);
    return true;
}

bool appointment_add(struct request *rq, const struct appointment_new *in, struct appointment *out)
{
    struct editor editor = editor_of(rq);
    return appointment_make(in, &editor, new_id(rq), out, &rq->err) && with_whom(rq, in, out) &&
           appointment_write(rq, out) && as_now(rq, out);
}

bool appointment_edit(struct request *rq, const struct appointment_change *in,
                      struct appointment *out)
{
    struct editor editor = editor_of(rq);
    struct appointment row;
    if (!row_find(rq, &appointment_table, in->id, &row))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_APPOINTMENT_UNKNOWN, NULL);
    if (in->version != row.version)
        return as_now(rq, &row) && refuse_stale(rq, appointment_record(), &row);
    if (!appointment_apply(&row, in, &editor, out, &rq->err))
        return false;
    return (out->version == row.version || appointment_write(rq, out)) && as_now(rq, out);
}

bool appointment_get(struct request *rq, const struct by_id *in, struct appointment *out)
{
    if (row_find(rq, &appointment_table, in->id, out))
        return as_now(rq, out);
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_APPOINTMENT_UNKNOWN, NULL);
}

// --- listing
static struct key appointment_place(const void *row, const void *context)
{
    const struct appointment_query *query = context;
    const struct appointment *appointment = row;
    if (!id_is_zero(query->staff))
        return id_time_key(query->staff, appointment->starts_at);
    if (!id_is_zero(query->contact))
        return id_time_key(query->contact, appointment->starts_at);
    return time_key(appointment->starts_at);
}

static bool appointment_fits(const void *row, const void *context)
{
    const struct appointment_query *query = context;
    return !query->has_open || query->open == appointment_open(row);
}

static bool begins_later(const void *row, const void *context)
{
    const struct appointment_query *query = context;
    return query->has_until && ((const struct appointment *)row)->starts_at >= query->until;
}

// Whoever may see a member of staff may see their calendar.
static bool choose_index(struct request *rq, const struct appointment_query *in,
                         struct listing *listing)
{
    struct staff staff;
    listing->index = appointment_by_start;
    if (!id_is_zero(in->staff) && !id_is_zero(in->contact))
        return fail(&rq->err, ERR_INVALID, "contact", TEXT_APPOINTMENT_WHOSE, NULL);
    if (!id_is_zero(in->contact)) {
        listing->index = appointment_by_contact;
        if (!listing_of_contact(rq, in->contact, listing))
            return false;
    }
    if (id_is_zero(in->staff))
        return true;
    listing->index = appointment_by_staff;
    listing->prefix = key_of_id(in->staff);
    listing->scope = &scope_house;
    return row_find(rq, &staff_table, in->staff, &staff) ||
           fail(&rq->err, ERR_NOT_FOUND, "staff", TEXT_STAFF_UNKNOWN, NULL);
}

bool appointment_list(struct request *rq, const struct appointment_query *in,
                      struct appointment_page *out)
{
    struct listing listing = {
        .table = &appointment_table,
        .after_row = in->after,
        .has_limit = in->has_limit,
        .limit = in->limit,
        .place = appointment_place,
        .fits = appointment_fits,
        .ends = begins_later,
        .context = in,
    };
    if (!choose_index(rq, in, &listing))
        return false;
    if (in->has_from && in->from > 0)
        listing.after = appointment_place(&(struct appointment){ .starts_at = in->from - 1 }, in);
    if (!listing_read(rq, &listing))
        return false;
    struct appointment *rows = listing.rows;
    for (size_t i = 0; i < listing.count; i++)
        (void)as_now(rq, &rows[i]);
    *out = (struct appointment_page){ rows, listing.count, listing.more };
    return true;
}

// --- reminders
static bool tell_reminder(struct request *rq, struct reminder *reminder)
{
    reminder->version++;
    reminder->has_told_at = true;
    reminder->told_at = rq->now_us;
    if (!table_put(rq->txn, &reminder_table, reminder, &rq->err))
        return false;
    emit_reminder(rq, reminder, false);
    return true;
}

bool reminders_tick(struct request *rq)
{
    struct reminder *rows = arena_array(rq->arena, REMINDERS_MAX + 1, sizeof *rows);
    struct walk_options options = { .index = reminder_due, .scope = &scope_house };
    size_t count = 0;
    if (!rows)
        return false;
    struct walk *walk = walk_open(rq->txn, &reminder_table, &options, rq->arena);
    while (count < REMINDERS_MAX && walk_next(walk, &rows[count]) &&
           rows[count].due_at <= rq->now_us)
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        if (!tell_reminder(rq, &rows[i]))
            return false;
    }
    return count == REMINDERS_MAX;
}

// --- feeds
bool calendar_token(struct request *rq, const struct calendar_token_in *in,
                    struct calendar_token_out *out)
{
    struct staff staff;
    char secret[2 * SECRET_SIZE + 1];
    uint8_t hash[SECRET_SIZE];
    if (!row_find(rq, &staff_table, in->staff, &staff))
        return fail(&rq->err, ERR_NOT_FOUND, "staff", TEXT_STAFF_UNKNOWN, NULL);
    secret_make(contacts_house(rq)->secret, rq->id, in->staff, secret);
    secret_hash(secret, hash);
    const struct calendar_key key = {
        .id = in->staff,
        .hash = { hash, sizeof hash },
        .made_at = rq->now_us,
        .made_by = rq->actor,
    };
    *out = (struct calendar_token_out){ in->staff, arena_text(rq->arena, secret, strlen(secret)) };
    return out->token && table_put(rq->txn, &calendar_key_table, &key, &rq->err);
}

// A right secret is its own permission; a wrong one is as good as none.
static bool whose_calendar(struct request *rq, const struct calendar_feed_in *in, struct staff *out)
{
    struct calendar_key found = { .id = in->staff };
    const struct scope *scope = &rq->scope;
    if (!id_is_zero(in->staff) == (in->token != NULL))
        return fail(&rq->err, ERR_INVALID, "staff", TEXT_CALENDAR_WHOSE, NULL);
    if (in->token) {
        uint8_t hash[SECRET_SIZE];
        secret_hash(in->token, hash);
        struct key key = hash_key((struct bytes){ hash, sizeof hash });
        scope = &scope_house;
        if (!table_get_by(rq->txn, calendar_by_hash, &calendar_key_table, scope, &key, rq->arena,
                          &found))
            return fail(&rq->err, ERR_NOT_FOUND, "token", TEXT_CALENDAR_UNKNOWN, NULL);
    }
    struct key key = key_of_id(found.id);
    if (table_get(rq->txn, &staff_table, scope, &key, rq->arena, out) &&
        !(out->has_left && out->left))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, in->token ? "token" : "staff", TEXT_CALENDAR_UNKNOWN,
                NULL);
}

static size_t feed_rows(struct request *rq, struct id staff, struct appointment *rows)
{
    struct walk_options options = {
        .index = appointment_by_staff,
        .scope = &scope_house,
        .prefix = key_of_id(staff),
        .after = id_time_key(staff, rq->now_us > FEED_BACK ? rq->now_us - FEED_BACK : 0),
    };
    struct walk *walk = walk_open(rq->txn, &appointment_table, &options, rq->arena);
    size_t count = 0;
    while (count < FEED_MAX && walk_next(walk, &rows[count]) &&
           rows[count].starts_at < rq->now_us + FEED_AHEAD)
        count++;
    walk_close(walk);
    return count;
}

bool calendar_feed(struct request *rq, const struct calendar_feed_in *in,
                   struct calendar_feed_out *out)
{
    struct staff staff;
    struct zone *zone = arena_alloc(rq->arena, sizeof *zone);
    struct appointment *rows = arena_array(rq->arena, FEED_MAX + 1, sizeof *rows);
    if (!whose_calendar(rq, in, &staff))
        return false;
    if (!zone || !rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    (void)!zone_load(staff.zone ? staff.zone : contacts_house(rq)->zone, zone);
    struct ical_feed feed = { .name = staff.name, .appointments = rows, .zone = zone };
    feed.count = feed_rows(rq, staff.id, rows);
    *out = (struct calendar_feed_out){ staff.id, "text/calendar; charset=utf-8",
                                       ical_write(&feed, rq->arena) };
    // Too long as a whole: what lies furthest ahead is left out.
    while (out->content.size > FEED_BYTES && feed.count > 0) {
        feed.count /= 2;
        out->content = ical_write(&feed, rq->arena);
    }
    return out->content.data || fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

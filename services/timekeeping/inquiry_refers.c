// SPDX-License-Identifier: Apache-2.0
// What an inquiry refers to, and what still belongs to it.
#include <string.h>

#include "common/step/rows.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_callback.h"
#include "services/timekeeping/store_inquiry.h"

#define IDS_MAX     60
#define MISSING_MAX 20

// --- of others
bool refers_client(struct request *rq, struct id id, const char *field)
{
    struct client_row client;

    return id_is_zero(id) || kept_client(rq, id, &client) ||
           fail(&rq->err, ERR_NOT_FOUND, field, TEXT_CLIENT_UNKNOWN, NULL);
}

// Whoever sees the inquiry sees who asks: the client decides, not the scope.
bool refers_contact(struct request *rq, struct id client, struct id id, const char *field,
                    struct contact *ret)
{
    struct request house = *rq;

    *ret = (struct contact){ 0 };
    house.scope = scope_house;
    return id_is_zero(id) || (kept_contact(&house, &id, ret) && id_equal(ret->client, client)) ||
           fail(&rq->err, ERR_NOT_FOUND, field, TEXT_CONTACT_UNKNOWN, NULL);
}

bool refers_file(struct request *rq, struct id client, struct id id)
{
    struct key key = key_of_id(id);
    struct file file;

    if (id_is_zero(id))
        return true;
    if (table_get(rq->txn, &kept_file_table, &scope_house, &key, rq->arena, &file) &&
        id_equal(file.client, client) && !file_hidden(rq, id))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "file", TEXT_FILE_UNKNOWN, NULL);
}

bool refers_staff(struct request *rq, struct id id, const char *field, struct staff *ret)
{
    *ret = (struct staff){ 0 };
    if (id_is_zero(id) || (kept_staff(rq, id, ret) && !(ret->has_left && ret->left)))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, field, TEXT_STAFF_UNKNOWN, NULL);
}

bool refers_call(struct request *rq, struct id id, struct call *ret)
{
    *ret = (struct call){ 0 };
    return id_is_zero(id) || kept_call(rq, id, ret) ||
           fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
}

// --- of a caller
struct open_ones {
    struct inquiry *rows;
    size_t count, most;
    bool strangers; // only those of nobody known
};

static void add_open(struct request *rq, struct key prefix, struct open_ones *found)
{
    struct walk_options options = {
        .index = inquiry_open_by_caller, .scope = &rq->scope, .prefix = prefix, .down = true
    };
    struct walk *walk = walk_open(rq->txn, &inquiry_table, &options, rq->arena);

    while (found->count < found->most && walk_next(walk, &found->rows[found->count])) {
        const struct inquiry *row = &found->rows[found->count];
        found->count +=
            !inquiry_hidden(rq, row) && !(found->strangers && !id_is_zero(row->contact));
    }
    walk_close(walk);
}

static void newest_first(struct inquiry *rows, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct inquiry row = rows[i];
        size_t k = i;
        for (; k > 0 && rows[k - 1].opened_at < row.opened_at; k--)
            rows[k] = rows[k - 1];
        rows[k] = row;
    }
}

size_t inquiries_of_caller(struct request *rq, struct id client, struct id contact,
                           const char *phone, struct inquiry *rows, size_t most)
{
    static const struct id nobody;
    struct request house = *rq;
    struct id ids[IDS_MAX];
    struct open_ones found = { .rows = rows, .most = most };

    house.scope = scope_house;
    size_t id_count = kept_contact_ids(&house, contact, ids, IDS_MAX);
    for (size_t i = 0; i < id_count; i++)
        add_open(rq, inquiry_caller_key(client, ids[i], NULL), &found);
    // By the number alone only while nobody has said who it is: a contact has its own.
    found.strangers = !id_is_zero(contact);
    if (phone)
        add_open(rq, inquiry_caller_key(client, nobody, phone), &found);
    newest_first(rows, found.count);
    return found.count;
}

// --- what closing asks for
static int64_t open_callbacks(struct request *rq, struct id inquiry)
{
    struct walk_options options = { .index = &callback_indexes[TODO_INQUIRY],
                                    .scope = &scope_house,
                                    .prefix = todo_key(inquiry, false) };
    struct walk *walk = walk_open(rq->txn, &callback_table, &options, rq->arena);
    struct callback row;
    int64_t count = 0;

    while (walk_next(walk, &row))
        count++;
    walk_close(walk);
    return count;
}

static bool has_time(const struct measure *measure)
{
    return measure->has_actual_s || measure->has_raw_s;
}

static bool calls_have_time(struct request *rq, const struct inquiry *row)
{
    for (size_t i = 0; i < row->calls_count; i++) {
        struct key key = key_of_id(row->calls[i]);
        struct call call;
        if (table_get(rq->txn, &kept_call_table, &scope_house, &key, rq->arena, &call) &&
            (call.talk_ms > 0 || call.state == call_state_ENDED))
            return true;
    }
    return false;
}

bool inquiry_lacks(struct request *rq, const struct inquiry *row, struct inquiry_missing *out)
{
    struct walk_options options = { .index = measure_by_inquiry,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(row->id) };
    const char **timeless = arena_array(rq->arena, MISSING_MAX, sizeof *timeless);
    struct measure measure;
    bool timed = false;

    *out = (struct inquiry_missing){ .timeless = timeless };
    if (!timeless)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, &measure_table, &options, rq->arena);
    while (walk_next(walk, &measure)) {
        timed = timed || has_time(&measure);
        if (measure.state != measure_state_DONE)
            out->open_measures++;
        else if (!has_time(&measure) && !id_is_zero(measure.kind) &&
                 out->timeless_count < MISSING_MAX)
            timeless[out->timeless_count++] =
                arena_format(rq->arena, "%s/%lld", row->number, (long long)measure.place);
    }
    walk_close(walk);
    out->has_open_measures = out->open_measures > 0;
    out->open_callbacks = open_callbacks(rq, row->id);
    out->has_open_callbacks = out->open_callbacks > 0;
    out->has_solution = out->solution = !row->solution;
    out->has_staff = out->staff = id_is_zero(row->staff);
    out->has_time = out->time = row->chargeable && !timed && !calls_have_time(rq, row);
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// A fact of contacts is applied once per version, in one transaction with the cursor: so the line
// is there once, whatever crashes.
#include "services/telephony/told.h"

#include <string.h>

#include "common/base/civil.h"
#include "services/telephony/notes.h"
#include "services/telephony/store.h"
#include "services/telephony/who.h"

#define SERVICE_FILE "proto/telephony_told.def"
#include "proto/handlers.inc"

#define LINES_MAX 20
#define CALLS_MAX 500 // looked at
// A call that is still going on may have begun so long before.
#define CALL_LONGEST SECONDS(4 * 3600)
#define AFTERWARDS   SECONDS(15 * 60)

// --- the table
static void told_key(const void *row, struct key *key)
{
    key_id(key, ((const struct told_in_call *)row)->id);
}

static void told_call_keys(const void *row, struct keys *keys)
{
    const struct told_in_call *told = row;
    if (id_is_zero(told->call))
        return;
    struct key key = key_of_id(told->call);
    key_int(&key, told->at);
    keys_add(keys, &key);
}

static const struct index told_indexes[] = {
    { "told_in_call.by_call", told_call_keys, .query = "what was told in a call" },
};
const struct index *const call_told_by_call = &told_indexes[0];

const struct table call_told_table = {
    .name = "told_in_call",
    .number = 61,
    .record = told_in_call_record,
    .key = told_key,
    .indexes = told_indexes,
    .index_count = COUNT_OF(told_indexes),
    .grows = true,
};

// --- in which call
// Also when they were merged since: a call keeps the id that was shown.
static bool is_with(struct request *rq, const struct call *call, struct id contact)
{
    struct id with = { { 0 } };
    if (call->contact)
        with = call->contact->contact;
    else if (call->shown_contact)
        with = call->shown_contact->contact;
    return !id_is_zero(with) && id_equal(who_id_now(rq, with), who_id_now(rq, contact));
}

static bool is_theirs(const struct call *call, const char *actor)
{
    struct id staff;
    if (!id_parse(actor, &staff))
        return false;
    for (size_t i = 0; i < call->staff_count; i++) {
        if (id_equal(call->staff[i], staff))
            return true;
    }
    return false;
}

// It lasted then, or had ended a short time before: some note the telling after the call.
static bool fits_time(const struct call *call, int64_t told_at)
{
    return !call->has_ended_at || call->ended_at + AFTERWARDS >= told_at;
}

// A call with this contact, the teller's own before others'. Not the one that lasts now: the fact
// may come late.
static struct id likely_call(struct request *rq, const struct message_told *told)
{
    struct walk_options options = { .index = call_by_start,
                                    .scope = &scope_house,
                                    .after = call_start_key(told->told_at + 1),
                                    .down = true };
    struct walk *walk = walk_open(rq->txn, &call_table, &options, rq->arena);
    struct id found = { { 0 } };
    struct call call;
    for (int i = 0; i < CALLS_MAX && walk_next(walk, &call); i++) {
        if (call.started_at < told->told_at - CALL_LONGEST)
            break;
        if (!id_equal(call.client, told->client) || !is_with(rq, &call, told->contact) ||
            !fits_time(&call, told->told_at))
            continue;
        if (id_is_zero(found) || is_theirs(&call, told->told_by))
            found = call.id;
        if (is_theirs(&call, told->told_by))
            break;
    }
    walk_close(walk);
    return found;
}

// Another client's call gets no line, whatever was said.
static struct id call_of(struct request *rq, const struct message_told *told)
{
    struct call call;
    struct key key = key_of_id(told->call);
    if (id_is_zero(told->call))
        return likely_call(rq, told);
    bool known = table_get(rq->txn, &call_table, &scope_house, &key, rq->arena, &call);
    return known && id_equal(call.client, told->client) ? call.id : (struct id){ { 0 } };
}

// --- the line
bool told_line(struct request *rq, const struct message_told *told, struct told_in_call *out)
{
    const char *frame = text_german(TEXT_TOLD_LINE), *gap = strstr(frame, "{1}");
    *out = (struct told_in_call){
        .id = told->id,
        .version = told->version,
        .client = told->client,
        .call = call_of(rq, told),
        .contact = told->contact,
        .at = told->told_at,
        .by = told->told_by,
        .text = arena_format(rq->arena, "%.*s%s%s", (int)(gap - frame), frame, told->text,
                             gap + strlen("{1}")),
    };
    return out->text || fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

bool take_told(struct request *rq, const struct fact *fact, const void *row)
{
    struct told_in_call line, known;
    struct key key = key_of_id(fact->entity);
    if (fact->has_deleted && fact->deleted) {
        (void)table_del(rq->txn, &call_told_table, &key);
        return true;
    }
    // Read once more (a snapshot): the line is where it was, whichever call would be chosen today.
    if (table_get(rq->txn, &call_told_table, &scope_house, &key, rq->arena, &known))
        return true;
    if (!told_line(rq, row, &line) || !table_put(rq->txn, &call_told_table, &line, &rq->err))
        return false;
    const struct note_line said = { line.id, line.at, line.by, line.text };
    return note_add_line(rq, line.call, line.contact, &said);
}

bool call_told(struct request *rq, const struct by_id *in, struct told_in_calls *out)
{
    struct call call;
    struct key key = key_of_id(in->id);
    if (!table_get(rq->txn, &call_table, &rq->scope, &key, rq->arena, &call))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_CALL_UNKNOWN, NULL);
    struct told_in_call *rows = arena_array(rq->arena, LINES_MAX, sizeof *rows);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    struct walk_options options = { .index = call_told_by_call,
                                    .scope = &scope_house,
                                    .prefix = key };
    struct walk *walk = walk_open(rq->txn, &call_told_table, &options, rq->arena);
    // A call of nobody may have found its client since: what was told before is the house's.
    while (out->messages_count < LINES_MAX && walk_next(walk, &rows[out->messages_count]))
        out->messages_count += id_equal(rows[out->messages_count].client, call.client);
    walk_close(walk);
    out->messages = rows;
    return true;
}

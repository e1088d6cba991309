// SPDX-License-Identifier: Apache-2.0
// Calls for people: pages, newest first, by the index that fits the question.
#include <string.h>

#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"

#define LIMIT_DEFAULT 50
// Rows looked at for one page; behind them the page ends, and `more` says so.
#define LOOKED_AT_MAX 20000

// The number as calls hold it: E.164 where it can be, else as typed.
static const char *number_wanted(struct request *rq, const char *typed)
{
    const struct switchboard *board = rq->context;
    struct phone phone;
    struct err unread = { 0 };
    if (phone_read(typed, &board->home, &phone, &unread) && phone.e164[0])
        return arena_text(rq->arena, phone.e164, strlen(phone.e164));
    return typed;
}

static bool rang_or_spoke(const struct call *call, const char *agent)
{
    if (call->agent && strcmp(call->agent, agent) == 0)
        return true;
    for (size_t i = 0; i < call->agents_rung_count; i++) {
        if (strcmp(call->agents_rung[i], agent) == 0)
            return true;
    }
    return false;
}

static bool number_fits(const struct call *call, const char *number)
{
    return (call->caller && strcmp(call->caller, number) == 0) ||
           (call->called && strcmp(call->called, number) == 0);
}

static bool fits(const struct call *call, const struct call_query *query, const char *number)
{
    if (query->has_from && call->started_at < query->from)
        return false;
    if (query->has_until && call->started_at >= query->until)
        return false;
    if (!id_is_zero(query->client) && !id_equal(query->client, call->client))
        return false;
    if (query->agent && !rang_or_spoke(call, query->agent))
        return false;
    if (number && !number_fits(call, number))
        return false;
    if (query->outcome && query->outcome != call->outcome)
        return false;
    return !query->has_live || query->live == (call->state != call_state_ENDED);
}

static struct key place_in(const struct index *index, const struct call *call, const char *number)
{
    if (index == call_by_number)
        return call_number_key(number, call->started_at);
    if (index == call_by_client)
        return call_client_key(call->client, call->started_at);
    return call_start_key(call->started_at);
}

static struct walk_options walk_for(const struct request *rq, const struct call_query *query,
                                    const char *number)
{
    struct walk_options options = { .scope = &rq->scope, .down = true, .index = call_by_start };
    if (number) {
        options.index = call_by_number;
        options.prefix = number_key(number);
    } else if (!id_is_zero(query->client)) {
        options.index = call_by_client;
        options.prefix = key_of_id(query->client);
    }
    return options;
}

static bool start_behind(struct request *rq, const struct call_query *query, const char *number,
                         struct walk_options *options)
{
    if (id_is_zero(query->after))
        return true;
    struct call last;
    struct key key = key_of_id(query->after);
    if (!table_get(rq->txn, &call_table, &rq->scope, &key, rq->arena, &last))
        return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_CALL_UNKNOWN, NULL);
    options->after = place_in(options->index, &last, number);
    options->after_row = query->after;
    return true;
}

bool calls_list(struct request *rq, const struct call_query *query, struct call_page *out)
{
    size_t limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT;
    const char *number = query->number ? number_wanted(rq, query->number) : NULL;
    struct walk_options options = walk_for(rq, query, number);
    if (!start_behind(rq, query, number, &options))
        return false;
    struct call *rows = arena_array(rq->arena, limit + 1, sizeof *rows);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    struct walk *walk = walk_open(rq->txn, &call_table, &options, rq->arena);
    size_t count = 0, looked_at = 0;
    while (count <= limit && looked_at < LOOKED_AT_MAX && walk_next(walk, &rows[count])) {
        looked_at++;
        if (query->has_from && rows[count].started_at < query->from)
            break;
        count += fits(&rows[count], query, number);
    }
    walk_close(walk);
    out->more = count > limit || looked_at == LOOKED_AT_MAX;
    out->calls = rows;
    out->calls_count = count > limit ? limit : count;
    return true;
}

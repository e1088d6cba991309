// SPDX-License-Identifier: Apache-2.0
// A small service for the tests of step: teams that are added and listed, with a few bad habits.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/envelope.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static void desk_key(const void *row, struct key *key)
{
    *key = key_of_id(*(const struct id *)row);
}

static const struct table desk_teams = {
    .name = "team", .number = 1, .record = team_record, .key = desk_key
};
static const struct table *const desk_tables[] = { &desk_teams };

// "late" is refused after it was written; "mute" is refused without a word.
static bool desk_add(struct request *rq, const void *in_row, void *out_row)
{
    const struct team_new *in = in_row;
    struct team *out = out_row;

    *out = (struct team){ .id = new_id(rq),
                          .version = 1,
                          .name = in->name,
                          .edited_at = rq->now_us,
                          .edited_by = rq->actor };
    if (!table_put(rq->txn, &desk_teams, out, &rq->err))
        return false;
    emit(rq, "team", out, false);
    if (strcmp(in->name, "late") == 0)
        return fail(&rq->err, ERR_CONFLICT, "name", TEXT_STORE_TAKEN, NULL);
    return strcmp(in->name, "mute") != 0;
}

static bool desk_list(struct request *rq, const void *in_row, void *out_row)
{
    struct team_page *out = out_row;
    struct team *teams = arena_array(rq->arena, 200, sizeof *teams);
    struct walk_options options = { .scope = &rq->scope };
    struct walk *walk = walk_open(rq->txn, &desk_teams, &options, rq->arena);

    (void)in_row;
    while (out->teams_count < 200 && walk_next(walk, &teams[out->teams_count]))
        out->teams_count++;
    walk_close(walk);
    out->teams = teams;
    return true;
}

static const struct handler desk_handlers[] = {
    { &method_team_add, desk_add },
    { &method_team_list, desk_list },
};

static const struct service desk_service = {
    .schema = &contacts_schema,
    .handlers = desk_handlers,
    .handler_count = COUNT_OF(desk_handlers),
    .tables = desk_tables,
    .table_count = COUNT_OF(desk_tables),
};

static inline enum call_result desk_add_team(struct fixture *fx, const char *name)
{
    struct team_new in = { .name = name };
    struct team out;

    return call_team_add(&fx->client, &in, &out);
}

// --- a caller that writes its envelopes itself
struct desk_caller {
    struct fixture *fx;
    struct caller *caller;
    struct arena *arena;
    size_t answers;
    struct reply_head head; // of the last answer
    struct problem problem;
    struct bytes body;
};

static inline void desk_take(void *context, struct bytes head, struct bytes body)
{
    struct desk_caller *desk = context;
    struct err err = { 0 };

    desk->answers++;
    desk->problem = (struct problem){ 0 };
    desk->body =
        (struct bytes){ (const uint8_t *)arena_text(desk->arena, body.data, body.size), body.size };
    if (!decode(reply_head_record(), head, DECODE_LENIENT, desk->arena, &desk->head, &err) ||
        (strcmp(desk->head.status, "ok") != 0 &&
         !decode(problem_record(), body, DECODE_LENIENT, desk->arena, &desk->problem, &err)))
        desk->head.status = "undecodable";
}

static inline struct desk_caller *desk_caller(struct fixture *fx, const char *name, uint32_t roles)
{
    struct desk_caller *desk = calloc(1, sizeof *desk);
    struct caller caller = { .take = desk_take, .context = desk };

    if (!desk)
        abort();
    caller.principal = (struct principal){ .roles = roles };
    snprintf(caller.principal.name, sizeof caller.principal.name, "%s", name);
    caller.route.size = (uint8_t)(1 + strlen(name));
    caller.route.bytes[0] = 'D';
    memcpy(caller.route.bytes + 1, name, strlen(name));
    desk->fx = fx;
    desk->arena = arena_new((size_t)16 << 20);
    desk->caller = house_caller(fx->house, &caller);
    return desk;
}

static inline void desk_free(struct desk_caller *desk)
{
    arena_free(desk->arena);
    free(desk);
}

static inline struct envelope desk_envelope(const char *method, struct id request)
{
    return (struct envelope){ .version = ENVELOPE_VERSION,
                              .kind = ENVELOPE_REQUEST,
                              .method = method,
                              .has_correlation = true,
                              .correlation = 7,
                              .request = request };
}

// Sends without waiting; the body is a team_new of this name.
static inline void desk_send(struct desk_caller *desk, const struct envelope *envelope,
                             const char *name)
{
    struct team_new in = { .name = name };
    struct mp_writer head, body;

    mp_writer_init(&head);
    mp_writer_init(&body);
    encode(envelope_record(), envelope, &head);
    encode(team_new_record(), &in, &body);
    house_send(desk->fx->house, desk->fx, desk->caller, mp_writer_bytes(&head),
               mp_writer_bytes(&body));
    mp_writer_done(&head);
    mp_writer_done(&body);
}

// Sends, and returns the status of the answer.
static inline const char *desk_ask(struct desk_caller *desk, const struct envelope *envelope,
                                   const char *name)
{
    desk->head.status = "nothing";
    desk_send(desk, envelope, name);
    fixture_settle(desk->fx);
    return desk->head.status;
}

static inline struct id desk_id(struct fixture *fx, int64_t ago_us, uint64_t seed)
{
    struct rng rng;

    rng_seed(&rng, seed);
    return id_new(fixture_now(fx) - ago_us, &rng);
}

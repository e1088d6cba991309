// SPDX-License-Identifier: Apache-2.0
// Callers of the small service, for the tests of step.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/envelope.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"
#include "tests/unit/desk_service.h"

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

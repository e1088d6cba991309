// SPDX-License-Identifier: Apache-2.0
// Agents as calls, staff and time change them.
#include "services/telephony/agents.h"

#include <string.h>

#include "common/base/text.h"
#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/telephony/agent.h"
#include "services/telephony/store.h"

#define SERVICE_FILE "proto/telephony.def"
#include "proto/handlers.inc"

#define STAFF_MAX  50
#define TICK_MAX   100
#define LIVE_BYTES ((size_t)16 << 20)

static bool agent_put(struct request *rq, const struct agent *before, struct agent *agent)
{
    struct bytes is = request_encode(rq, agent_record(), agent);
    if (before) {
        struct bytes was = request_encode(rq, agent_record(), before);
        if (is.size == was.size && is.data && memcmp(is.data, was.data, is.size) == 0)
            return true;
    }
    // Who was taken off and comes back is newer than the tombstone.
    agent->version = before ? before->version + 1 : row_first_version(rq);
    if (!table_put(rq->txn, &agent_table, agent, &rq->err))
        return false;
    emit_agent(rq, agent, false);
    return true;
}

// --- calls
static bool holds(const char *const *list, size_t count, const struct staff *staff)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < staff->extensions_count; k++) {
            if (text_equal(list[i], staff->extensions[k]))
                return true;
        }
    }
    return false;
}

// Whoever has left has no phones.
static bool takes_part(const struct staff *staff, const struct call *call,
                       struct agent_call *ret_seen)
{
    bool left = staff->has_left && staff->left;
    *ret_seen = (struct agent_call){
        .call = call->id,
        .talking = !left && holds(call->talking, call->talking_count, staff),
    };
    return ret_seen->talking || (!left && holds(call->ringing, call->ringing_count, staff));
}

static bool see_one(struct request *rq, const struct staff *staff, const struct call *next)
{
    struct agent agent, before;
    struct key key = key_of_id(staff->id);
    struct agent_call seen;
    bool present = takes_part(staff, next, &seen);
    bool known = table_get(rq->txn, &agent_table, &scope_house, &key, rq->arena, &agent);
    if (!known && !present)
        return true;
    if (!known)
        agent = agent_make(staff, rq->now_us);
    before = agent;
    if (!agent_sees_call(&agent, &seen, present, rq->now_us, rq->arena))
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    return agent_put(rq, known ? &before : NULL, &agent);
}

struct people {
    struct staff staff[STAFF_MAX];
    size_t count;
};

static void add_owner(struct request *rq, struct people *people, const char *extension)
{
    struct walk_options options = { .index = known_staff_by_extension,
                                    .scope = &scope_house,
                                    .prefix = number_key(extension) };
    struct walk *walk = walk_open(rq->txn, &known_staff_table, &options, rq->arena);
    struct staff staff;
    while (people->count < STAFF_MAX && walk_next(walk, &staff)) {
        bool there = staff.has_left && staff.left;
        for (size_t i = 0; i < people->count && !there; i++)
            there = id_equal(people->staff[i].id, staff.id);
        if (!there)
            people->staff[people->count++] = staff;
    }
    walk_close(walk);
}

bool agents_see_call(struct request *rq, const struct call *before, const struct call *next)
{
    struct people *people = arena_alloc(rq->arena, sizeof *people);
    if (!people)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    people->count = 0;
    const char *const *lists[] = { next->ringing, next->talking, before ? before->ringing : NULL,
                                   before ? before->talking : NULL };
    size_t counts[] = { next->ringing_count, next->talking_count,
                        before ? before->ringing_count : 0, before ? before->talking_count : 0 };
    for (size_t l = 0; l < COUNT_OF(lists); l++) {
        for (size_t i = 0; i < counts[l]; i++)
            add_owner(rq, people, lists[l][i]);
    }
    for (size_t i = 0; i < people->count; i++) {
        if (!see_one(rq, &people->staff[i], next))
            return false;
    }
    return true;
}

// --- staff
static bool same_phones(const struct agent *agent, const struct staff *staff)
{
    if (staff->has_left && staff->left)
        return agent->calls_count == 0;
    bool same = agent->extensions_count == staff->extensions_count;
    for (size_t i = 0; same && i < agent->extensions_count; i++)
        same = text_equal(agent->extensions[i], staff->extensions[i]);
    return same;
}

// Asked of many members of staff within one run: what it reads is forgotten at once.
static size_t live_calls(struct request *rq, const struct staff *staff,
                         struct agent_call calls[AGENT_CALLS_MAX])
{
    struct walk_options options = { .index = call_live, .scope = &scope_house };
    struct arena *arena = arena_new(LIVE_BYTES);
    struct walk *walk = walk_open(rq->txn, &call_table, &options, arena);
    struct call call;
    size_t count = 0;
    while (count < AGENT_CALLS_MAX && walk_next(walk, &call))
        count += takes_part(staff, &call, &calls[count]);
    walk_close(walk);
    arena_free(arena);
    return count;
}

// The phones that they have now are in these calls; those that they gave up go on without them.
static bool see_calls(struct request *rq, const struct staff *staff, struct agent *agent)
{
    struct agent_call calls[AGENT_CALLS_MAX], gone;
    size_t count = staff->extensions_count > 0 ? live_calls(rq, staff, calls) : 0;
    for (size_t i = 0; i < count; i++) {
        if (!agent_sees_call(agent, &calls[i], true, rq->now_us, rq->arena))
            return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    }
    for (size_t i = agent->calls_count; i-- > 0;) {
        bool lives = false;
        gone = agent->calls[i];
        for (size_t k = 0; k < count; k++)
            lives = lives || id_equal(calls[k].call, gone.call);
        if (!lives && !agent_sees_call(agent, &gone, false, rq->now_us, rq->arena))
            return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    }
    return true;
}

bool agents_see_staff(struct request *rq, struct id id, const struct staff *staff)
{
    struct agent agent, before;
    struct key key = key_of_id(id);
    bool known = table_get(rq->txn, &agent_table, &scope_house, &key, rq->arena, &agent);
    if (!known && !staff)
        return true;
    if (!staff) {
        agent.version++;
        (void)table_del(rq->txn, &agent_table, &key);
        emit_agent(rq, &agent, true);
        return true;
    }
    if (!known)
        agent = agent_make(staff, rq->now_us);
    before = agent;
    bool moved = !known || !same_phones(&agent, staff);
    agent_take_staff(&agent, staff, rq->now_us);
    if (moved && !see_calls(rq, staff, &agent))
        return false;
    return (!known && agent.calls_count == 0) || agent_put(rq, known ? &before : NULL, &agent);
}

// --- time
static size_t find_over(struct request *rq, struct agent *agents)
{
    struct walk_options options = { .index = agent_by_wrap_up, .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &agent_table, &options, rq->arena);
    size_t count = 0;
    while (count < TICK_MAX && walk_next(walk, &agents[count]) &&
           agents[count].wrap_up_until <= rq->now_us)
        count++;
    walk_close(walk);
    return count;
}

bool agents_tick(struct request *rq)
{
    struct agent *agents = arena_array(rq->arena, TICK_MAX, sizeof *agents);
    if (!agents)
        return false;
    size_t count = find_over(rq, agents);
    for (size_t i = 0; i < count; i++) {
        struct agent before = agents[i];
        if (!agent_moves(&agents[i], AGENT_RESUMES, rq->now_us, &rq->err) ||
            !agent_put(rq, &before, &agents[i]))
            return false;
    }
    return count == TICK_MAX;
}

// --- what agents say
static bool staff_named(struct request *rq, struct id named, struct staff *out)
{
    struct id id = named;
    if (id_is_zero(id) && rq->scope.kind == SCOPE_OWN)
        id = rq->scope.id;
    if (id_is_zero(id))
        return fail(&rq->err, ERR_INVALID, "staff", TEXT_AGENT_WHO, NULL);
    struct key key = key_of_id(id);
    if (!table_get(rq->txn, &known_staff_table, &rq->scope, &key, rq->arena, out) ||
        (out->has_left && out->left))
        return fail(&rq->err, ERR_NOT_FOUND, "staff", TEXT_STAFF_UNKNOWN, NULL);
    return true;
}

struct saying {
    struct agent before, agent;
    bool known;
};

static bool saying_begin(struct request *rq, struct id named, enum agent_move move,
                         struct saying *out)
{
    struct staff staff;
    if (!staff_named(rq, named, &staff))
        return false;
    struct key key = key_of_id(staff.id);
    out->known = table_get(rq->txn, &agent_table, &scope_house, &key, rq->arena, &out->agent);
    if (!out->known)
        out->agent = agent_make(&staff, rq->now_us);
    out->before = out->agent;
    return agent_moves(&out->agent, move, rq->now_us, &rq->err);
}

static bool saying_end(struct request *rq, struct saying *saying, struct agent *out)
{
    if (!agent_put(rq, saying->known ? &saying->before : NULL, &saying->agent))
        return false;
    *out = saying->agent;
    return true;
}

static bool clients_known(struct request *rq, const struct id *clients, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct client_row client;
        struct key key = key_of_id(clients[i]);
        if (!table_get(rq->txn, &known_client_table, &scope_house, &key, rq->arena, &client))
            return fail(&rq->err, ERR_NOT_FOUND, "clients", TEXT_CLIENT_UNKNOWN, NULL);
    }
    return true;
}

bool agent_sign_on(struct request *rq, const struct agent_on_in *in, struct agent *out)
{
    struct saying saying;
    if (!clients_known(rq, in->clients, in->clients_count) ||
        !saying_begin(rq, in->staff, AGENT_SIGNS_ON, &saying))
        return false;
    saying.agent.clients = in->clients;
    saying.agent.clients_count = in->clients_count;
    saying.agent.has_wrap_up_s = in->has_wrap_up_s && in->wrap_up_s > 0;
    saying.agent.wrap_up_s = saying.agent.has_wrap_up_s ? in->wrap_up_s : 0;
    return saying_end(rq, &saying, out);
}

bool agent_sign_off(struct request *rq, const struct agent_in *in, struct agent *out)
{
    struct saying saying;
    return saying_begin(rq, in->staff, AGENT_SIGNS_OFF, &saying) && saying_end(rq, &saying, out);
}

bool agent_pause(struct request *rq, const struct agent_pause_in *in, struct agent *out)
{
    struct saying saying;
    if (!saying_begin(rq, in->staff, AGENT_PAUSES, &saying))
        return false;
    saying.agent.pause_reason = in->reason;
    return saying_end(rq, &saying, out);
}

bool agent_resume(struct request *rq, const struct agent_in *in, struct agent *out)
{
    struct saying saying;
    return saying_begin(rq, in->staff, AGENT_RESUMES, &saying) && saying_end(rq, &saying, out);
}

// SPDX-License-Identifier: Apache-2.0
// Desks: each does one thing after the other, tries again with the same id, and remembers what it
// was told; what they were told is compared with what the logs say.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

struct desk {
    struct sim *sim;
    struct caller *caller;
    struct client client;
    struct exchange exchange;
    size_t op; // SIZE_MAX: none
    bool busy;
    int64_t next_us, correlation;
    struct seen seen[MIRRORS]; // of what was acknowledged last
};

static bool is_writing(const struct op *op)
{
    return op->method->access == ACCESS_WRITE;
}

// What these say is kept with the request: it must hold for ever. The others may be said of one try
// while another one was done, or will be.
static bool is_final(enum err_code code)
{
    return code == ERR_INVALID || code == ERR_FORBIDDEN || code == ERR_NOT_FOUND ||
           code == ERR_CONFLICT || code == ERR_TOO_LARGE;
}

struct op *op_find(struct sim *sim, struct id request)
{
    for (size_t i = sim->op_count; i-- > 0;)
        if (sim->ops[i].kind != OP_REUSE && id_equal(sim->ops[i].request, request))
            return &sim->ops[i];
    return NULL;
}

const char *desk_name(const struct sim *sim, size_t desk)
{
    return sim->desks[desk].caller->principal.name;
}

const struct scope *desk_scope(const struct sim *sim, size_t desk)
{
    return &sim->desks[desk].caller->principal.scope;
}

void desk_revoke(struct sim *sim, size_t desk, bool revoked)
{
    sim_say(sim, "%s is %s", desk_name(sim, desk), revoked ? "revoked" : "accepted again");
    sim->desks[desk].caller->principal.revoked = revoked;
}

// --- an answer
static void answered_write(struct sim *sim, const struct op *op, struct bytes body)
{
    if (work_rested(sim, op, body) || clock_answered(sim, op, body))
        return;
    if (op->effects != 1)
        sim_fail(sim, "%s %s was acknowledged and has %d effects", op->method->name,
                 id_text(op->request).text, op->effects);
    else if (!bytes_same(work_answer(sim, op), body))
        sim_fail(sim, "%s %s: the answer is not what was written", op->method->name,
                 id_text(op->request).text);
}

static void remember(struct desk *desk, const struct op *op)
{
    if (!is_writing(op))
        return;
    for (int i = 0; i < MIRRORS; i++)
        if (strcmp(op->method->service, mirror_names[i]) == 0) {
            desk->seen[i] = desk->client.seen;
            desk->seen[i].service = mirror_names[i];
        }
}

static void finish(struct desk *desk, enum call_result result, struct bytes body, const void *out)
{
    struct sim *sim = desk->sim;
    struct op *op = &sim->ops[desk->op];
    enum err_code code = desk->client.refused.code;
    bool was_done = op->finished && op->result == CALL_DONE;
    bool was_refused = op->finished && op->result == CALL_REFUSED && is_final(op->refused);

    sim_say(sim, "%s: %s %s %s", desk_name(sim, op->desk), op->method->name,
            id_text(op->request).text,
            result == CALL_DONE      ? "done"
            : result == CALL_UNKNOWN ? "unknown"
                                     : err_word(code));
    if (result == CALL_DONE && (was_refused || op->kind == OP_REUSE))
        sim_fail(sim, "%s %s was done though it was to be refused", op->method->name,
                 id_text(op->request).text);
    if (result == CALL_REFUSED && was_done && is_final(code))
        sim_fail(sim, "%s %s was done and is refused with %s when repeated", op->method->name,
                 id_text(op->request).text, err_word(code));
    if (result == CALL_REFUSED && is_final(code) && is_writing(op) && op->effects)
        sim_fail(sim, "%s %s is refused with %s and was done", op->method->name,
                 id_text(op->request).text, err_word(code));
    if (result == CALL_REFUSED && code == ERR_INTERNAL)
        sim_fail(sim, "%s %s is refused with a fault of the service: %s", op->method->name,
                 id_text(op->request).text, desk->client.refused.english);
    if (result == CALL_REFUSED && is_final(code) && !was_done)
        work_refused(sim, op, code);
    if (result == CALL_DONE && is_writing(op))
        answered_write(sim, op, body);
    else if (result == CALL_DONE)
        work_answered(sim, op, out);
    if (result == CALL_DONE)
        remember(desk, op);
    if (!was_done && !was_refused && result != CALL_UNKNOWN) {
        op->result = result;
        op->refused = code;
    }
    op->finished = op->finished || result != CALL_UNKNOWN;
    desk->busy = false;
    // Whoever does not know asks again, with the same id.
    desk->next_us = sim_now(sim) + (int64_t)sim_below(sim, SECONDS(3));
    if (result != CALL_UNKNOWN || sim_below(sim, 4) == 0)
        desk->op = SIZE_MAX;
}

static void take(void *context, struct bytes head, struct bytes body)
{
    struct desk *desk = context;
    struct sim *sim = desk->sim;
    enum call_result result;
    void *out;

    if (!desk->busy || sim->failed)
        return;
    arena_reset(desk->client.arena);
    out = arena_alloc(desk->client.arena, desk->exchange.method->out()->size);
    desk->client.refused = (struct err){ 0 };
    if (out &&
        exchange_take(&desk->exchange, &desk->client, head, body, sim_now(sim), out, &result))
        finish(desk, result, body, out);
}

// --- asking
static void begin(struct desk *desk)
{
    struct sim *sim = desk->sim;
    const struct op *op = &sim->ops[desk->op];

    desk->exchange.correlation = ++desk->correlation;
    desk->exchange.body = op->body;
    exchange_begin(&desk->exchange, op->method, op->request, sim_now(sim),
                   500 + (int64_t)sim_below(sim, 15000));
    desk->client.after_count = 0;
    for (int i = 0; i < MIRRORS && op->after; i++)
        if (desk->seen[i].service)
            desk->client.after[desk->client.after_count++] = desk->seen[i];
    desk->busy = true;
}

static struct op *op_new(struct sim *sim)
{
    if (sim->op_count == sim->op_room) {
        sim->op_room = sim->op_room ? 2 * sim->op_room : 128;
        sim->ops = realloc(sim->ops, sim->op_room * sizeof *sim->ops);
        if (!sim->ops)
            abort();
    }
    sim->ops[sim->op_count] = (struct op){ .request = id_new(sim_now(sim), &sim->rng) };
    return &sim->ops[sim->op_count];
}

// Something that this desk did before, once more as it was.
static size_t old_op(struct sim *sim, size_t desk)
{
    for (int tries = 0; tries < 20 && sim->op_count; tries++) {
        size_t nth = (size_t)sim_below(sim, sim->op_count);

        if (sim->ops[nth].desk == desk && is_writing(&sim->ops[nth]))
            return nth;
    }
    return SIZE_MAX;
}

static void choose(struct sim *sim, size_t nth)
{
    struct desk *desk = &sim->desks[nth];
    struct op *op;

    if (desk->op == SIZE_MAX && sim_below(sim, 12) == 0)
        desk->op = old_op(sim, nth);
    if (desk->op != SIZE_MAX) {
        begin(desk);
        return;
    }
    op = op_new(sim);
    op->desk = nth;
    op->after = sim_below(sim, 3) == 0;
    if (!work_next(sim, nth, op)) {
        desk->next_us = sim_now(sim) + SECONDS(1);
        return;
    }
    desk->op = sim->op_count++;
    begin(desk);
}

static void send(struct desk *desk)
{
    struct sim *sim = desk->sim;
    const char *service = desk->exchange.method->service;
    struct mp_writer head;

    mp_writer_init(&head);
    exchange_envelope(&desk->exchange, &desk->client, sim_now(sim), &head);
    house_send(sim->house, house_find(sim->house, service), desk->caller, mp_writer_bytes(&head),
               desk->exchange.body);
    mp_writer_done(&head);
}

static void desk_turn(struct sim *sim, size_t nth)
{
    struct desk *desk = &sim->desks[nth];

    if (!desk->busy && sim_now(sim) >= desk->next_us && (!sim->calm || desk->op != SIZE_MAX))
        choose(sim, nth);
    if (!desk->busy)
        return;
    switch (exchange_step(&desk->exchange, sim_now(sim), &sim->rng)) {
    case EXCHANGE_SEND: send(desk); break;
    case EXCHANGE_WAIT: break;
    case EXCHANGE_LOST:
        desk->client.refused = (struct err){ 0 };
        finish(desk, CALL_UNKNOWN, (struct bytes){ NULL, 0 }, NULL);
        break;
    }
}

void desks_turn(struct sim *sim)
{
    for (size_t i = 0; i < SIM_DESKS && !sim->failed; i++) {
        arena_reset(sim->arena);
        desk_turn(sim, i);
    }
}

int64_t desks_due_us(const struct sim *sim)
{
    int64_t due = INT64_MAX;

    for (size_t i = 0; i < SIM_DESKS; i++) {
        const struct desk *desk = &sim->desks[i];
        int64_t at = desk->busy ? desk->exchange.next_us : desk->next_us;

        if ((desk->busy || !sim->calm || desk->op != SIZE_MAX) && at < due)
            due = at;
    }
    return due;
}

bool desks_idle(const struct sim *sim)
{
    for (size_t i = 0; i < SIM_DESKS; i++)
        if (sim->desks[i].busy || sim->desks[i].op != SIZE_MAX)
            return false;
    return true;
}

// --- who sits there
void desks_begin(struct sim *sim)
{
    const struct id_text anna = id_text(sim->staff); // the one desk that is a member of staff
    const struct {
        const char *name;
        uint32_t roles;
        struct scope scope;
    } who[SIM_DESKS] = {
        { "verwaltung", ROLE_BIT(ADMIN), scope_house },
        { anna.text, ROLE_BIT(AGENT), scope_house },
        { "bernd", ROLE_BIT(AGENT), scope_house },
        { "mandant-a", ROLE_BIT(CLIENT), { SCOPE_CLIENT, sim->clients[0] } },
        { "mandant-b", ROLE_BIT(CLIENT), { SCOPE_CLIENT, sim->clients[1] } },
        { "gruppe", ROLE_BIT(LEADER), { SCOPE_TEAM, sim->team } },
    };

    sim->desks = calloc(SIM_DESKS, sizeof *sim->desks);
    if (!sim->desks)
        abort();
    for (size_t i = 0; i < SIM_DESKS; i++) {
        struct desk *desk = &sim->desks[i];
        struct caller caller = { .take = take, .context = desk };

        caller.principal.roles = who[i].roles;
        caller.principal.scope = who[i].scope;
        snprintf(caller.principal.name, sizeof caller.principal.name, "%s", who[i].name);
        caller.route.size = 2;
        caller.route.bytes[0] = 'D';
        caller.route.bytes[1] = (uint8_t)i;
        desk->sim = sim;
        desk->op = SIZE_MAX;
        desk->client.arena = arena_new((size_t)64 << 20);
        desk->next_us = sim_now(sim) + (int64_t)sim_below(sim, SECONDS(1));
        desk->caller = house_caller(sim->house, &caller);
    }
}

void desks_free(struct sim *sim)
{
    for (size_t i = 0; sim->desks && i < SIM_DESKS; i++)
        arena_free(sim->desks[i].client.arena);
    free(sim->desks);
}

// --- at the end
void ops_check(struct sim *sim)
{
    for (size_t i = 0; i < sim->op_count && !sim->failed; i++) {
        const struct op *op = &sim->ops[i];
        int least = op->finished && op->result == CALL_DONE && !work_may_rest(op);
        int most = op->finished && op->result == CALL_REFUSED && is_final(op->refused) ? 0 : 1;

        if (!is_writing(op) || op->kind == OP_REUSE)
            continue;
        if (op->effects < least || op->effects > most)
            sim_fail(sim, "%s %s has %d effects, not %d to %d", op->method->name,
                     id_text(op->request).text, op->effects, least, most);
        if (op->effects && work_also(op) >= 0 && op->also != work_also(op))
            sim_fail(sim, "%s %s has %d facts more, not %d", op->method->name,
                     id_text(op->request).text, op->also, work_also(op));
    }
}

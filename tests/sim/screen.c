// SPDX-License-Identifier: Apache-2.0
// Screens watch the board: they open streams, give credit, lose their connection, come back and go
// on where they were.
#include "tests/sim/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- connections
static void take(void *context, struct bytes head, struct bytes body);

static void connect(struct screen *screen)
{
    struct caller caller = { .principal = screen->principal, .take = take, .context = screen };
    int size;

    // The server learns that the old one is gone when it next sends to it.
    if (screen->caller)
        screen->caller->take = NULL;
    size = snprintf((char *)caller.route.bytes, sizeof caller.route.bytes, "B%s-%d",
                    screen->principal.name, ++screen->routes);
    caller.route.size = (uint8_t)size;
    screen->caller = house_caller(screen->sim->house, &caller);
}

void screen_down(struct screen *screen, int64_t pause_us)
{
    screen->state = SCREEN_DOWN;
    screen->next_us = sim_now(screen->sim) + 1 + pause_us;
}

static int64_t pause(struct sim *sim)
{
    return (int64_t)sim_below(sim, sim->calm ? SECONDS(1) : SECONDS(20));
}

void screen_cut(struct sim *sim, const struct caller *caller)
{
    for (size_t i = 0; i < SIM_SCREENS; i++) {
        struct screen *screen = &sim->screens[i];

        if (screen->caller != caller)
            continue;
        sim_say(sim, "%s loses its connection", screen->principal.name);
        connect(screen);
        screen_down(screen, pause(sim));
    }
}

// A connection that repeats messages cannot be trusted to tell two lives of the notifier apart.
void screens_died(struct sim *sim)
{
    for (size_t i = 0; i < SIM_SCREENS; i++) {
        struct screen *screen = &sim->screens[i];

        if (screen->state == SCREEN_DOWN || (!sim->faults.rude && sim_below(sim, 2)))
            continue;
        connect(screen);
        screen_down(screen, pause(sim));
    }
}

// --- who may watch what
void screen_revoke(struct sim *sim, size_t nth, bool revoked)
{
    struct screen *screen = &sim->screens[nth];

    sim_say(sim, "%s is %s", screen->principal.name, revoked ? "revoked" : "accepted again");
    screen->principal.revoked = revoked;
    house_principal(sim->house, &screen->principal);
}

void screen_rescope(struct sim *sim, size_t nth)
{
    struct screen *screen = &sim->screens[nth];
    struct scope *scope = &screen->principal.scope;

    if (scope->kind == SCOPE_CLIENT) {
        scope->id = sim->clients[id_equal(scope->id, sim->clients[0])];
        screen_forget(screen);
        screen->placed = false;
        connect(screen);
        screen_down(screen, pause(sim));
    } else {
        bool may = screen->principal.roles == screen->roles;

        screen->principal.roles = may ? ROLE_BIT(OPERATOR) : screen->roles;
    }
    sim_say(sim, "%s has other rights", screen->principal.name);
    house_principal(sim->house, &screen->principal);
}

void screens_restore(struct sim *sim)
{
    for (size_t i = 0; i < SIM_SCREENS; i++) {
        sim->screens[i].principal.roles = sim->screens[i].roles;
        house_principal(sim->house, &sim->screens[i].principal);
        // The loss of the last message shows only in the next one.
        if (sim->faults.rude) {
            connect(&sim->screens[i]);
            screen_down(&sim->screens[i], pause(sim));
        }
    }
}

// --- asking
static void send(struct screen *screen)
{
    struct sim *sim = screen->sim;
    struct mp_writer head;

    mp_writer_init(&head);
    exchange_envelope(&screen->exchange, &screen->calls, sim_now(sim), &head);
    house_send(sim->house, sim->services[MIRROR_NOTIFIER], screen->caller, mp_writer_bytes(&head),
               screen->exchange.body);
    mp_writer_done(&head);
}

static void ask(struct screen *screen, const struct method *method, const void *in, int64_t wait_ms)
{
    struct sim *sim = screen->sim;

    mp_writer_reset(&screen->body);
    encode(method->in(), in, &screen->body);
    screen->exchange.body = mp_writer_bytes(&screen->body);
    screen->exchange.correlation = ++screen->correlation;
    exchange_begin(&screen->exchange, method, id_new(sim_now(sim), &sim->rng), sim_now(sim),
                   wait_ms);
}

static void open(struct screen *screen)
{
    struct sim *sim = screen->sim;
    struct stream_order order = { .board = screen->board,
                                  .client = screen->client,
                                  .team = screen->team,
                                  .credit = 1 + (int64_t)sim_below(sim, 60) };

    screen->bogus = screen->placed && sim_below(sim, 20) == 0;
    screen->resumes = screen->placed && !screen->bogus && sim_below(sim, 10) > 0;
    if (screen->resumes || screen->bogus) {
        order.has_epoch = order.has_seq = true;
        order.epoch = screen->epoch;
        order.seq = screen->bogus ? screen->seq + 1000000 : screen->seq;
    }
    sim_say(sim, "%s opens%s from %lld", screen->principal.name,
            screen->resumes ? " again"
            : screen->bogus ? " badly"
                            : "",
            (long long)screen->seq);
    screen->life = sim->lives[MIRROR_NOTIFIER];
    screen->stream = screen->nth = 0;
    screen->snapshot = false;
    screen->credit = order.credit;
    ask(screen, &method_stream_open, &order, 8000);
    screen->opened = screen->correlation;
    screen->state = SCREEN_OPENING;
}

// Also the sign that it lives; some are slow, and find their stream closed.
static void give_credit(struct screen *screen)
{
    struct sim *sim = screen->sim;
    struct stream_credit_in in = { .stream = screen->stream,
                                   .credit = (int64_t)sim_below(sim, 60) };
    bool slow = !sim->calm && sim_below(sim, 15) == 0;

    screen->credit += in.credit;
    screen->next_us = sim_now(sim) + SECONDS(1) + (int64_t)sim_below(sim, SECONDS(slow ? 30 : 4));
    ask(screen, &method_stream_credit, &in, 3000);
    (void)exchange_step(&screen->exchange, sim_now(sim), &sim->rng);
    send(screen);
}

static void opening(struct screen *screen)
{
    struct sim *sim = screen->sim;

    switch (exchange_step(&screen->exchange, sim_now(sim), &sim->rng)) {
    case EXCHANGE_SEND: send(screen); break;
    case EXCHANGE_WAIT: break;
    case EXCHANGE_LOST: screen_down(screen, pause(sim)); break;
    }
}

void screens_turn(struct sim *sim)
{
    for (size_t i = 0; i < SIM_SCREENS && !sim->failed; i++) {
        struct screen *screen = &sim->screens[i];
        bool due = sim_now(sim) >= screen->next_us;

        if (screen->state == SCREEN_DOWN && due)
            open(screen);
        if (screen->state == SCREEN_OPENING)
            opening(screen);
        else if (screen->state == SCREEN_OPEN && due)
            give_credit(screen);
    }
}

int64_t screens_due_us(const struct sim *sim)
{
    int64_t due = INT64_MAX;

    for (size_t i = 0; i < SIM_SCREENS; i++) {
        const struct screen *screen = &sim->screens[i];
        int64_t at = screen->state == SCREEN_OPENING ? screen->exchange.next_us : screen->next_us;

        due = at < due ? at : due;
    }
    return due;
}

// --- what comes
// One request has opened two: another life of the notifier has answered a later try.
static void two_streams(struct screen *screen)
{
    struct sim *sim = screen->sim;

    if (!sim->faults.rude && screen->life == sim->lives[MIRROR_NOTIFIER])
        sim_fail(sim, "%s: one request opened two streams", screen->principal.name);
    screen_down(screen, pause(sim));
}

static void take_stream(struct screen *screen, struct bytes head, struct bytes body)
{
    struct sim *sim = screen->sim;
    struct stream_event event;
    struct envelope envelope;
    struct err err = { 0 };

    if (!decode(envelope_record(), head, DECODE_LENIENT, sim->arena, &envelope, &err) ||
        !decode(stream_event_record(), body, DECODE_LENIENT, sim->arena, &event, &err)) {
        sim_fail(sim, "a stream's message cannot be read: %s", err.english);
        return;
    }
    if (screen->state == SCREEN_DOWN || envelope.correlation != screen->opened)
        return; // of a stream that was given up
    if (event.nth <= screen->nth && sim->faults.rude)
        return;                         // said twice by the network
    if (event.nth != screen->nth + 1) { // a gap, or another life of the notifier
        screen_down(screen, pause(sim));
        return;
    }
    if (screen->stream && event.stream != screen->stream) {
        two_streams(screen);
        return;
    }
    screen->nth = event.nth;
    screen->stream = event.stream;
    screen_shows(screen, &event);
}

static void take_reply(struct screen *screen, struct bytes head, struct bytes body)
{
    struct sim *sim = screen->sim;
    struct stream_opened out = { .stream = 0 };
    enum call_result result;

    if (screen->state == SCREEN_DOWN)
        return;
    arena_reset(screen->calls.arena);
    screen->calls.refused = (struct err){ 0 };
    if (!exchange_take(&screen->exchange, &screen->calls, head, body, sim_now(sim), &out, &result))
        return;
    if (result != CALL_DONE) {
        screen_down(screen, pause(sim));
    } else if (screen->state == SCREEN_OPENING) {
        if (screen->stream && out.stream != screen->stream) {
            two_streams(screen);
            return;
        }
        screen->stream = out.stream;
        screen->state = SCREEN_OPEN;
        screen->next_us = sim_now(sim) + (int64_t)sim_below(sim, SECONDS(4));
    }
}

static void take(void *context, struct bytes head, struct bytes body)
{
    struct screen *screen = context;

    if (screen->sim->failed)
        return;
    arena_reset(screen->sim->arena);
    if (envelope_kind(head) == ENVELOPE_STREAM)
        take_stream(screen, head, body);
    else
        take_reply(screen, head, body);
}

// --- who stands where
struct place {
    const char *name;
    uint32_t roles;
    struct scope scope;
    struct id client, team;
    enum board board;
};

static void screen_begin(struct sim *sim, struct screen *screen, const struct place *place)
{
    *screen = (struct screen){ .sim = sim,
                               .roles = place->roles,
                               .board = place->board,
                               .client = place->client,
                               .team = place->team,
                               .principal = { .roles = place->roles, .scope = place->scope } };
    snprintf(screen->principal.name, sizeof screen->principal.name, "%s", place->name);
    screen->calls.arena = arena_new((size_t)16 << 20);
    mp_writer_init(&screen->body);
    connect(screen);
    screen_down(screen, (int64_t)sim_below(sim, SECONDS(2)));
}

void screens_begin(struct sim *sim)
{
    const struct scope client_a = { SCOPE_CLIENT, sim->clients[0] };
    const struct scope client_b = { SCOPE_CLIENT, sim->clients[1] };
    const struct scope team = { SCOPE_TEAM, sim->team }, own = { SCOPE_OWN, sim->staff };
    const struct id any = { { 0 } };
    const struct place who[SIM_SCREENS] = {
        { "wand", ROLE_BIT(BOARD), scope_house, any, any, board_CALLS },
        { "schirm-a", ROLE_BIT(CLIENT), client_a, any, any, board_CALLS },
        { "schirm-b", ROLE_BIT(CLIENT), client_b, any, any, board_CALLS },
        { "schirm-team", ROLE_BIT(LEADER), team, any, any, board_CALLS },
        { "schirm-anna", ROLE_BIT(AGENT), own, any, any, board_CALLS },
        { "wand-b", ROLE_BIT(BOARD), scope_house, sim->clients[1], any, board_CALLS },
        { "wand-team", ROLE_BIT(AGENT), scope_house, any, sim->team, board_CALLS },
        { "leute", ROLE_BIT(BOARD), scope_house, any, any, board_AGENTS },
        { "leute-team", ROLE_BIT(LEADER), team, any, any, board_AGENTS },
        { "leute-a", ROLE_BIT(CLIENT), client_a, any, any, board_AGENTS },
        { "verpasst", ROLE_BIT(BOARD), scope_house, any, any, board_MISSED },
        { "verpasst-a", ROLE_BIT(CLIENT), client_a, any, any, board_MISSED },
        { "verpasst-anna", ROLE_BIT(AGENT), own, any, any, board_MISSED },
        { "zeit", ROLE_BIT(BOARD), scope_house, any, any, board_CLOCKS },
        { "vorgaenge", ROLE_BIT(BOARD), scope_house, any, any, board_INQUIRIES },
        { "vorgaenge-a", ROLE_BIT(CLIENT), client_a, any, any, board_INQUIRIES },
        { "rueckrufe-anna", ROLE_BIT(AGENT), own, any, any, board_CALLBACKS },
        { "wiedervorlagen-team", ROLE_BIT(LEADER), team, any, any, board_RESUBMISSIONS },
    };

    sim->screens = calloc(SIM_SCREENS, sizeof *sim->screens);
    if (!sim->screens)
        abort();
    for (size_t i = 0; i < SIM_SCREENS; i++)
        screen_begin(sim, &sim->screens[i], &who[i]);
}

void screens_free(struct sim *sim)
{
    for (size_t i = 0; sim->screens && i < SIM_SCREENS; i++) {
        arena_free(sim->screens[i].calls.arena);
        mp_writer_done(&sim->screens[i].body);
        free(sim->screens[i].rows);
    }
    free(sim->screens);
}

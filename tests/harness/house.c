// SPDX-License-Identifier: Apache-2.0
// Several services in one process: their stores, their clock, and the messages between them.
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/civil.h"
#include "tests/harness/house.h"

#define STEPS_MAX 2000000 // between two moments of the clock: beyond, something runs for ever

static void die(const char *what, const char *why)
{
    fprintf(stderr, "house: %s: %s\n", what, why);
    abort();
}

struct house *house_new(uint64_t seed)
{
    struct house *house = calloc(1, sizeof *house);
    const char *below = getenv("TMPDIR");

    if (!house || !civil_parse_rfc3339("2026-03-02T08:00:00Z", &house->now_us))
        abort();
    rng_seed(&house->rng, seed);
    snprintf(house->folder, sizeof house->folder, "%s/rufbus-XXXXXX", below ? below : "/tmp");
    if (!mkdtemp(house->folder))
        die(house->folder, "cannot be made");
    return house;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static void fixture_done(struct fixture *fx)
{
    fixture_close(fx);
    arena_free(fx->parts->arena);
    arena_free(fx->client.arena);
    free(fx->parts->fed);
    free(fx->parts->fed_tables);
    free(fx->parts->fed_list);
    free(fx->parts);
    free(fx);
}

void house_free(struct house *house)
{
    if (!house)
        return;
    for (size_t i = 0; i < house->service_count; i++)
        fixture_done(house->services[i]);
    for (size_t i = 0; i < house->mail_count; i++)
        mail_free(&house->mails[i]);
    lines_free(house);
    for (size_t i = 0; i < house->caller_count; i++)
        free(house->callers[i]);
    free(house->callers);
    free(house->mails);
    (void)nftw(house->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(house);
}

// --- principals and routes
bool route_same(const struct route *a, const struct route *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static struct caller *caller_at(struct house *house, const struct route *route)
{
    for (size_t i = 0; i < house->caller_count; i++)
        if (route_same(&house->callers[i]->route, route))
            return house->callers[i];
    return NULL;
}

struct caller *house_caller(struct house *house, const struct caller *caller)
{
    struct caller *known = caller_at(house, &caller->route);

    if (!known) {
        if (house->caller_count == house->caller_room) {
            house->caller_room = house->caller_room ? 2 * house->caller_room : 16;
            house->callers = realloc(house->callers, house->caller_room * sizeof(struct caller *));
        }
        known = calloc(1, sizeof *known);
        if (!house->callers || !known)
            abort();
        house->callers[house->caller_count++] = known;
    }
    *known = *caller;
    return known;
}

void house_principal(struct house *house, const struct principal *principal)
{
    for (size_t i = 0; i < house->caller_count; i++)
        if (strcmp(house->callers[i]->principal.name, principal->name) == 0)
            house->callers[i]->principal = *principal;
}

static bool look_up(void *context, const char *name, struct principal *out)
{
    struct house *house = context;

    for (size_t i = 0; i < house->caller_count; i++) {
        if (strcmp(house->callers[i]->principal.name, name) != 0)
            continue;
        *out = house->callers[i]->principal;
        return true;
    }
    return false;
}

static struct route route_of_service(const struct fixture *fx)
{
    struct route route = { 0 };
    const char *name = fx->service->schema->service;

    route.bytes[0] = 'S'; // no caller's route begins so
    route.size = (uint8_t)(1 + strlen(name));
    memcpy(route.bytes + 1, name, strlen(name));
    return route;
}

static struct principal principal_of_service(const struct fixture *fx)
{
    struct principal principal = { .roles = ROLE_BIT(SERVICE), .scope = scope_house };

    snprintf(principal.name, sizeof principal.name, "%s", fx->service->schema->service);
    return principal;
}

// --- a service's process
struct fixture *house_find(struct house *house, const char *service)
{
    for (size_t i = 0; i < house->service_count; i++)
        if (strcmp(house->services[i]->service->schema->service, service) == 0)
            return house->services[i];
    return NULL;
}

static bool follows(const struct fixture *fx, const char *service)
{
    for (size_t i = 0; i < fx->service->follow_count; i++)
        if (strcmp(fx->service->follows[i].service, service) == 0)
            return true;
    return false;
}

// Connections to and from this service are new.
void fixture_connect(struct fixture *fx)
{
    struct house *house = fx->house;
    const char *own = fx->service->schema->service;

    for (size_t i = 0; i < house->service_count; i++) {
        struct fixture *other = house->services[i];
        const char *name = other->service->schema->service;

        if (!other->server || other == fx)
            continue;
        if (follows(fx, name))
            server_peer_connected(fx->server, name, house->now_us + fx->skew_us);
        if (follows(other, own))
            server_peer_connected(other->server, own, house->now_us + other->skew_us);
    }
}

void fixture_start(struct fixture *fx)
{
    struct err err = { 0 };

    if (fx->server)
        return;
    fx->store = store_open(
        &(struct store_options){
            .folder = fx->parts->folder,
            .tables = fx->service->tables,
            .table_count = fx->service->table_count,
            .map_bytes = fx->parts->map_bytes,
            .epoch_if_new = 1 + rng_below(&fx->house->rng, (uint64_t)INT_LIMIT - 1),
        },
        &err);
    if (!fx->store)
        die(fx->parts->folder, err.english);
    fx->server = server_new(&(struct server_options){
        .service = fx->service,
        .store = fx->store,
        .seed = rng_next(&fx->house->rng),
        .context = fx->parts->context,
        .version = "0.1.0-test",
    });
    server_set_principals(fx->server, look_up, fx->house);
    fixture_connect(fx);
}

void fixture_close(struct fixture *fx)
{
    server_free(fx->server);
    store_close(fx->store);
    fx->server = NULL;
    fx->store = NULL;
}

void fixture_crash(struct fixture *fx)
{
    struct house *house = fx->house;

    fixture_close(fx);
    if (house->watch.died)
        house->watch.died(house->watch_context, fx);
}

static enum call_result call_as_present(struct client *client, const struct method *method,
                                        const void *in, void *out)
{
    struct fixture *fx = (struct fixture *)client; // its first member

    return line_call(fx, fx->parts->line, method, in, out);
}

struct fixture *house_add(struct house *house, const struct service *service, void *context,
                          size_t map_bytes)
{
    struct fixture *fx = calloc(1, sizeof *fx);

    if (!fx || house->service_count == HOUSE_SERVICES_MAX)
        abort();
    fx->parts = calloc(1, sizeof *fx->parts);
    if (!fx->parts)
        abort();
    fx->house = house;
    fx->service = service;
    fx->parts->context = context;
    fx->parts->map_bytes = map_bytes ? map_bytes : (size_t)64 << 20;
    fx->parts->arena = arena_new((size_t)256 << 20);
    snprintf(fx->parts->folder, sizeof fx->parts->folder, "%s/%s", house->folder,
             service->schema->service);
    fx->client = (struct client){
        .call = call_as_present,
        .arena = arena_new((size_t)256 << 20),
        .service = service->schema->service,
        .wait_ms = 10000,
    };
    house->services[house->service_count++] = fx;
    fixture_start(fx);
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "tester");
    return fx;
}

enum commit_result fixture_committed(const struct fixture *fx)
{
    return fx->parts->committed;
}

// --- what a run sends
static void post_outgoing(struct fixture *fx, const struct outgoing *out)
{
    struct house *house = fx->house;
    struct mail mail = { .from = fx, .head = out->head, .body = out->body, .route = out->route };

    if (out->kind == OUT_PEER) {
        mail.kind = MAIL_ASK;
        mail.to = house_find(house, out->peer);
        mail.route = route_of_service(fx);
        if (mail.to)
            mail_post(house, &mail);
        return;
    }
    if (out->kind == OUT_HINT) {
        mail.kind = MAIL_HINT;
        for (size_t i = 0; i < house->service_count; i++) {
            mail.to = house->services[i];
            if (follows(mail.to, fx->service->schema->service))
                mail_post(house, &mail);
        }
        return;
    }
    mail.kind = MAIL_REPLY;
    for (size_t i = 0; i < house->service_count; i++) {
        struct route route = route_of_service(house->services[i]);

        if (!route_same(&route, &out->route))
            continue;
        mail.kind = MAIL_ANSWER;
        mail.to = house->services[i];
    }
    if (!mail.to)
        mail.caller = caller_at(house, &out->route);
    mail_post(house, &mail);
}

static void run(struct fixture *fx)
{
    struct house *house = fx->house;
    enum run_fate fate = RUN_GOES_ON;
    size_t sent = SIZE_MAX;
    struct outbox out;

    if (house->watch.fate)
        fate = house->watch.fate(house->watch_context, fx, &sent);
    if (fate == RUN_DIES_BEFORE) {
        fixture_crash(fx);
        return;
    }
    fx->parts->armed_skew_us = fx->skew_us;
    fx->parts->committed = server_run(fx->server, house->now_us + fx->skew_us, &out);
    if (fx->parts->committed == COMMIT_BROKEN) {
        fixture_crash(fx);
        return;
    }
    if (house->watch.ran)
        house->watch.ran(house->watch_context, fx);
    for (size_t i = 0; i < out.count && i < sent; i++)
        post_outgoing(fx, &out.messages[i]);
    if (fate == RUN_DIES_AFTER)
        fixture_crash(fx);
}

// --- delivering
static void deliver_to_caller(struct house *house, const struct mail *mail)
{
    struct caller *caller = caller_at(house, &mail->route);

    if (caller && caller->take)
        caller->take(caller->context, mail->head, mail->body);
    else if (mail->from->server)
        server_route_lost(mail->from->server, &mail->route);
}

static void deliver(struct house *house, const struct mail *mail)
{
    const struct bytes frames[2] = { mail->head, mail->body };

    if (mail->kind == MAIL_REPLY) {
        deliver_to_caller(house, mail);
        return;
    }
    if (!mail->to->server)
        return;
    int64_t now_us = house->now_us + mail->to->skew_us;
    const char *from = mail->from ? mail->from->service->schema->service : NULL;
    if (mail->kind == MAIL_REQUEST) {
        server_take_request(mail->to->server, mail->caller ? &mail->caller->principal : NULL,
                            &mail->route, frames, 2, now_us);
    } else if (mail->kind == MAIL_ASK) {
        struct principal principal = principal_of_service(mail->from);

        server_take_request(mail->to->server, &principal, &mail->route, frames, 2, now_us);
    } else if (mail->kind == MAIL_ANSWER) {
        server_take_reply(mail->to->server, from, frames, 2, now_us);
    } else {
        server_take_hint(mail->to->server, from, frames, 2, now_us);
    }
}

void house_send(struct house *house, struct fixture *to, struct caller *caller, struct bytes head,
                struct bytes body)
{
    struct mail mail = { .kind = MAIL_REQUEST,
                         .to = to,
                         .caller = caller,
                         .route = caller->route,
                         .head = head,
                         .body = body };

    mail_post(house, &mail);
}

void house_set_judge(struct house *house, mail_judge *judge, void *context)
{
    house->judge = judge;
    house->judge_context = context;
}

void house_set_watch(struct house *house, const struct house_watch *watch, void *context)
{
    house->watch = *watch;
    house->watch_context = context;
}

// --- the clock
static int64_t due_us(const struct fixture *fx)
{
    if (!fx->server)
        return INT64_MAX;
    if (server_busy(fx->server))
        return fx->house->now_us;
    int64_t at_us = server_due_us(fx->server);
    return at_us == INT64_MAX ? at_us : at_us - fx->parts->armed_skew_us;
}

bool house_step(struct house *house)
{
    struct mail mail;

    if (mail_take(house, house->now_us, &mail)) {
        deliver(house, &mail);
        mail_free(&mail);
        return true;
    }
    for (size_t i = 0; i < house->service_count; i++) {
        if (due_us(house->services[i]) > house->now_us)
            continue;
        run(house->services[i]);
        return true;
    }
    return false;
}

int64_t house_due_us(const struct house *house)
{
    int64_t due = mail_due_us(house);

    for (size_t i = 0; i < house->service_count; i++)
        if (due_us(house->services[i]) < due)
            due = due_us(house->services[i]);
    return due;
}

void house_move(struct house *house, int64_t until_us)
{
    int64_t due = house_due_us(house);
    int64_t to_us = due < until_us ? due : until_us;

    if (to_us > house->now_us)
        house->now_us = to_us;
}

int64_t house_now(const struct house *house)
{
    return house->now_us;
}

void house_settle(struct house *house)
{
    for (int steps = 0; house_step(house); steps++)
        if (steps == STEPS_MAX)
            die("settle", "it never ends");
}

void house_wait(struct house *house, int64_t duration_us)
{
    int64_t until_us = house->now_us + duration_us;

    house_settle(house);
    while (house->now_us < until_us) {
        house_move(house, until_us);
        house_settle(house);
    }
}

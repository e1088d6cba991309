// SPDX-License-Identifier: Apache-2.0
// Sockets of a service. The hot path uses raw zmq_msg_t: no copies beyond the server's own.
#include "common/run/bus.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zmq.h>

#include "common/base/civil.h"
#include "common/base/system.h"
#include "common/run/bus_internal.h"
#include "common/run/frames.h"
#include "common/run/socket.h"
#include "common/wire/mp.h"

#define MESSAGES_AT_ONCE 1000

static bool refuse(struct err *err, enum text_id text, const char *what)
{
    return fail(err, ERR_UNAVAILABLE, NULL, text, what, system_text(errno).text, NULL);
}

static void say(struct bus *bus, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct bus *bus, const char *format, ...)
{
    char line[400];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    bus->options.log(bus->options.context, line);
}

// --- receiving
static const char *user_of(zmq_msg_t *frame)
{
    return zmq_msg_gets(frame, "User-Id");
}

static void take_request(struct bus *bus, struct frames *frames, int64_t now_us)
{
    struct route route = { 0 };
    struct bytes parts[FRAMES_MAX];
    struct principal principal;
    struct bytes id = frame_bytes(frames, 0);
    if (id.size > sizeof route.bytes || frames->count < 2) {
        server_count(bus->options.server, "malformed", 1);
        return;
    }
    route.size = (uint8_t)id.size;
    memcpy(route.bytes, id.data, id.size);
    for (size_t i = 1; i < frames->count; i++)
        parts[i - 1] = frame_bytes(frames, i);
    // The first frame has no User-Id after a zmq_poll (libzmq #4317): the second one tells.
    const char *user = user_of(&frames->parts[1]);
    bool known = user && keyring_by_user(bus->keyring, user, &principal);
    server_take_request(bus->options.server, known ? &principal : NULL, &route, parts,
                        frames->count - 1 + frames->beyond, now_us);
}

static void router_ready(void *context, int64_t now_us)
{
    struct bus *bus = context;
    struct frames frames;
    for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
        if (!frames_receive(bus->router, &frames)) {
            frames_done(&frames);
            return;
        }
        take_request(bus, &frames, now_us);
        frames_done(&frames);
    }
}

static void zap_ready(void *context, int64_t now_us)
{
    (void)now_us;
    struct bus *bus = context;
    zap_answer(bus->zap);
}

// --- sending
static void send_one(struct bus *bus, const struct outgoing *message)
{
    const char *topic = bus->options.service->schema->service;
    switch (message->kind) {
    case OUT_ROUTE: {
        struct bytes route = { message->route.bytes, message->route.size };
        if (!frames_send(bus->router, route, message)) {
            server_count(bus->options.server, "routes_lost", 1);
            server_route_lost(bus->options.server, &message->route);
        }
        break;
    }
    case OUT_HINT:
        (void)frames_send(bus->pub, (struct bytes){ (const uint8_t *)topic, strlen(topic) },
                          message);
        break;
    case OUT_PEER: peers_send(bus->peers, message); break;
    }
}

void bus_send(struct bus *bus, const struct outbox *out)
{
    for (size_t i = 0; i < out->count; i++)
        send_one(bus, &out->messages[i]);
}

// --- binding
static bool bind_router(struct bus *bus, struct err *err)
{
    char endpoint[300];
    const char *name = bus->options.service->schema->service;
    bus->router = socket_open(bus->zmq, ZMQ_ROUTER);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s.sock", bus->options.run, name);
    if (!socket_set(bus->router, ZMQ_ROUTER_MANDATORY, 1) ||
        !zap_guard(bus->router, bus->own.secret_key, bus->domain) ||
        zmq_bind(bus->router, endpoint) != 0)
        return refuse(err, TEXT_BUS_BIND, endpoint);
    if (!zap_refuses_strangers(bus->zap, bus->zmq, endpoint, bus->own.public_key))
        return fail(err, ERR_INTERNAL, NULL, TEXT_BUS_OPEN_DOOR, endpoint, NULL);
    for (size_t i = 0; i < bus->options.listen_count; i++) {
        if (zmq_bind(bus->router, bus->options.listen[i]) != 0)
            return refuse(err, TEXT_BUS_BIND, bus->options.listen[i]);
    }
    return true;
}

static bool bind_pub(struct bus *bus, struct err *err)
{
    char endpoint[300];
    bus->pub = socket_open(bus->zmq, ZMQ_PUB);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s.pub", bus->options.run,
             bus->options.service->schema->service);
    if (!zap_guard(bus->pub, bus->own.secret_key, bus->domain) || zmq_bind(bus->pub, endpoint) != 0)
        return refuse(err, TEXT_BUS_BIND, endpoint);
    return true;
}

static bool lookup(void *context, const char *name, struct principal *out)
{
    struct bus *bus = context;
    return keyring_by_name(bus->keyring, name, out);
}

static void key_fault(void *context, const char *what)
{
    say(context, "event=key_fault what=\"%s\"", what);
}

void bus_refresh(struct bus *bus)
{
    keyring_refresh(bus->keyring, key_fault, bus);
    peers_refresh(bus->peers);
}

static void look_again(void *context)
{
    struct bus *bus = context;
    keyring_refresh(bus->keyring, key_fault, bus);
}

static bool folder_make(const char *folder)
{
    return mkdir(folder, 0700) == 0 || errno == EEXIST;
}

struct bus *bus_new(const struct bus_options *options, struct err *err)
{
    struct bus *bus = calloc(1, sizeof *bus);
    if (!bus)
        abort();
    const char *name = options->service->schema->service;
    bus->options = *options;
    bus->zmq = context_open();
    snprintf(bus->domain, sizeof bus->domain, "rufbus/%s", name);
    bus->keyring = keyring_new(options->keys);
    keyring_refresh(bus->keyring, key_fault, bus);
    bus->zap = zap_new(bus->zmq, bus->keyring, bus->domain, look_again, bus);
    bool up = key_read(options->keys, name, &bus->own, err);
    if (up && !folder_make(options->run))
        up = refuse(err, TEXT_BUS_BIND, options->run);
    up = up && bind_router(bus, err) && bind_pub(bus, err);
    if (!up) {
        bus_free(bus);
        return NULL;
    }
    loop_watch_socket(options->loop, zap_socket(bus->zap), zap_ready, bus);
    loop_watch_socket(options->loop, bus->router, router_ready, bus);
    bus->watched = true;
    server_set_principals(options->server, lookup, bus);
    bus->peers = peers_new(&(struct peers_options){
        .loop = options->loop,
        .server = options->server,
        .service = options->service,
        .run = options->run,
        .zmq = bus->zmq,
        .own = &bus->own,
        .keyring = bus->keyring,
    });
    return bus;
}

void bus_free(struct bus *bus)
{
    if (!bus)
        return;
    peers_free(bus->peers);
    if (bus->watched) {
        loop_unwatch_socket(bus->options.loop, zap_socket(bus->zap));
        loop_unwatch_socket(bus->options.loop, bus->router);
    }
    if (bus->router)
        zmq_close(bus->router);
    if (bus->pub)
        zmq_close(bus->pub);
    zap_free(bus->zap);
    zmq_ctx_term(bus->zmq);
    keyring_free(bus->keyring);
    free(bus);
}

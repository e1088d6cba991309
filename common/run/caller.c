// SPDX-License-Identifier: Apache-2.0
// The exchange machine of common/step over real sockets.
#include "common/run/caller.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <zmq.h>

#include "common/base/civil.h"
#include "common/base/system.h"
#include "common/run/loop.h"
#include "common/run/socket.h"
#include "common/wire/envelope.h"

#define SERVICES_MAX 8
#define FRAMES_MAX   2
#define SILENCES_MAX 3 // attempts without a word, then a new socket

struct event {
    struct event *next;
    size_t head_size, body_size;
    uint8_t bytes[];
};

struct line {
    char service[32];
    void *socket;
    struct event *first, *last; // stream messages that came while a reply was awaited
};

struct caller {
    struct client client; // first: the stubs give it back to us
    struct caller_options options;
    void *zmq;
    struct key_pair own;
    struct keyring *keyring;
    struct rng rng;
    struct line lines[SERVICES_MAX];
    size_t line_count;
    int64_t correlation;
    struct event *shown; // what caller_next gave out last
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

void caller_catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool caller_interrupted(void)
{
    return interrupted;
}

// --- sockets
static void *socket_connect(struct caller *caller, const char *service, struct err *err)
{
    char endpoint[500];
    const char *key = keyring_public(caller->keyring, service);
    if (!key) {
        (void)fail(err, ERR_UNAVAILABLE, NULL, TEXT_KEY_MISSING, service, NULL);
        return NULL;
    }
    void *socket = socket_open(caller->zmq, ZMQ_DEALER);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s.sock", caller->options.run, service);
    if (socket_as_client(socket, &caller->own, key) && zmq_connect(socket, endpoint) == 0)
        return socket;
    (void)fail(err, ERR_UNAVAILABLE, NULL, TEXT_BUS_BIND, endpoint, system_text(zmq_errno()).text,
               NULL);
    zmq_close(socket);
    return NULL;
}

static struct line *line_open(struct caller *caller, const char *service, struct err *err)
{
    for (size_t i = 0; i < caller->line_count; i++) {
        if (strcmp(caller->lines[i].service, service) == 0)
            return &caller->lines[i];
    }
    if (caller->line_count == SERVICES_MAX) {
        (void)fail(err, ERR_UNAVAILABLE, NULL, TEXT_KEY_MISSING, service, NULL);
        return NULL;
    }
    void *socket = socket_connect(caller, service, err);
    if (!socket)
        return NULL;
    struct line *line = &caller->lines[caller->line_count++];
    snprintf(line->service, sizeof line->service, "%s", service);
    line->socket = socket;
    return line;
}

// libzmq never comes back from some broken connections (a handshake that was refused once, a peer
// that is gone without a word): after some silence a new socket asks.
static void line_renew(struct caller *caller, struct line *line)
{
    struct err ignored = { 0 };
    keyring_refresh(caller->keyring, NULL, NULL);
    void *socket = socket_connect(caller, line->service, &ignored);
    if (!socket)
        return;
    zmq_close(line->socket);
    line->socket = socket;
}

// One message of two frames as one block; NULL when none waits, or it is none of ours.
static struct event *receive(void *socket)
{
    zmq_msg_t parts[FRAMES_MAX];
    size_t count = 0;
    for (bool more = true; more;) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0)
            break;
        more = zmq_msg_more(&part);
        if (count < FRAMES_MAX)
            parts[count++] = part;
        else
            zmq_msg_close(&part);
    }
    struct event *event = NULL;
    if (count == FRAMES_MAX) {
        size_t head = zmq_msg_size(&parts[0]), body = zmq_msg_size(&parts[1]);
        event = malloc(sizeof *event + head + body);
        if (!event)
            abort();
        *event = (struct event){ .head_size = head, .body_size = body };
        memcpy(event->bytes, zmq_msg_data(&parts[0]), head);
        memcpy(event->bytes + head, zmq_msg_data(&parts[1]), body);
    }
    for (size_t i = 0; i < count; i++)
        zmq_msg_close(&parts[i]);
    return event;
}

static struct bytes head_of(const struct event *event)
{
    return (struct bytes){ event->bytes, event->head_size };
}

static struct bytes body_of(const struct event *event)
{
    return (struct bytes){ event->bytes + event->head_size, event->body_size };
}

static void keep(struct line *line, struct event *event)
{
    event->next = NULL;
    if (line->last)
        line->last->next = event;
    else
        line->first = event;
    line->last = event;
}

static bool wait_for(struct line *line, short events, int64_t until_us)
{
    int64_t left_us = until_us - loop_now_us();
    zmq_pollitem_t item = { line->socket, 0, events, 0 };
    return zmq_poll(&item, 1, left_us > 0 ? (long)(left_us / 1000) + 1 : 0) > 0;
}

// --- calls
static void send_request(struct caller *caller, struct line *line, const struct exchange *exchange)
{
    struct mp_writer head;
    mp_writer_init(&head);
    exchange_envelope(exchange, &caller->client, loop_now_us(), &head);
    if (zmq_send(line->socket, head.data, head.size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
        (void)zmq_send(line->socket, exchange->body.data, exchange->body.size, ZMQ_DONTWAIT);
    mp_writer_done(&head);
}

// True when the exchange is over.
static bool take_waiting(struct caller *caller, struct line *line, struct exchange *exchange,
                         void *out, enum call_result *ret_result)
{
    struct event *event;
    while ((event = receive(line->socket)) != NULL) {
        if (envelope_kind(head_of(event)) == ENVELOPE_STREAM) {
            keep(line, event);
            continue;
        }
        bool over = exchange_take(exchange, &caller->client, head_of(event), body_of(event),
                                  loop_now_us(), out, ret_result);
        free(event);
        if (over)
            return true;
    }
    return false;
}

static enum call_result exchange_all(struct caller *caller, struct line *line,
                                     struct exchange *exchange, void *out)
{
    for (int silences = 0;;) {
        enum call_result result;
        enum exchange_need need = exchange_step(exchange, loop_now_us(), &caller->rng);
        if (need == EXCHANGE_LOST || interrupted)
            return CALL_UNKNOWN;
        if (need == EXCHANGE_SEND && silences == SILENCES_MAX) {
            line_renew(caller, line);
            silences = 0;
        }
        // Nothing is queued for a peer that is away: the socket takes it once it is connected.
        if (need == EXCHANGE_SEND && wait_for(line, ZMQ_POLLOUT, exchange->next_us))
            send_request(caller, line, exchange);
        silences = wait_for(line, ZMQ_POLLIN, exchange->next_us) ? 0 : silences + 1;
        if (silences == 0 && take_waiting(caller, line, exchange, out, &result))
            return result;
    }
}

static enum call_result call(struct client *client, const struct method *method, const void *in,
                             void *out)
{
    struct caller *caller = (struct caller *)client;
    bool common = strcmp(method->service, "common") == 0;
    struct line *line =
        line_open(caller, common ? client->service : method->service, &client->refused);
    if (!line)
        return CALL_REFUSED;
    struct mp_writer body;
    mp_writer_init(&body);
    encode(method->in(), in, &body);
    struct exchange exchange = { .correlation = ++caller->correlation,
                                 .body = mp_writer_bytes(&body) };
    int64_t now_us = loop_now_us();
    exchange_begin(&exchange, method, id_new(now_us, &caller->rng), now_us, client->wait_ms);
    enum call_result result = exchange_all(caller, line, &exchange, out);
    mp_writer_done(&body);
    return result;
}

struct caller *caller_new(const struct caller_options *options, struct err *err)
{
    struct caller *caller = calloc(1, sizeof *caller);
    uint64_t seed;
    if (!caller || sodium_init() < 0)
        abort();
    randombytes_buf(&seed, sizeof seed);
    rng_seed(&caller->rng, seed);
    caller->options = *options;
    caller->keyring = keyring_new(options->keys);
    keyring_refresh(caller->keyring, NULL, NULL);
    caller->zmq = context_open();
    caller->client = (struct client){
        .call = call,
        .arena = options->arena,
        .service = options->service,
        .wait_ms = options->wait_ms,
    };
    if (key_read(options->keys, options->name, &caller->own, err))
        return caller;
    caller_free(caller);
    return NULL;
}

void caller_free(struct caller *caller)
{
    if (!caller)
        return;
    for (size_t i = 0; i < caller->line_count; i++) {
        zmq_close(caller->lines[i].socket);
        while (caller->lines[i].first) {
            struct event *event = caller->lines[i].first;
            caller->lines[i].first = event->next;
            free(event);
        }
    }
    free(caller->shown);
    keyring_free(caller->keyring);
    zmq_ctx_term(caller->zmq);
    free(caller);
}

struct client *caller_client(struct caller *caller)
{
    return &caller->client;
}

bool caller_next(struct caller *caller, const char *service, int64_t wait_ms,
                 struct bytes *ret_head, struct bytes *ret_body)
{
    struct err err = { 0 };
    struct line *line = line_open(caller, service, &err);
    int64_t until_us = loop_now_us() + MILLISECONDS(wait_ms);
    while (line && !line->first && !interrupted) {
        struct event *event = receive(line->socket);
        if (event && envelope_kind(head_of(event)) == ENVELOPE_STREAM)
            keep(line, event);
        else
            free(event);
        if (!event && (loop_now_us() >= until_us || !wait_for(line, ZMQ_POLLIN, until_us)) &&
            loop_now_us() >= until_us)
            return false;
    }
    if (!line || !line->first)
        return false;
    free(caller->shown);
    caller->shown = line->first;
    line->first = caller->shown->next;
    if (!line->first)
        line->last = NULL;
    *ret_head = head_of(caller->shown);
    *ret_body = body_of(caller->shown);
    return true;
}

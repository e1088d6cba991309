// SPDX-License-Identifier: Apache-2.0
// The handler of authentication requests.
#include "common/run/zap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "common/base/civil.h"
#include "common/run/loop.h"
#include "common/run/socket.h"

#define ENFORCE_DOMAIN 93
#define FRAMES         7 // version, request, domain, address, identity, mechanism, key
#define REQUESTS_MAX   100
#define LOOK_AGAIN_US  MILLISECONDS(100)
#define SELF_TEST_MS   5000

struct zap {
    void *socket;
    const struct keyring *keyring;
    zap_look_again *look_again;
    void *context;
    char domain[64];
    int64_t refused, looked_us;
};

struct zap *zap_new(void *zmq_context, const struct keyring *keyring, const char *domain,
                    zap_look_again *look_again, void *context)
{
    struct zap *zap = calloc(1, sizeof *zap);
    if (!zap)
        abort();
    zap->keyring = keyring;
    zap->look_again = look_again;
    zap->context = context;
    snprintf(zap->domain, sizeof zap->domain, "%s", domain);
    zap->socket = socket_open(zmq_context, ZMQ_ROUTER);
    if (zmq_bind(zap->socket, "inproc://zeromq.zap.01") != 0)
        abort();
    return zap;
}

void zap_free(struct zap *zap)
{
    if (!zap)
        return;
    zmq_close(zap->socket);
    free(zap);
}

void *zap_socket(struct zap *zap)
{
    return zap->socket;
}

int64_t zap_refused(const struct zap *zap)
{
    return zap->refused;
}

struct zap_request {
    char route[256], frames[FRAMES][256];
    size_t route_size, sizes[FRAMES];
    int count;
};

static bool receive(void *socket, struct zap_request *request)
{
    int more = 1;
    *request = (struct zap_request){ .count = -2 };
    while (more) {
        char frame[256];
        int size = zmq_recv(socket, frame, sizeof frame, ZMQ_DONTWAIT);
        size_t option = sizeof more;
        if (size < 0 || zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &option) != 0)
            return false;
        size_t kept = (size_t)size < sizeof frame ? (size_t)size : sizeof frame;
        if (request->count == -2) {
            memcpy(request->route, frame, kept);
            request->route_size = kept;
        } else if (request->count >= 0 && request->count < FRAMES) {
            memcpy(request->frames[request->count], frame, kept);
            request->sizes[request->count] = kept;
        }
        request->count++;
    }
    return true;
}

static bool equals(const struct zap_request *request, int frame, const char *text)
{
    return request->sizes[frame] == strlen(text) &&
           memcmp(request->frames[frame], text, strlen(text)) == 0;
}

// A key may have been made a moment ago: libzmq's clients do not come back after a refusal. The
// folder is looked at seldom enough that a flood of strangers costs nothing.
static bool is_known(struct zap *zap, const char *key, struct principal *out)
{
    if (keyring_by_public(zap->keyring, key, out))
        return true;
    int64_t now_us = loop_now_us();
    if (now_us >= zap->looked_us && now_us < zap->looked_us + LOOK_AGAIN_US)
        return false;
    zap->looked_us = now_us;
    zap->look_again(zap->context);
    return keyring_by_public(zap->keyring, key, out);
}

static bool is_trusted(struct zap *zap, const struct zap_request *request, struct user_id *out)
{
    char key[KEY_TEXT];
    struct principal principal;
    bool trusted = request->count == FRAMES && equals(request, 0, "1.0") &&
                   equals(request, 2, zap->domain) && equals(request, 5, "CURVE") &&
                   request->sizes[6] == 32 &&
                   zmq_z85_encode(key, (const uint8_t *)request->frames[6], 32) &&
                   is_known(zap, key, &principal);
    if (trusted)
        *out = user_id_of(principal.name, key);
    return trusted;
}

static void respond(struct zap *zap, const struct zap_request *request, const char *code,
                    const char *text, const char *user)
{
    void *socket = zap->socket;
    zmq_send(socket, request->route, request->route_size, ZMQ_SNDMORE);
    zmq_send(socket, "", 0, ZMQ_SNDMORE);
    zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(socket, request->frames[1], request->sizes[1], ZMQ_SNDMORE);
    zmq_send(socket, code, 3, ZMQ_SNDMORE);
    zmq_send(socket, text, strlen(text), ZMQ_SNDMORE);
    zmq_send(socket, user, strlen(user), ZMQ_SNDMORE);
    zmq_send(socket, "", 0, 0);
}

void zap_answer(struct zap *zap)
{
    for (int i = 0; i < REQUESTS_MAX; i++) {
        struct zap_request request;
        struct user_id user;
        if (!receive(zap->socket, &request))
            return;
        if (is_trusted(zap, &request, &user)) {
            respond(zap, &request, "200", "OK", user.text);
        } else {
            zap->refused++;
            respond(zap, &request, "400", "unknown key", "");
        }
    }
}

bool zap_guard(void *socket, const char *secret_key, const char *domain)
{
    int on = 1;
    return zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &on, sizeof on) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret_key, KEY_TEXT - 1) == 0 &&
           zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0 &&
           zmq_setsockopt(socket, ENFORCE_DOMAIN, &on, sizeof on) == 0;
}

static uint16_t next_event(struct zap *zap, void *monitor, int64_t until_us)
{
    while (loop_now_us() < until_us) {
        uint8_t head[6];
        uint16_t event;
        zmq_pollitem_t items[] = { { monitor, 0, ZMQ_POLLIN, 0 },
                                   { zap->socket, 0, ZMQ_POLLIN, 0 } };
        (void)zmq_poll(items, 2, 100);
        zap_answer(zap);
        if (zmq_recv(monitor, head, sizeof head, ZMQ_DONTWAIT) != sizeof head)
            continue;
        memcpy(&event, head, sizeof event);
        return event;
    }
    return 0;
}

bool zap_refuses_strangers(struct zap *zap, void *zmq_context, const char *endpoint,
                           const char *public_key)
{
    struct key_pair pair;
    void *stranger = socket_open(zmq_context, ZMQ_DEALER);
    void *monitor = socket_open(zmq_context, ZMQ_PAIR);
    bool ready =
        zmq_curve_keypair(pair.public_key, pair.secret_key) == 0 &&
        socket_as_client(stranger, &pair, public_key) &&
        zmq_socket_monitor(stranger, "inproc://self-test",
                           ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_SUCCEEDED) == 0 &&
        zmq_connect(monitor, "inproc://self-test") == 0 && zmq_connect(stranger, endpoint) == 0;
    uint16_t event =
        ready ? next_event(zap, monitor, loop_now_us() + MILLISECONDS(SELF_TEST_MS)) : 0;
    zmq_socket_monitor(stranger, NULL, 0);
    zmq_close(monitor);
    zmq_close(stranger);
    return event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
}

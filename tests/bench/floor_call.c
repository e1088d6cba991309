// SPDX-License-Identifier: Apache-2.0
// A call's way through the house with nothing but sockets and commits: two processes, each with one
// synced commit of as many bytes as the service writes, CURVE between them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zmq.h>

#include "tests/bench/bare.h"
#include "tests/bench/bench.h"
#include "tests/bench/floor.h"

#define FRAME_MAX    1600
#define ROUTES_MAX   64
#define ROUTE_MAX    32
#define CALL_BYTES   420 // of a call's row
#define FACT_BYTES   560 // of its fact
#define BOARD_BYTES  620 // of the board's row
#define STREAM_BYTES 700 // of what a frontend gets

// --- telephony
static void commit_call(struct bare *bare, const char *id, size_t size, uint64_t seq)
{
    uint8_t row[FACT_BYTES] = { 0 };
    bare_begin(bare, true);
    bare_put(bare, 1, id, size, row, CALL_BYTES);
    bare_put(bare, 2, &seq, sizeof seq, row, FACT_BYTES);
    bare_put(bare, 0, "s:head", 6, row, 24);
    bare_commit(bare);
}

struct ringing {
    struct bare bare;
    void *pub;
    uint64_t seq;
    char buffer[1 << 16];
    size_t size;
};

static void take_message(struct ringing *ringing, const char *message, size_t size)
{
    const char *id = memmem(message, size, "\nLinkedid: ", 11);
    if (!id || !memmem(message, size, "Event: Newstate", 15) ||
        !memmem(message, size, "ChannelStateDesc: Ringing", 25))
        return;
    id += 11;
    size_t length = strcspn(id, "\r\n");
    uint8_t fact[FACT_BYTES] = { (uint8_t)length };
    memcpy(fact + 1, id, length);
    commit_call(&ringing->bare, id, length, ++ringing->seq);
    zmq_send(ringing->pub, "telephony", 9, ZMQ_SNDMORE);
    zmq_send(ringing->pub, fact, 16, ZMQ_SNDMORE);
    zmq_send(ringing->pub, fact, sizeof fact, 0);
}

static void take_bytes(struct ringing *ringing)
{
    char *at = ringing->buffer, *end = ringing->buffer + ringing->size, *behind;
    while ((behind = memmem(at, (size_t)(end - at), "\r\n\r\n", 4)) != NULL) {
        take_message(ringing, at, (size_t)(behind + 4 - at));
        at = behind + 4;
    }
    ringing->size = (size_t)(end - at);
    memmove(ringing->buffer, at, ringing->size);
    if (ringing->size == sizeof ringing->buffer)
        bench_stop("floor: a message without an end");
}

int floor_telephony(const char *folder, const char *run, const char *secret, int port)
{
    static struct ringing ringing;
    struct sockaddr_in place = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    bare_open(&ringing.bare, folder, 3);
    ringing.pub = floor_socket(zmq_ctx_new(), ZMQ_PUB, run, "floor.pub", secret);
    int pbx = socket(AF_INET, SOCK_STREAM, 0);
    if (pbx < 0 || connect(pbx, (struct sockaddr *)&place, sizeof place) != 0)
        bench_stop("floor: no PBX");
    for (;;) {
        ssize_t size =
            recv(pbx, ringing.buffer + ringing.size, sizeof ringing.buffer - ringing.size, 0);
        if (size <= 0)
            pause();
        ringing.size += (size_t)size;
        take_bytes(&ringing);
    }
}

// --- notifier
struct telling {
    struct bare bare;
    void *router, *sub;
    struct {
        uint8_t bytes[ROUTE_MAX];
        size_t size;
    } routes[ROUTES_MAX];
    size_t count;
    uint64_t seq;
};

static void commit_board(struct telling *telling, const char *id, size_t size)
{
    uint8_t row[FACT_BYTES + BOARD_BYTES] = { 0 };
    struct bare *bare = &telling->bare;
    telling->seq++;
    bare_begin(bare, true);
    bare_put(bare, 1, id, size, row, BOARD_BYTES);
    bare_put(bare, 2, id, size, row, 20);
    bare_put(bare, 3, &telling->seq, sizeof telling->seq, row, BOARD_BYTES + 140);
    bare_put(bare, 4, id, size, row, 40);
    bare_put(bare, 5, "telephony", 9, row, 60);
    bare_put(bare, 0, "s:head", 6, row, 24);
    bare_commit(bare);
}

// As a frontend looks for it in the service's own message.
static void tell_all(struct telling *telling, const char *id, size_t size)
{
    uint8_t body[STREAM_BYTES] = { 0 };
    uint8_t text[] = { 0xaa, 's', 'o', 'u', 'r', 'c', 'e', '_', 'r', 'e', 'f', 0xa0 };
    text[sizeof text - 1] |= (uint8_t)size;
    memcpy(body, text, sizeof text);
    memcpy(body + sizeof text, id, size);
    memcpy(body + sizeof text + size, "\xa5state\xa7ringing\xa6popper", 21);
    for (size_t i = 0; i < telling->count; i++) {
        zmq_send(telling->router, telling->routes[i].bytes, telling->routes[i].size, ZMQ_SNDMORE);
        zmq_send(telling->router, body, 16, ZMQ_SNDMORE);
        zmq_send(telling->router, body, sizeof body, 0);
    }
}

// Whoever writes for the first time is told from now on; everyone is answered.
static void greet(struct telling *telling)
{
    uint8_t route[ROUTE_MAX], frame[FRAME_MAX];
    int size, more = 1, head = 0;
    size_t room = sizeof more;
    if ((size = zmq_recv(telling->router, route, sizeof route, ZMQ_DONTWAIT)) < 0)
        return;
    while (more) {
        head = zmq_recv(telling->router, frame, sizeof frame, 0);
        (void)zmq_getsockopt(telling->router, ZMQ_RCVMORE, &more, &room);
    }
    (void)head;
    bool known = false;
    for (size_t i = 0; i < telling->count && !known; i++)
        known = telling->routes[i].size == (size_t)size &&
                memcmp(telling->routes[i].bytes, route, (size_t)size) == 0;
    if (known || telling->count == ROUTES_MAX)
        return;
    memcpy(telling->routes[telling->count].bytes, route, (size_t)size);
    telling->routes[telling->count++].size = (size_t)size;
    zmq_send(telling->router, route, (size_t)size, ZMQ_SNDMORE);
    zmq_send(telling->router, "hello", 5, ZMQ_SNDMORE);
    zmq_send(telling->router, "hello", 5, 0);
}

static void hear(struct telling *telling)
{
    uint8_t frame[FRAME_MAX];
    if (zmq_recv(telling->sub, frame, sizeof frame, ZMQ_DONTWAIT) < 0)
        return;
    (void)zmq_recv(telling->sub, frame, sizeof frame, 0);
    (void)zmq_recv(telling->sub, frame, sizeof frame, 0);
    commit_board(telling, (const char *)frame + 1, frame[0]);
    tell_all(telling, (const char *)frame + 1, frame[0]);
}

static void *listen_to(void *zmq, const char *run, const char *server_key)
{
    char endpoint[300], public_key[41], secret_key[41];
    void *sub = zmq_socket(zmq, ZMQ_SUB);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/floor.pub", run);
    (void)zmq_curve_keypair(public_key, secret_key);
    if (zmq_setsockopt(sub, ZMQ_CURVE_PUBLICKEY, public_key, 40) != 0 ||
        zmq_setsockopt(sub, ZMQ_CURVE_SECRETKEY, secret_key, 40) != 0 ||
        zmq_setsockopt(sub, ZMQ_CURVE_SERVERKEY, server_key, 40) != 0 ||
        zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "", 0) != 0 || zmq_connect(sub, endpoint) != 0)
        bench_stop("floor: %s", endpoint);
    return sub;
}

int floor_notifier(const char *folder, const char *run, const char *secret, const char *peer)
{
    static struct telling telling;
    void *zmq = zmq_ctx_new();
    bare_open(&telling.bare, folder, 6);
    telling.router = floor_socket(zmq, ZMQ_ROUTER, run, "floor.sock", secret);
    telling.sub = listen_to(zmq, run, peer);
    for (;;) {
        zmq_pollitem_t items[] = { { telling.router, 0, ZMQ_POLLIN, 0 },
                                   { telling.sub, 0, ZMQ_POLLIN, 0 } };
        (void)zmq_poll(items, 2, -1);
        if (items[1].revents)
            hear(&telling);
        if (items[0].revents)
            greet(&telling);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "common/run/peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/run/frames.h"
#include "common/run/socket.h"

#define MESSAGES_AT_ONCE 500

static void dealer_ready(void *context, int64_t now_us)
{
    struct peer *peer = context;
    struct frames frames;
    for (int i = 0; i < MESSAGES_AT_ONCE && frames_receive(peer->dealer, &frames); i++) {
        struct bytes parts[FRAMES_MAX];
        for (size_t j = 0; j < frames.count; j++)
            parts[j] = frame_bytes(&frames, j);
        server_take_reply(peer->peers->options.server, peer->service, parts,
                          frames.count + frames.beyond, now_us);
        frames_done(&frames);
    }
}

static void sub_ready(void *context, int64_t now_us)
{
    struct peer *peer = context;
    struct frames frames;
    for (int i = 0; i < MESSAGES_AT_ONCE && frames_receive(peer->sub, &frames); i++) {
        if (frames.count == 3 && frames.beyond == 0) {
            struct bytes parts[] = { frame_bytes(&frames, 1), frame_bytes(&frames, 2) };
            server_take_hint(peer->peers->options.server, peer->service, parts, 2, now_us);
        }
        frames_done(&frames);
    }
}

static void monitor_ready(void *context, int64_t now_us)
{
    struct peer *peer = context;
    struct frames frames;
    while (frames_receive(peer->monitor, &frames)) {
        struct bytes head = frame_bytes(&frames, 0);
        uint16_t event = 0;
        if (head.size >= sizeof event)
            memcpy(&event, head.data, sizeof event);
        frames_done(&frames);
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            server_peer_connected(peer->peers->options.server, peer->service, now_us);
        else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
            peer->server_key[0] = '\0'; // libzmq gives up: the next refresh connects anew
    }
}

static void *client_open(struct peer *peer, int type)
{
    void *socket = socket_open(peer->peers->options.zmq, type);
    if (!socket_as_client(socket, peer->peers->options.own, peer->server_key))
        abort();
    return socket;
}

static void peer_connect(struct peer *peer)
{
    const struct peers_options *options = &peer->peers->options;
    char endpoint[300], watch[80];
    peer->dealer = client_open(peer, ZMQ_DEALER);
    peer->sub = client_open(peer, ZMQ_SUB);
    zmq_setsockopt(peer->sub, ZMQ_SUBSCRIBE, peer->service, strlen(peer->service));
    snprintf(watch, sizeof watch, "inproc://peer-%s", peer->service);
    zmq_socket_monitor(peer->dealer, watch,
                       ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    peer->monitor = socket_open(options->zmq, ZMQ_PAIR);
    zmq_connect(peer->monitor, watch);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s.sock", options->run, peer->service);
    zmq_connect(peer->dealer, endpoint);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s.pub", options->run, peer->service);
    zmq_connect(peer->sub, endpoint);
    loop_watch_socket(options->loop, peer->dealer, dealer_ready, peer);
    loop_watch_socket(options->loop, peer->sub, sub_ready, peer);
    loop_watch_socket(options->loop, peer->monitor, monitor_ready, peer);
}

static void peer_close(struct peer *peer)
{
    void **const sockets[] = { &peer->dealer, &peer->sub, &peer->monitor };
    if (peer->dealer)
        zmq_socket_monitor(peer->dealer, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(sockets); i++) {
        if (!*sockets[i])
            continue;
        loop_unwatch_socket(peer->peers->options.loop, *sockets[i]);
        zmq_close(*sockets[i]);
        *sockets[i] = NULL;
    }
    peer->server_key[0] = '\0';
}

void peers_refresh(struct peers *peers)
{
    for (size_t i = 0; i < peers->count; i++) {
        struct peer *peer = &peers->peers[i];
        const char *key = keyring_public(peers->options.keyring, peer->service);
        if (!key || strcmp(key, peer->server_key) == 0)
            continue;
        peer_close(peer);
        memcpy(peer->server_key, key, KEY_TEXT);
        peer_connect(peer);
    }
}

static bool has(const struct peers *peers, const char *service)
{
    for (size_t i = 0; i < peers->count; i++) {
        if (strcmp(peers->peers[i].service, service) == 0)
            return true;
    }
    return false;
}

struct peers *peers_new(const struct peers_options *options)
{
    struct peers *peers = calloc(1, sizeof *peers);
    if (!peers)
        abort();
    peers->options = *options;
    for (size_t i = 0; i < options->service->follow_count; i++) {
        const char *name = options->service->follows[i].service;
        if (!has(peers, name) && peers->count < PEERS_MAX)
            peers->peers[peers->count++] = (struct peer){ .peers = peers, .service = name };
    }
    peers_refresh(peers);
    return peers;
}

void peers_free(struct peers *peers)
{
    for (size_t i = 0; peers && i < peers->count; i++)
        peer_close(&peers->peers[i]);
    free(peers);
}

void peers_send(struct peers *peers, const struct outgoing *message)
{
    for (size_t i = 0; i < peers->count; i++) {
        struct peer *peer = &peers->peers[i];
        if (strcmp(peer->service, message->peer) == 0 && peer->dealer)
            (void)frames_send(peer->dealer, (struct bytes){ 0 }, message);
    }
}

// SPDX-License-Identifier: Apache-2.0
// What the bus's files share.
#pragma once

#include <stdarg.h>

#include <zmq.h>

#include "common/run/bus.h"
#include "common/run/socket.h"
#include "common/run/zap.h"

#define BUS_FRAMES 4 // route, head, body, and one more to see that there is more
#define PEERS_MAX  8

struct peer {
    struct bus *bus;
    const char *service;
    char server_key[KEY_TEXT]; // as connected; "": not connected
    void *dealer, *sub, *monitor;
};

struct bus {
    struct bus_options options;
    void *zmq, *router, *pub;
    char domain[64];
    struct key_pair own;
    struct keyring *keyring;
    struct zap *zap;
    bool watched;
    struct peer peers[PEERS_MAX];
    size_t peer_count;
};

struct frames {
    zmq_msg_t parts[BUS_FRAMES];
    size_t count, beyond;
};

bool frames_receive(void *socket, struct frames *frames);
void frames_done(struct frames *frames);
struct bytes frame_bytes(struct frames *frames, size_t nth);
// `first` without data: none.
bool frames_send(void *socket, struct bytes first, const struct outgoing *message);
void bus_log(struct bus *bus, const char *format, ...) PRINTF_LIKE(2, 3);

// --- peers.c: the services that ours follows
void peers_open(struct bus *bus);
void peers_close(struct bus *bus);
// A peer whose key has come or changed is connected (again).
void peers_refresh(struct bus *bus);
void peer_send(struct bus *bus, const struct outgoing *message);

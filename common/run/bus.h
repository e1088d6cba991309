// SPDX-License-Identifier: Apache-2.0
// A service on the bus: its ROUTER and PUB, and a DEALER and SUB for each service it follows. CURVE
// everywhere. What comes goes into the server; what the server gives out is sent.
//
// What a peer can make us hold. Without a trusted key: one handshake, for 3 s. With one: per
// connection at most HWM whole messages of two frames, and frames beyond what the codec reads end
// the connection. NOT bounded is a message whose last frame never comes: it grows inside libzmq,
// which tells us nothing of it until it ends, and goes when its connection goes. Only the process's
// own limit (MemoryMax, a container's memory) ends that; so strangers meet the gateway, never this.
#pragma once

#include "common/run/keys.h"
#include "common/run/loop.h"
#include "common/step/server.h"

struct bus;

struct bus_options {
    struct loop *loop;
    struct server *server;
    const struct service *service;
    const char *run;           // folder of the ipc sockets
    const char *const *listen; // further endpoints for the ROUTER, "tcp://..."
    size_t listen_count;
    const char *keys; // folder
    // Something for the log, key=value.
    void (*log)(void *context, const char *line);
    void *context;
};

// Binds, and proves to itself that a foreign key is refused. NULL with `err`.
struct bus *bus_new(const struct bus_options *options, struct err *err);
void bus_free(struct bus *bus); // takes NULL

void bus_send(struct bus *bus, const struct outbox *out);
// Reads the keys again if they changed; call about once a second.
void bus_refresh(struct bus *bus);

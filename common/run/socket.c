// SPDX-License-Identifier: Apache-2.0
// Options of all sockets in one place.
#include "common/run/socket.h"

#include <stdlib.h>

#include <zmq.h>

#include "common/wire/mp.h"

#define HIGH_WATER 10000
// One step beyond what a frame may hold: who is a little too large is told so by the server, who is
// far too large loses the connection.
#define FRAME_MAX (2 * (int64_t)MP_FRAME_MAX)

static const struct {
    int option, value;
} options[] = {
    { ZMQ_LINGER, 0 },
    { ZMQ_SNDHWM, HIGH_WATER },
    { ZMQ_RCVHWM, HIGH_WATER },
    { ZMQ_BACKLOG, 1024 },
    { ZMQ_HANDSHAKE_IVL, 3000 },
    { ZMQ_CONNECT_TIMEOUT, 2000 },
    // A peer that is gone without a word is noticed within some ten seconds by the kernel: probes
    // after 10 s of silence, or 8 s without acknowledgement of what was sent.
    { ZMQ_TCP_KEEPALIVE, 1 },
    { ZMQ_TCP_KEEPALIVE_IDLE, 10 },
    { ZMQ_TCP_KEEPALIVE_INTVL, 3 },
    { ZMQ_TCP_KEEPALIVE_CNT, 3 },
    { ZMQ_TCP_MAXRT, 8000 },
};

static const struct {
    int option, value;
} client_options[] = {
    { ZMQ_RECONNECT_IVL, 100 },
    { ZMQ_RECONNECT_IVL_MAX, 2000 },
    // A question is asked again, never kept for a peer that is away: it would be answered when
    // nobody waits any more.
    { ZMQ_IMMEDIATE, 1 },
};

void *context_open(void)
{
    void *context = zmq_ctx_new();
    if (!context || zmq_ctx_set(context, ZMQ_BLOCKY, 0) != 0)
        abort();
    return context;
}

bool socket_set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

void *socket_open(void *context, int type)
{
    void *socket = zmq_socket(context, type);
    int64_t largest = FRAME_MAX;
    if (!socket || zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest) != 0)
        abort();
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (!socket_set(socket, options[i].option, options[i].value))
            abort();
    }
    return socket;
}

bool socket_as_client(void *socket, const struct key_pair *own, const char *server_key)
{
    for (size_t i = 0; i < COUNT_OF(client_options); i++) {
        if (!socket_set(socket, client_options[i].option, client_options[i].value))
            return false;
    }
    return zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own->public_key, KEY_TEXT - 1) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own->secret_key, KEY_TEXT - 1) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_key, KEY_TEXT - 1) == 0;
}

// SPDX-License-Identifier: Apache-2.0
// A TCP connection to a foreign peer (a PBX): bytes in, bytes out, connected again by itself. Names
// are resolved in a thread of our own, never in the loop and never inside libzmq.
#pragma once

#include "common/base/err.h"
#include "common/run/loop.h"
#include "common/wire/schema.h"

struct link;

struct link_listener {
    void (*connected)(void *context, int64_t now_us);
    void (*bytes)(void *context, struct bytes bytes, int64_t now_us);
    // `why` for people; the next attempt follows after 0.5 s, doubling to 30 s.
    void (*closed)(void *context, const struct err *why, int64_t now_us);
};

// `host`: name or address. Connects at once. Free with link_free.
struct link *link_new(struct loop *loop, const char *host, int port,
                      const struct link_listener *listener, void *context);
void link_free(struct link *link); // takes NULL

// Queues bytes; more than 64 KiB unsent closes the connection (the peer does not read).
void link_send(struct link *link, struct bytes bytes);
// Closes and connects again after the pause.
void link_restart(struct link *link, const struct err *why);

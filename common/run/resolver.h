// SPDX-License-Identifier: Apache-2.0
// Names to addresses in a thread of our own: getaddrinfo blocks, and a dead name server must stall
// neither the loop nor libzmq's I/O thread.
#pragma once

#include <stddef.h>
#include <sys/socket.h>

#include "common/run/loop.h"

struct address {
    struct sockaddr_storage storage;
    socklen_t size;
};

#define RESOLVER_ADDRESSES_MAX 8

// `count` 0: not found, `why` says it in the system's words. The addresses live until the call
// ends.
typedef void resolver_listener(void *context, const struct address *addresses, size_t count,
                               const char *why, int64_t now_us);

// The loop's; begun at the first call. What is still asked when the loop ends is forgotten.
struct resolver *resolver_of(struct loop *loop);

// The listener is called from the loop, never from within this function; numeric addresses need no
// name server. Returns a number for resolver_cancel.
int resolver_ask(struct resolver *resolver, const char *host, int port, resolver_listener *listener,
                 void *context);
void resolver_cancel(struct resolver *resolver, int number);

// "192.0.2.1:5038", "[2001:db8::1]:5038".
struct address_text {
    char text[64];
};
struct address_text address_text(const struct address *address);

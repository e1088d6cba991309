// SPDX-License-Identifier: Apache-2.0
// A store of contacts filled by contacts' own server in this process, without sockets: what it
// leaves is what the same requests would have left one by one.
#pragma once

#include "common/step/server.h"

struct filled {
    struct store *store;
    struct server *server;
    struct principal desk;
    uint64_t next; // the person to come
};
// Opens the folder; ends the process on any error.
void filled_open(struct filled *filled, const char *folder);
void filled_close(struct filled *filled);
// Adds people until there are so many.
void filled_add(struct filled *filled, uint64_t count);
// One request through the server, as from a socket; the outbox is that of its run.
void filled_ask(struct filled *filled, const struct method *method, const void *in,
                struct outbox *out);

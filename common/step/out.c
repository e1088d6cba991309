// SPDX-License-Identifier: Apache-2.0
// What a run begins with and what comes out of it.
#include <stdlib.h>
#include <string.h>

#include "common/step/internal.h"

struct out_slot *out_add(struct server *server, enum out_kind kind)
{
    if (server->out_count == server->out_room) {
        size_t room = server->out_room ? server->out_room * 2 : 64;
        server->slots = realloc(server->slots, room * sizeof *server->slots);
        server->messages = realloc(server->messages, room * sizeof *server->messages);
        if (!server->slots || !server->messages)
            abort();
        memset(server->slots + server->out_room, 0,
               (room - server->out_room) * sizeof *server->slots);
        server->out_room = room;
    }
    struct out_slot *slot = &server->slots[server->out_count++];
    slot->message = (struct outgoing){ .kind = kind };
    mp_writer_reset(&slot->head);
    mp_writer_reset(&slot->body);
    return slot;
}

void out_show(struct server *server, struct outbox *out)
{
    for (size_t i = 0; i < server->out_count; i++) {
        server->messages[i] = server->slots[i].message;
        server->messages[i].head = mp_writer_bytes(&server->slots[i].head);
        server->messages[i].body = mp_writer_bytes(&server->slots[i].body);
    }
    out->messages = server->messages;
    out->count = server->out_count;
}

struct request request_base(struct server *server, struct txn *txn)
{
    return (struct request){
        .txn = txn,
        .arena = server->arena,
        .now_us = server->now_us,
        .rng = &server->rng,
        .service = server->service,
        .context = server->context,
        .server = server,
        .actor = server->service->schema->service,
        .roles = ROLE_BIT(SERVICE),
        .scope = scope_house,
    };
}

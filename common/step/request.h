// SPDX-License-Identifier: Apache-2.0
// What a handler is given: the transaction, the time, chance, who asks, and where to say why not.
#pragma once

#include "common/step/principal.h"
#include "common/store/log.h"
#include "common/store/store.h"
#include "proto/proto.h"

struct service;
struct server;

struct request {
    struct txn *txn;     // a child transaction: a refusal drops only what this request wrote
    struct arena *arena; // memory until the reply is sent
    int64_t now_us;
    struct rng *rng;
    const struct service *service;
    void *context; // the service's port, as given to server_new; NULL in most services
    struct server *server;
    struct id id;                      // of the request; of the fact's cause when following
    const char *actor;                 // staff id or principal's name
    uint32_t roles;                    // mask of ROLE_BIT
    struct scope scope;                // what the actor may see: pass &rq->scope to every read
    const struct principal *principal; // of the connection; NULL in ticks, inputs and facts
    const struct route *route;         // where the reply goes; NULL likewise
    int64_t correlation;               // of the request
    int64_t hops;                      // of the fact being followed; 0 in a request
    uint32_t created;                  // ids made so far
    struct bytes current; // with ERR_CONFLICT: the present row, encoded (see refuse_stale)
    struct err err;       // why it is refused
};

// The id of a row that this request creates: the same on every repeat of the request.
struct id new_id(struct request *rq);

// Appends the fact `kind` of this service with the whole row, in the row's transaction; the record
// has fields `id` and `version`. `deleted`: a tombstone. Use the typed emit_KIND() of handlers.inc.
void emit(struct request *rq, const char *kind, const void *row, bool deleted);

// Refuses a stale edit: ERR_CONFLICT on "version", and the present row goes into the problem.
bool refuse_stale(struct request *rq, const struct record *record, const void *row);

// Encodes into the request's arena; an empty span when the arena is full.
struct bytes request_encode(struct request *rq, const struct record *record, const void *row);

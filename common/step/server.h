// SPDX-License-Identifier: Apache-2.0
// A service at work over its store, without sockets, clock, or threads: messages are handed in, one
// run treats all that waits in one transaction, and what is to be sent comes out. The real process
// (common/run) and the simulation drive it alike.
#pragma once

#include "common/step/principal.h"
#include "common/step/service.h"

struct server_options {
    const struct service *service;
    struct store *store;
    uint64_t seed;
    void *context;                         // for the handlers: request.context
    const char *version;                   // of the program, for ping
    bool quiet;                            // no line in the log for what is carried out or refused
    size_t in_flight_actor, in_flight_all; // beyond: busy; 0: 64 and 4096
};

// Free with server_free; the store stays the caller's.
struct server *server_new(const struct server_options *options);
void server_free(struct server *server); // takes NULL

// --- handing in (everything is copied)
// A request's two frames from an authenticated peer. `principal` NULL: not known (answered with
// unauthenticated). `frames` other than 2, or undecodable envelopes, are answered where possible,
// counted always.
void server_take_request(struct server *server, const struct principal *principal,
                         const struct route *route, const struct bytes *frames, size_t frame_count,
                         int64_t now_us);
// A reply from a service that we follow, to what came out as OUT_PEER.
void server_take_reply(struct server *server, const char *peer, const struct bytes *frames,
                       size_t frame_count, int64_t now_us);
// A hint of a service that we follow (two frames behind the topic).
void server_take_hint(struct server *server, const char *peer, const struct bytes *frames,
                      size_t frame_count, int64_t now_us);
// The connection to a peer is new: ask it at once.
void server_peer_connected(struct server *server, const char *peer, int64_t now_us);
// A return path is gone (a send failed): its streams are closed.
void server_route_lost(struct server *server, const struct route *route);
// Something from a port (a PBX's event) to be treated in the next run's transaction, in order.
// `run` may be called again with the same argument when a batch is repeated; `done` is called once,
// after the commit (or when the server is freed without it: committed false).
struct input {
    bool (*run)(struct request *rq, void *argument);
    void (*done)(void *argument, bool committed);
    void *argument;
};
void server_input(struct server *server, const struct input *input);
// Principals may have changed or been revoked: called before each send to a stream.
typedef bool principal_lookup(void *context, const char *name, struct principal *out);
void server_set_principals(struct server *server, principal_lookup *lookup, void *context);

// --- working
enum out_kind {
    OUT_ROUTE, // to a client: reply or stream message
    OUT_PEER,  // to the ROUTER of the service `peer`
    OUT_HINT,  // on our PUB
};
struct outgoing {
    enum out_kind kind;
    struct route route;
    const char *peer;
    struct bytes head, body;
};
struct outbox {
    const struct outgoing *messages; // valid until the next call of server_run
    size_t count;
};
// Treats all that waits: requests, facts, inputs, what is due by time. One transaction, synced
// before anything comes out. COMMIT_BROKEN: the process must exit without sending anything.
// COMMIT_FULL and repeats are treated inside; COMMIT_NO_SPACE and COMMIT_DAMAGED come out as
// `unavailable` replies.
enum commit_result server_run(struct server *server, int64_t now_us, struct outbox *out);

// When the next run is wanted though nothing was handed in (beacon, tick, retry, stream credit).
int64_t server_due_us(const struct server *server);
// True when something waits.
bool server_busy(const struct server *server);

// The streams open at this server (see stream.h); never NULL.
struct streams;
struct streams *server_streams(struct server *server);

// For the log: one line per treated request since the last call, key=value; NULL when there is
// none.
const char *server_log_line(struct server *server);

// Counters for `stats` and tests ("requests", "refused", "malformed", "facts_applied",
// "batches"...).
int64_t server_figure(const struct server *server, const char *name);
// A service's own figure, shown by `stats`.
void server_count(struct server *server, const char *name, int64_t add);

// SPDX-License-Identifier: Apache-2.0
// Streams: boards told to frontends in order, without gap or repeat, by credit. A machine without
// sockets: the server drives it, handlers open and close. Numbered by the service's own log; before
// a snapshot's end the number is 0, from where a resume begins anew.
#pragma once

#include "common/base/civil.h"
#include "common/step/request.h"

// Credit must be renewed (also by 0) within this time, or the stream is closed.
#define STREAM_SILENCE_US SECONDS(15)
// Streams of one route, and of the whole server; beyond: busy.
#define STREAM_ROUTE_MAX 32
#define STREAM_ALL_MAX   4096

struct streams;

struct streams *streams_new(const struct service *service, struct store *store);
void streams_free(struct streams *streams); // takes NULL

// --- for handlers; what they change counts when the batch is committed (streams_settle)
// A new stream on the request's route, within the request's scope, narrowed by the order.
MUST_USE bool streams_open(struct streams *streams, struct request *rq,
                           const struct stream_order *order, int64_t *ret_stream);
// Only from the route that opened it; ERR_NOT_FOUND otherwise.
MUST_USE bool streams_credit(struct streams *streams, struct request *rq,
                             const struct stream_credit_in *credit);
MUST_USE bool streams_close(struct streams *streams, struct request *rq, int64_t stream);

// What the boards have shown until now is told nobody any more (it was locked, say): a stream that
// is behind this place, and one that resumes from before it, gets a reset and the board as it is.
void streams_withdraw(struct request *rq);

// --- for the server
// The batch is over: what handlers opened or closed counts (committed), or is forgotten.
void streams_settle(struct streams *streams, bool committed);
// A return path is gone: its streams are closed without a word.
void streams_route_lost(struct streams *streams, const struct route *route);
struct stream_sink {
    // The principal as it is now; false when there is none any more. NULL: never checked again.
    bool (*principal)(void *context, const char *name, struct principal *out);
    // One message: envelope of kind 4 and stream_event; both valid during the call only.
    void (*send)(void *context, const struct route *route, struct bytes head, struct bytes body);
    void *context;
};
// Sends what the streams may be sent now; call after each commit and when streams_due_us passes.
void streams_pump(struct streams *streams, int64_t now_us, const struct stream_sink *sink);
// Signs of life are so much older than they look.
void streams_clock_set_back(struct streams *streams, int64_t by_us);
// When the next stream falls silent; INT64_MAX: never.
int64_t streams_due_us(const struct streams *streams);
size_t streams_count(const struct streams *streams);

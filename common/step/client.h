// SPDX-License-Identifier: Apache-2.0
// The asking side: one call, the same request id on every retry, three results.
#pragma once

#include "common/base/arena.h"
#include "common/wire/mp.h"
#include "proto/proto.h"

enum call_result {
    CALL_DONE,    // `out` holds the answer
    CALL_REFUSED, // client->refused says why
    CALL_UNKNOWN, // no answer within the deadline: it may or may not have happened
};

struct client {
    // Carries one call out; set by whoever made the client (the fixture, the simulation, a link).
    enum call_result (*call)(struct client *client, const struct method *method, const void *in,
                             void *out);
    struct arena *arena;  // answers live here until the owner resets it
    const char *service;  // whom common methods (ping...) go to; other methods know their service
    int64_t wait_ms;      // the deadline of each call
    struct seen after[8]; // read your writes: what the service must have seen before it answers
    size_t after_count;
    struct seen seen; // of the last answer: service, epoch, seq
    struct err refused;
    struct bytes current; // with a conflict: the present row, encoded
    struct id request;    // of the last call
};

enum call_result client_call(struct client *client, const struct method *method, const void *in,
                             void *out);

// --- the protocol machine of one call, for links and the simulation: it never sees a socket
struct exchange {
    const struct method *method;
    struct id request;
    int64_t correlation, deadline_us, next_us;
    int attempts;
    struct bytes body; // in the caller's memory
};

// Pauses between attempts: 0.2 s, doubling to 5 s, with jitter of a quarter; `busy` and
// `unavailable` are tried again too, not before their retry_after_ms.
void exchange_begin(struct exchange *exchange, const struct method *method, struct id request,
                    int64_t now_us, int64_t wait_ms);
enum exchange_need {
    EXCHANGE_SEND, // send now (again): see exchange_envelope
    EXCHANGE_WAIT, // nothing to do before exchange->next_us
    EXCHANGE_LOST, // the deadline has passed: CALL_UNKNOWN
};
enum exchange_need exchange_step(struct exchange *exchange, int64_t now_us, struct rng *rng);
// The envelope for this attempt: wait_ms is what is left of the deadline.
void exchange_envelope(const struct exchange *exchange, const struct client *client, int64_t now_us,
                       struct mp_writer *out);
// Takes a reply's two frames. False: not for this exchange, or a refusal that is tried again.
MUST_USE bool exchange_take(struct exchange *exchange, struct client *client, struct bytes head,
                            struct bytes body, int64_t now_us, void *out,
                            enum call_result *ret_result);

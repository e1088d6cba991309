// SPDX-License-Identifier: Apache-2.0
// A pipelined client: so many requests under way, the next one sent with each answer. Everything is
// encoded before the clock starts, and nothing of an answer is decoded but whose it is and whether
// it is ok, so that what is measured is the other side.
#pragma once

#include "common/run/keys.h"
#include "common/wire/schema.h"

struct load_line; // one connection

// `server_key` NULL: without CURVE.
struct load_line *load_open(void *zmq, const char *endpoint, const struct key_pair *own,
                            const char *server_key);
void load_close(struct load_line *line); // takes NULL

// Requests to come. Correlations are set here, and are five bytes long.
struct load_batch;
struct load_order {
    const struct method *method;
    struct load_actor {
        const char *actor, *role; // NULL: the key speaks for itself
    } as;
    size_t count;
    // Fills the nth request (`in` is zeroed); texts must stay until the batch is freed or until the
    // next call.
    void (*fill)(void *context, size_t nth, void *in);
    void *context;
};
struct load_batch *load_prepare(const struct load_order *order);
void load_free(struct load_batch *batch); // takes NULL

struct load_result {
    double seconds;
    int64_t *latency_ns; // of each, in no order; `count` of them; the caller frees it
    size_t count, refused;
};
void load_run(struct load_line *line, const struct load_batch *batch, size_t outstanding,
              struct load_result *out);

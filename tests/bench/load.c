// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/load.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <zmq.h>

#include "common/run/loop.h"
#include "common/wire/codec.h"
#include "common/wire/envelope.h"
#include "proto/proto.h"
#include "tests/bench/bench.h"

#define CORRELATION_FIRST (INT64_C(1) << 16) // so that it is written as five bytes
#define WAIT_MS           600000
#define SILENCE_MS        60000
#define HIGH_WATER        10000
#define REPLY_STATUS      8 // where the status stands in a reply's head

struct load_line {
    void *socket;
};

struct prepared {
    size_t at, head, body; // in the bytes
};

struct load_batch {
    struct prepared *messages;
    size_t count;
    struct mp_writer bytes;
};

static bool set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

struct load_line *load_open(void *zmq, const char *endpoint, const struct key_pair *own,
                            const char *server_key)
{
    struct load_line *line = calloc(1, sizeof *line);
    if (!line || !(line->socket = zmq_socket(zmq, ZMQ_DEALER)) ||
        !set(line->socket, ZMQ_LINGER, 0) || !set(line->socket, ZMQ_SNDHWM, HIGH_WATER) ||
        !set(line->socket, ZMQ_RCVHWM, HIGH_WATER) || !set(line->socket, ZMQ_RECONNECT_IVL, 20) ||
        !set(line->socket, ZMQ_RCVTIMEO, SILENCE_MS))
        bench_stop("no socket");
    if (server_key &&
        (zmq_setsockopt(line->socket, ZMQ_CURVE_PUBLICKEY, own->public_key, KEY_TEXT - 1) != 0 ||
         zmq_setsockopt(line->socket, ZMQ_CURVE_SECRETKEY, own->secret_key, KEY_TEXT - 1) != 0 ||
         zmq_setsockopt(line->socket, ZMQ_CURVE_SERVERKEY, server_key, KEY_TEXT - 1) != 0))
        bench_stop("no CURVE");
    if (zmq_connect(line->socket, endpoint) != 0)
        bench_stop("%s: %s", endpoint, zmq_strerror(zmq_errno()));
    return line;
}

void load_close(struct load_line *line)
{
    if (!line)
        return;
    zmq_close(line->socket);
    free(line);
}

struct load_batch *load_prepare(const struct load_order *order)
{
    struct load_batch *batch = calloc(1, sizeof *batch);
    struct rng rng;
    uint64_t seed;
    randombytes_buf(&seed, sizeof seed);
    rng_seed(&rng, seed);
    if (!batch || !(batch->messages = calloc(order->count, sizeof *batch->messages)))
        abort();
    batch->count = order->count;
    mp_writer_init(&batch->bytes);
    void *in = calloc(1, order->method->in()->size);
    for (size_t i = 0; i < order->count; i++) {
        struct envelope envelope = {
            .version = ENVELOPE_VERSION,
            .kind = ENVELOPE_REQUEST,
            .method = order->method->name,
            .has_correlation = true,
            .correlation = CORRELATION_FIRST + (int64_t)i,
            .request = id_new(loop_now_us(), &rng),
            .has_wait_ms = true,
            .wait_ms = WAIT_MS,
            .actor = order->as.actor,
            .roles = &order->as.role,
            .roles_count = order->as.role ? 1 : 0,
            .scope = order->as.role ? "house" : NULL,
        };
        struct prepared *message = &batch->messages[i];
        memset(in, 0, order->method->in()->size);
        order->fill(order->context, i, in);
        message->at = batch->bytes.size;
        encode(envelope_record(), &envelope, &batch->bytes);
        message->head = batch->bytes.size - message->at;
        encode(order->method->in(), in, &batch->bytes);
        message->body = batch->bytes.size - message->at - message->head;
    }
    free(in);
    return batch;
}

void load_free(struct load_batch *batch)
{
    if (!batch)
        return;
    free(batch->messages);
    mp_writer_done(&batch->bytes);
    free(batch);
}

static void send_one(struct load_line *line, const struct load_batch *batch, size_t nth)
{
    const struct prepared *message = &batch->messages[nth];
    const uint8_t *at = batch->bytes.data + message->at;
    if (zmq_send(line->socket, at, message->head, ZMQ_SNDMORE) < 0 ||
        zmq_send(line->socket, at + message->head, message->body, 0) < 0)
        bench_stop("send: %s", zmq_strerror(zmq_errno()));
}

// Whose answer it is; the count when it is none of this batch.
static size_t receive_one(struct load_line *line, const struct load_batch *batch, bool *ret_done)
{
    zmq_msg_t head, body;
    size_t nth = batch->count;
    zmq_msg_init(&head);
    zmq_msg_init(&body);
    if (zmq_msg_recv(&head, line->socket, 0) < 0 || zmq_msg_recv(&body, line->socket, 0) < 0)
        bench_stop("no answer: %s", zmq_strerror(zmq_errno()));
    const uint8_t *at = zmq_msg_data(&head);
    if (zmq_msg_size(&head) > REPLY_STATUS + 3 && at[3] == 0xce) {
        uint32_t correlation =
            (uint32_t)at[4] << 24 | (uint32_t)at[5] << 16 | (uint32_t)at[6] << 8 | (uint32_t)at[7];
        nth = correlation - (uint32_t)CORRELATION_FIRST;
        *ret_done = memcmp(at + REPLY_STATUS, "\xa2ok", 3) == 0;
    }
    zmq_msg_close(&head);
    zmq_msg_close(&body);
    return nth < batch->count ? nth : batch->count;
}

void load_run(struct load_line *line, const struct load_batch *batch, size_t outstanding,
              struct load_result *out)
{
    int64_t *sent_ns = calloc(batch->count, sizeof *sent_ns);
    *out = (struct load_result){ .latency_ns = calloc(batch->count, sizeof *out->latency_ns) };
    if (!sent_ns || !out->latency_ns)
        abort();
    size_t sent = 0;
    int64_t begun_ns = bench_ns(), now_ns = begun_ns;
    while (out->count < batch->count) {
        while (sent < batch->count && sent - out->count < outstanding) {
            sent_ns[sent] = now_ns = bench_ns();
            send_one(line, batch, sent++);
        }
        bool done = false;
        size_t nth = receive_one(line, batch, &done);
        if (nth == batch->count)
            continue;
        now_ns = bench_ns();
        out->latency_ns[out->count++] = now_ns - sent_ns[nth];
        out->refused += !done;
    }
    out->seconds = (double)(now_ns - begun_ns) / 1e9;
    free(sent_ns);
}

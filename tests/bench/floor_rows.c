// SPDX-License-Identifier: Apache-2.0
// The floor of a command that writes a row: for each request the same puts with the same lengths,
// one commit for what waits, an answer of the same length; nothing is decoded, checked, summed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "common/base/id.h"
#include "common/run/loop.h"
#include "tests/bench/bare.h"
#include "tests/bench/bench.h"
#include "tests/bench/floor.h"

#define BATCH     1024
#define FRAME_MAX 4096
#define ROUTE_MAX 256
#define PUTS_MAX  32
#define KEY_ROOM  512

// "KEY:VALUE" of each put, apart by commas: the first is the row's.
struct puts {
    struct {
        size_t key, value;
    } puts[PUTS_MAX];
    size_t count;
    uint8_t bytes[FRAME_MAX];
    struct rng rng;
    uint64_t next;
    struct bare bare;
};

struct asked {
    uint8_t route[ROUTE_MAX], correlation[5];
    size_t route_size;
};

static void read_puts(struct puts *puts, const char *text)
{
    int used;
    unsigned key, value;

    memset(puts->bytes, 0x55, sizeof puts->bytes);
    while (puts->count < PUTS_MAX && sscanf(text, "%u:%u%n", &key, &value, &used) == 2) {
        puts->puts[puts->count].key = key < KEY_ROOM ? key : KEY_ROOM;
        puts->puts[puts->count++].value = value < FRAME_MAX ? value : FRAME_MAX;
        text += used + (text[used] == ',');
    }
    if (puts->count == 0)
        bench_stop("floor: which puts?");
}

// Keys ascend as those of rows by time do: a fixed beginning, the number, the id.
static void put_all(struct puts *puts)
{
    uint8_t key[KEY_ROOM] = { 0 };
    struct id id = id_new(loop_now_us(), &puts->rng);
    uint64_t number = puts->next++;

    memcpy(puts->bytes, id.bytes, sizeof id.bytes);
    for (size_t i = 0; i < puts->count; i++) {
        size_t size = puts->puts[i].key;
        for (size_t k = 0; k < 8 && k < size; k++)
            key[size - 1 - k] = (uint8_t)(number >> (8 * k));
        bare_put(&puts->bare, i < BARE_DATABASES ? i : BARE_DATABASES - 1, key, size, puts->bytes,
                 puts->puts[i].value);
    }
}

static bool take(void *socket, struct asked *asked)
{
    uint8_t head[FRAME_MAX], body[FRAME_MAX];
    int route = zmq_recv(socket, asked->route, sizeof asked->route, ZMQ_DONTWAIT);

    if (route < 0)
        return false;
    int size = zmq_recv(socket, head, sizeof head, 0);
    (void)zmq_recv(socket, body, sizeof body, 0);
    asked->route_size = (size_t)route;
    size_t name = size > 4 ? head[3] & 0x1f : 0;
    memcpy(asked->correlation, head + 4 + name, sizeof asked->correlation);
    return true;
}

static void answer(const struct puts *puts, void *socket, const struct asked *asked)
{
    uint8_t head[40] = { 0x97, 1, 2 };

    memcpy(head + 3, asked->correlation, 5);
    memcpy(head + 8, "\xa2ok", 3);
    zmq_send(socket, asked->route, asked->route_size, ZMQ_SNDMORE);
    zmq_send(socket, head, 11 + 9 + 5 + 9, ZMQ_SNDMORE);
    zmq_send(socket, puts->bytes, puts->puts[0].value, 0);
}

static void serve(struct puts *puts, void *socket)
{
    static struct asked batch[BATCH];
    size_t count = 0;

    while (count < BATCH && take(socket, &batch[count]))
        count++;
    if (count == 0)
        return;
    bare_begin(&puts->bare, true);
    for (size_t i = 0; i < count; i++)
        put_all(puts);
    bare_put(&puts->bare, 0, "s:head", 6, puts->bytes, 24);
    bare_commit(&puts->bare);
    for (size_t i = 0; i < count; i++)
        answer(puts, socket, &batch[i]);
}

int floor_rows(const char *folder, const char *run, const char *secret, const char *text)
{
    static struct puts puts;
    void *zmq = zmq_ctx_new();

    rng_seed(&puts.rng, 1);
    read_puts(&puts, text);
    bare_open(&puts.bare, folder, BARE_DATABASES);
    void *curve = floor_socket(zmq, ZMQ_ROUTER, run, "floor.curve", secret);
    for (;;) {
        zmq_pollitem_t item = { curve, 0, ZMQ_POLLIN, 0 };
        (void)zmq_poll(&item, 1, -1);
        serve(&puts, curve);
    }
}

// SPDX-License-Identifier: Apache-2.0
// Ring to pop: from the byte with which the PBX says that a phone rings to its receipt by each of
// many frontends, through rufbus-telephony and rufbus-notifier, with rufbus-contacts beside them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zmq.h>

#include "common/run/loop.h"
#include "common/wire/codec.h"
#include "common/wire/envelope.h"
#include "proto/stubs.h"
#include "tests/bench/capture.h"
#include "tests/bench/house.h"
#include "tests/bench/pbx.h"

#define FRONTENDS_MAX 64
#define CREDIT        10000
#define CREDIT_NS     (INT64_C(5) * 1000000000)
#define BEFORE_NS     (INT64_C(100) * 1000000) // from a call's begin to its ring
#define AFTER_NS      (INT64_C(500) * 1000000) // and on to what follows
#define DRAIN_NS      (INT64_C(2) * 1000000000)
#define SIDES         2 // ours, the floor

struct side {
    struct pbx *pbx;
    void *frontends[FRONTENDS_MAX];
    int64_t streams[FRONTENDS_MAX];
    int64_t *latency_ns;
    size_t count, room;
};

struct call_told {
    const struct capture_call *call;
    unsigned number;
    int64_t begin_ns, rang_ns;
    int stage;    // 0 nothing told, 1 begun, 2 rang, 3 all
    bool *popped; // by frontend
};

struct bout {
    struct bench *bench;
    struct house house;
    struct capture capture;
    struct side sides[SIDES];
    void *zmq;
    size_t frontends;
    unsigned next; // number of the call to come
};

// --- frontends
static void *frontend(void *zmq, const char *endpoint, const struct key_pair *own,
                      const char *server_key)
{
    int linger = 0, reconnect = 20;
    void *socket = zmq_socket(zmq, ZMQ_DEALER);
    if (!socket || zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &reconnect, sizeof reconnect) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own->public_key, KEY_TEXT - 1) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own->secret_key, KEY_TEXT - 1) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_key, KEY_TEXT - 1) != 0 ||
        zmq_connect(socket, endpoint) != 0)
        bench_stop("frontend: %s", endpoint);
    return socket;
}

static void ask(void *socket, const struct method *method, const void *in)
{
    struct mp_writer head, body;
    struct rng rng;
    rng_seed(&rng, (uint64_t)bench_ns());
    struct envelope envelope = { .version = ENVELOPE_VERSION,
                                 .kind = ENVELOPE_REQUEST,
                                 .method = method->name,
                                 .has_correlation = true,
                                 .correlation = 1,
                                 .request = id_new(loop_now_us(), &rng) };
    mp_writer_init(&head);
    mp_writer_init(&body);
    encode(envelope_record(), &envelope, &head);
    encode(method->in(), in, &body);
    zmq_send(socket, head.data, head.size, ZMQ_SNDMORE);
    zmq_send(socket, body.data, body.size, 0);
    mp_writer_done(&head);
    mp_writer_done(&body);
}

static int64_t opened(struct bout *bout, void *socket)
{
    uint8_t head[300], body[2000];
    struct stream_opened row;
    struct err err = { 0 };
    int wait = 30000, no_wait = -1;
    (void)zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof wait);
    if (zmq_recv(socket, head, sizeof head, 0) < 0)
        bench_stop("no stream is opened");
    int size = zmq_recv(socket, body, sizeof body, 0);
    (void)zmq_setsockopt(socket, ZMQ_RCVTIMEO, &no_wait, sizeof no_wait);
    if (size == 5 && memcmp(body, "hello", 5) == 0)
        return 0; // the floor's
    arena_reset(bout->house.arena);
    if (!decode(stream_opened_record(), (struct bytes){ body, (size_t)size }, DECODE_LENIENT,
                bout->house.arena, &row, &err))
        bench_stop("no stream is opened: %s", err.english);
    return row.stream;
}

static void open_streams(struct bout *bout, struct side *side, const char *file,
                         const char *server_key)
{
    char endpoint[200];
    struct key_pair desk;
    struct stream_order order = { .board = board_CALLS, .credit = CREDIT };
    house_key(&bout->house, "desk", &desk);
    house_endpoint(&bout->house, file, endpoint);
    for (size_t i = 0; i < bout->frontends; i++) {
        side->frontends[i] = frontend(bout->zmq, endpoint, &desk, server_key);
        ask(side->frontends[i], &method_stream_open, &order);
        side->streams[i] = opened(bout, side->frontends[i]);
    }
}

static void give_credit(struct bout *bout, struct side *side)
{
    for (size_t i = 0; i < bout->frontends && side->streams[i]; i++) {
        struct stream_credit_in credit = { side->streams[i], CREDIT / 2 };
        ask(side->frontends[i], &method_stream_credit, &credit);
    }
}

// --- what comes
static struct call_told *told_of(struct call_told *told, size_t count, const uint8_t *body,
                                 size_t size)
{
    static const char key[] = "\xaasource_ref";
    const uint8_t *at = memmem(body, size, key, sizeof key - 1);
    if (!at)
        return NULL;
    at += sizeof key; // behind the text's head, which is one byte for so short a text
    int number = capture_copy((const char *)at, (size_t)(body + size - at));
    for (size_t i = 0; number >= 0 && i < count; i++) {
        if (told[i].number == (unsigned)number)
            return &told[i];
    }
    return NULL;
}

// It has popped when it rings there with the caller's name.
static void take(struct side *side, size_t nth, struct call_told *told, size_t count,
                 const uint8_t *body, size_t size, int64_t now_ns)
{
    if (!memmem(body, size, "\xa5state\xa7ringing", 14) || !memmem(body, size, "popper", 6))
        return;
    struct call_told *call = told_of(told, count, body, size);
    if (!call || call->stage < 2 || call->popped[nth])
        return;
    call->popped[nth] = true;
    if (side->count < side->room)
        side->latency_ns[side->count++] = now_ns - call->rang_ns;
}

static void drain(struct side *side, size_t nth, struct call_told *told, size_t count)
{
    for (;;) {
        uint8_t head[300];
        zmq_msg_t body;
        if (zmq_recv(side->frontends[nth], head, sizeof head, ZMQ_DONTWAIT) < 0)
            return;
        zmq_msg_init(&body);
        (void)zmq_msg_recv(&body, side->frontends[nth], 0);
        take(side, nth, told, count, zmq_msg_data(&body), zmq_msg_size(&body), bench_ns());
        zmq_msg_close(&body);
    }
}

static void listen_until(struct bout *bout, struct side *side, struct call_told *told, size_t count,
                         int64_t until_ns)
{
    zmq_pollitem_t items[FRONTENDS_MAX];
    for (size_t i = 0; i < bout->frontends; i++)
        items[i] = (zmq_pollitem_t){ side->frontends[i], 0, ZMQ_POLLIN, 0 };
    do {
        int64_t left_ns = until_ns - bench_ns();
        if (zmq_poll(items, (int)bout->frontends, left_ns > 0 ? (long)(left_ns / 1000000) : 0) <= 0)
            continue;
        for (size_t i = 0; i < bout->frontends; i++) {
            if (items[i].revents)
                drain(side, i, told, count);
        }
    } while (bench_ns() < until_ns);
}

// --- calls at their times
static int64_t due_ns(const struct call_told *call)
{
    return call->stage == 0   ? call->begin_ns
           : call->stage == 1 ? call->begin_ns + BEFORE_NS
           : call->stage == 2 ? call->begin_ns + BEFORE_NS + AFTER_NS
                              : INT64_MAX;
}

static void tell_next(struct side *side, struct call_told *told)
{
    const struct capture_call *call = told->call;
    const size_t bounds[] = { 0, call->ring, call->ring + 1, call->count };
    size_t size;
    char *bytes =
        capture_take(call, bounds[told->stage], bounds[told->stage + 1], told->number, &size);
    told->stage++;
    if (told->stage == 2)
        told->rang_ns = bench_ns();
    pbx_tell(side->pbx, bytes, size);
    free(bytes);
}

static void play(struct bout *bout, struct side *side, size_t count, int64_t apart_ns)
{
    struct call_told *told = calloc(count, sizeof *told);
    if (!told)
        abort();
    int64_t now_ns = bench_ns(), credit_ns = now_ns;
    for (size_t i = 0, nth = 0; i < count; i++) {
        do
            told[i].call = &bout->capture.calls[nth++ % bout->capture.count];
        while (told[i].call->ring == told[i].call->count);
        told[i].number = bout->next++ % CAPTURE_COPIES;
        told[i].begin_ns = now_ns + (int64_t)i * apart_ns;
        told[i].popped = calloc(bout->frontends, sizeof(bool));
    }
    for (;;) {
        struct call_told *first = &told[0];
        for (size_t i = 1; i < count; i++)
            first = due_ns(&told[i]) < due_ns(first) ? &told[i] : first;
        if (due_ns(first) == INT64_MAX)
            break;
        listen_until(bout, side, told, count, due_ns(first));
        tell_next(side, first);
        if (bench_ns() >= credit_ns) {
            credit_ns = bench_ns() + CREDIT_NS;
            for (int k = 0; k < SIDES; k++)
                give_credit(bout, &bout->sides[k]);
        }
    }
    listen_until(bout, side, told, count, bench_ns() + DRAIN_NS);
    for (size_t i = 0; i < count; i++)
        free(told[i].popped);
    free(told);
}

// --- setting up
static void add_callers(struct bout *bout)
{
    struct client *client = house_admin(&bout->house, "contacts");
    for (unsigned i = 0; i < bout->capture.count; i++) {
        char number[24], name[40];
        struct contact out;
        snprintf(number, sizeof number, "+494066969%03u", i);
        snprintf(name, sizeof name, "popper %u", i);
        struct number phone = { .typed = number };
        struct contact_new in = { .name = name, .phones = &phone, .phones_count = 1 };
        if (call_contact_add(client, &in, &out) != CALL_DONE)
            bench_stop("contact: %s", client->refused.english);
        arena_reset(bout->house.arena);
    }
}

static void begin_ours(struct bout *bout)
{
    int port;
    char ami[80];
    struct key_pair notifier;
    struct side *side = &bout->sides[0];
    side->pbx = pbx_new(&port, true);
    snprintf(ami, sizeof ami, "pbx=bench:secret@127.0.0.1:%d", port);
    const char *options[] = { "--ami", ami, NULL };
    house_start(&bout->house, "contacts", NULL);
    add_callers(bout);
    house_start(&bout->house, "telephony", options);
    house_start(&bout->house, "notifier", NULL);
    pbx_await(side->pbx, PBX_LOGGED_IN);
    house_key(&bout->house, "notifier", &notifier);
    open_streams(bout, side, "notifier.sock", notifier.public_key);
}

static void begin_floor(struct bout *bout)
{
    int port;
    char folders[2][500], text[16];
    struct key_pair key;
    struct side *side = &bout->sides[1];
    side->pbx = pbx_new(&port, true);
    snprintf(text, sizeof text, "%d", port);
    house_key(&bout->house, "telephony", &key);
    for (int i = 0; i < 2; i++) {
        snprintf(folders[i], sizeof folders[i], "%s/floor-%d", bout->house.home, i);
        if (mkdir(folders[i], 0700) != 0)
            bench_stop("%s", folders[i]);
    }
    const char *telephony[] = {
        "telephony", folders[0], bout->house.run, key.secret_key, text, NULL
    };
    const char *notifier[] = { "notifier",     folders[1],     bout->house.run,
                               key.secret_key, key.public_key, NULL };
    (void)house_spawn(&bout->house, "bench_floor", telephony);
    (void)house_spawn(&bout->house, "bench_floor", notifier);
    pbx_await(side->pbx, PBX_CONNECTED);
    open_streams(bout, side, "floor.sock", key.public_key);
}

static void side_end(struct side *side)
{
    for (size_t i = 0; i < FRONTENDS_MAX && side->frontends[i]; i++)
        zmq_close(side->frontends[i]);
    pbx_free(side->pbx);
    free(side->latency_ns);
}

static void show(struct bout *bout, size_t rings)
{
    static const double percents[] = { 50, 95, 99 };
    struct side *ours = &bout->sides[0], *floor = &bout->sides[1];
    size_t wanted = rings * bout->frontends;
    char note[100];
    snprintf(note, sizeof note, "%zu rings, %zu frontends", rings, bout->frontends);
    for (size_t i = 0; i < COUNT_OF(percents); i++) {
        char name[60];
        snprintf(name, sizeof name, "ring to pop, p%.0f", percents[i]);
        struct figure_beside measure = {
            .name = name,
            .unit = "ms",
            .ours = (double)bench_percentile(ours->latency_ns, ours->count, percents[i]) / 1e6,
            .floor = (double)bench_percentile(floor->latency_ns, floor->count, percents[i]) / 1e6,
            .floor_name = "PUB, DEALER, two commits",
            .goal_kind = percents[i] > 98 ? GOAL_OURS_MOST : GOAL_NONE,
            .goal = 20,
            .note = note,
        };
        bench_figure(bout->bench, &measure);
    }
    if (ours->count != wanted || floor->count != wanted)
        bench_wrong(bout->bench, "of %zu pops %zu came, of the floor's %zu", wanted, ours->count,
                    floor->count);
}

int main(int argc, char **argv)
{
    struct bench bench;
    struct bout bout = { .bench = &bench };
    bench_begin(&bench, "pop", argc, argv);
    bout.frontends = (size_t)bench_size(&bench, "streams", 50, 5);
    long rate = bench_size(&bench, "per_second", 10, 20);
    long calls = bench_size(&bench, "calls", 300, 6), rounds = bench.quick ? 1 : 3;
    if (bout.frontends < 1 || bout.frontends > FRONTENDS_MAX - 1 || rate < 1 || calls < rounds)
        bench_stop("streams: 1 to %d; per_second and calls: at least 1", FRONTENDS_MAX - 1);
    capture_read(&bout.capture, "load_120");
    house_begin(&bout.house, &bench, "pop");
    bout.zmq = zmq_ctx_new();
    begin_ours(&bout);
    begin_floor(&bout);
    size_t each = (size_t)(calls / rounds);
    for (int i = 0; i < SIDES; i++) {
        bout.sides[i].room = each * (size_t)rounds * bout.frontends;
        bout.sides[i].latency_ns = calloc(bout.sides[i].room, sizeof(int64_t));
    }
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < SIDES; i++)
            play(&bout, &bout.sides[i], each, INT64_C(1000000000) / rate);
    }
    show(&bout, each * (size_t)rounds);
    for (int i = 0; i < SIDES; i++)
        side_end(&bout.sides[i]);
    zmq_ctx_term(bout.zmq);
    house_end(&bout.house);
    capture_free(&bout.capture);
    return bench_end(&bench);
}

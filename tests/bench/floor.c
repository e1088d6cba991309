// SPDX-License-Identifier: Apache-2.0
// The floors as processes: bare libzmq and LMDB, nothing of the project at work.
//   bench_floor contacts FOLDER RUN SECRET NEXT   ROUTERs floor.curve and floor.plain; NEXT: the
//                                                 number of the first person to be added
//   bench_floor rows FOLDER RUN SECRET PUTS       see floor_rows.c
//   bench_floor telephony, notifier: see floor_call.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "common/store/key.h"
#include "tests/bench/bare.h"
#include "tests/bench/bench.h"
#include "tests/bench/floor.h"

#define BATCH      1024
#define HIGH_WATER 10000
#define FRAME_MAX  2048
#define ROUTE_MAX  256

static void set(void *socket, int option, int value)
{
    if (zmq_setsockopt(socket, option, &value, sizeof value) != 0)
        bench_stop("floor: option %d", option);
}

void *floor_socket(void *zmq, int type, const char *run, const char *file, const char *secret)
{
    char endpoint[300];
    void *socket = zmq_socket(zmq, type);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", run, file);
    set(socket, ZMQ_LINGER, 0);
    set(socket, ZMQ_SNDHWM, HIGH_WATER);
    set(socket, ZMQ_RCVHWM, HIGH_WATER);
    if (secret) {
        set(socket, ZMQ_CURVE_SERVER, 1);
        if (zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, strlen(secret)) != 0)
            bench_stop("floor: key");
    }
    if (zmq_bind(socket, endpoint) != 0)
        bench_stop("floor: %s: %s", endpoint, zmq_strerror(zmq_errno()));
    return socket;
}

// --- contacts
enum what { ADD, FIND, OTHER };
struct waiting {
    uint8_t route[ROUTE_MAX], head[16], number[32];
    size_t route_size, number_size;
    enum what what;
};

// The envelope's method stands at a fixed place, the correlation behind it; the number that is
// looked up is the only text of its body.
static void understand(struct waiting *waiting, const uint8_t *head, size_t size,
                       const uint8_t *body, size_t body_size)
{
    size_t name = size > 4 ? head[3] & 0x1f : 0;
    waiting->what = OTHER;
    if (size > 9 + name) {
        if (memcmp(head + 4, "contact_add", name) == 0)
            waiting->what = ADD;
        else if (memcmp(head + 4, "contact_find", name) == 0)
            waiting->what = FIND;
        memcpy(waiting->head, head + 4 + name, 5);
    }
    if (waiting->what == FIND && body_size > 9 && body_size - 9 <= sizeof waiting->number) {
        waiting->number_size = body_size - 9;
        memcpy(waiting->number, body + 9, waiting->number_size);
    }
}

static bool take(void *socket, struct waiting *waiting)
{
    uint8_t head[FRAME_MAX], body[FRAME_MAX];
    int route = zmq_recv(socket, waiting->route, sizeof waiting->route, ZMQ_DONTWAIT);
    if (route < 0)
        return false;
    int size = zmq_recv(socket, head, sizeof head, 0);
    int body_size = zmq_recv(socket, body, sizeof body, 0);
    waiting->route_size = (size_t)route;
    understand(waiting, head, size > 0 ? (size_t)size : 0, body,
               body_size > 0 ? (size_t)body_size : 0);
    return true;
}

static void answer(void *socket, const struct waiting *waiting, const void *body, size_t size)
{
    // Version, kind, correlation, "ok", epoch, head and time, as long as the service's.
    uint8_t head[40] = { 0x97, 1, 2 };
    memcpy(head + 3, waiting->head, 5);
    memcpy(head + 8, "\xa2ok", 3);
    zmq_send(socket, waiting->route, waiting->route_size, ZMQ_SNDMORE);
    zmq_send(socket, head, 11 + 9 + 5 + 9, ZMQ_SNDMORE);
    zmq_send(socket, body, size, 0);
}

static void find(struct bare_contacts *contacts, void *socket, const struct waiting *waiting)
{
    MDB_val entry, row = { 0 };
    char number[33] = "";
    struct id client = { 0 };
    struct key key = key_of_id(client);
    memcpy(number, waiting->number, waiting->number_size);
    key_str(&key, number);
    bare_begin(&contacts->bare, false);
    if (bare_get_prefix(&contacts->bare, BARE_BY_NUMBER, key.bytes, key.size, &entry))
        (void)bare_get(&contacts->bare, BARE_CONTACT, entry.mv_data, 16, &row);
    answer(socket, waiting, row.mv_data, row.mv_size);
    bare_commit(&contacts->bare);
}

static void serve_batch(struct bare_contacts *contacts, void *socket)
{
    static struct waiting batch[BATCH];
    size_t count = 0, adds = 0;
    while (count < BATCH && take(socket, &batch[count]))
        adds += batch[count++].what == ADD;
    if (adds > 0) {
        bare_begin(&contacts->bare, true);
        for (size_t i = 0; i < adds; i++)
            bare_contact_put(contacts);
        bare_contacts_commit(contacts);
    }
    for (size_t i = 0; i < count; i++) {
        if (batch[i].what == FIND)
            find(contacts, socket, &batch[i]);
        else
            answer(socket, &batch[i], contacts->row, contacts->body_size);
    }
}

_Noreturn static void serve_contacts(const char *folder, const char *run, const char *secret,
                                     uint64_t next)
{
    static struct bare_contacts contacts;
    void *zmq = zmq_ctx_new();
    bare_contacts_open(&contacts, folder);
    contacts.next = next;
    void *curve = floor_socket(zmq, ZMQ_ROUTER, run, "floor.curve", secret);
    void *plain = floor_socket(zmq, ZMQ_ROUTER, run, "floor.plain", NULL);
    for (;;) {
        zmq_pollitem_t items[] = { { curve, 0, ZMQ_POLLIN, 0 }, { plain, 0, ZMQ_POLLIN, 0 } };
        (void)zmq_poll(items, 2, -1);
        if (items[0].revents)
            serve_batch(&contacts, curve);
        if (items[1].revents)
            serve_batch(&contacts, plain);
    }
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "contacts") == 0)
        serve_contacts(argv[2], argv[3], argv[4], strtoull(argv[5], NULL, 10));
    if (argc == 6 && strcmp(argv[1], "telephony") == 0)
        return floor_telephony(argv[2], argv[3], argv[4], (int)strtol(argv[5], NULL, 10));
    if (argc == 6 && strcmp(argv[1], "notifier") == 0)
        return floor_notifier(argv[2], argv[3], argv[4], argv[5]);
    if (argc == 6 && strcmp(argv[1], "rows") == 0)
        return floor_rows(argv[2], argv[3], argv[4], argv[5]);
    fprintf(stderr, "bench_floor contacts|rows|telephony|notifier FOLDER RUN SECRET ARGUMENT\n");
    return 2;
}

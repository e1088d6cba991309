// SPDX-License-Identifier: Apache-2.0
// Who has this number: the handler alone, the whole of the server without sockets, and over the
// socket, each beside bare LMDB (and libzmq) that finds the same row by the same index.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zmq.h>

#include "proto/stubs.h"
#include "services/contacts/api.h"
#include "tests/bench/bare.h"
#include "tests/bench/fill.h"
#include "tests/bench/house.h"
#include "tests/bench/load.h"

#define REPEATS_MAX   16
#define ARENA_BYTES   ((size_t)16 << 20)
#define LMDB_BESIDE   "bare LMDB: index, row"
#define SOCKET_BESIDE "libzmq CURVE + LMDB"

enum way { HANDLER, BARE, SERVER, WAYS };

struct looking {
    struct bench *bench;
    struct filled filled;
    struct bare_contacts bare;
    struct arena *arena;
    size_t contacts, finds;
    size_t wrong;
};

static void number_of(const struct looking *looking, size_t nth, struct person *out)
{
    person_make(nth * 7919 % looking->contacts, out); // a prime's steps: all over the table
}

static const struct handler *handler_of(const struct method *method)
{
    for (size_t i = 0; i < contacts_service.handler_count; i++) {
        if (contacts_service.handlers[i].method == method)
            return &contacts_service.handlers[i];
    }
    bench_stop("contacts has no %s", method->name);
}

// --- each gives the microseconds of one look-up
static double by_handler(struct looking *looking)
{
    const struct handler *handler = handler_of(&method_contact_find);
    struct err err = { 0 };
    struct txn *txn = store_read(looking->filled.store, &err);
    int64_t begun_ns = bench_ns();
    for (size_t i = 0; i < looking->finds; i++) {
        struct person person;
        struct request rq = { .txn = txn,
                              .arena = looking->arena,
                              .actor = "desk",
                              .roles = ROLE_BIT(AGENT),
                              .scope = scope_house,
                              .service = &contacts_service };
        struct contact_matches out = { 0 };
        number_of(looking, i, &person);
        struct contact_query query = { .number = person.number };
        arena_reset(looking->arena);
        if (!handler->run(&rq, &query, &out) || out.matches_count != 1 ||
            strcmp(out.matches[0].contact->customer_number, person.customer) != 0)
            looking->wrong++;
    }
    double used_us = (double)(bench_ns() - begun_ns) / 1e3;
    txn_drop(txn);
    return used_us / (double)looking->finds;
}

static double by_bare(struct looking *looking)
{
    struct id client = { 0 };
    struct bare *bare = &looking->bare.bare;
    bare_begin(bare, false);
    int64_t begun_ns = bench_ns();
    for (size_t i = 0; i < looking->finds; i++) {
        struct person person;
        struct key key = key_of_id(client);
        MDB_val entry, row;
        number_of(looking, i, &person);
        key_str(&key, person.number);
        if (!bare_get_prefix(bare, BARE_BY_NUMBER, key.bytes, key.size, &entry) ||
            !bare_get(bare, BARE_CONTACT, entry.mv_data, sizeof client, &row))
            looking->wrong++;
    }
    double used_us = (double)(bench_ns() - begun_ns) / 1e3;
    bare_commit(bare);
    return used_us / (double)looking->finds;
}

// Beside the answer there may be a beacon.
static bool holds(const struct outbox *out, const char *text)
{
    for (size_t i = 0; i < out->count; i++) {
        const struct outgoing *message = &out->messages[i];
        if (message->kind == OUT_ROUTE &&
            memmem(message->body.data, message->body.size, text, strlen(text)))
            return true;
    }
    return false;
}

// Envelope, checks, decoding, look-up, answer: everything but the socket, one request at a time.
static double by_server(struct looking *looking)
{
    int64_t begun_ns = bench_ns();
    for (size_t i = 0; i < looking->finds; i++) {
        struct person person;
        struct outbox out;
        number_of(looking, i, &person);
        struct contact_query query = { .number = person.number };
        filled_ask(&looking->filled, &method_contact_find, &query, &out);
        looking->wrong += !holds(&out, person.customer);
    }
    return (double)(bench_ns() - begun_ns) / 1e3 / (double)looking->finds;
}

static void in_process(struct looking *looking, size_t repeats)
{
    double used[WAYS][REPEATS_MAX], median[WAYS];
    for (size_t i = 0; i < repeats; i++) {
        used[HANDLER][i] = by_handler(looking);
        used[BARE][i] = by_bare(looking);
        used[SERVER][i] = by_server(looking);
    }
    for (int way = 0; way < WAYS; way++)
        median[way] = bench_median(used[way], repeats);
    char name[80];
    snprintf(name, sizeof name, "number look-up, %zu contacts, handler", looking->contacts);
    struct figure_beside measure = { .name = name,
                                     .unit = "us",
                                     .ours = median[HANDLER],
                                     .floor = median[BARE],
                                     .floor_name = LMDB_BESIDE,
                                     .goal_kind = GOAL_OURS_MOST,
                                     .goal = 50 };
    bench_figure(looking->bench, &measure);
    snprintf(name, sizeof name, "number look-up, %zu contacts, server", looking->contacts);
    measure.ours = median[SERVER];
    measure.note = "envelope, checks, a transaction for each, answer";
    measure.goal_kind = GOAL_NONE;
    bench_figure(looking->bench, &measure);
    if (looking->wrong > 0)
        bench_wrong(looking->bench, "%zu look-ups found somebody else or nobody", looking->wrong);
}

// --- over the socket
struct filling {
    struct looking *looking;
    struct person person;
};

static void fill_query(void *context, size_t nth, void *in)
{
    struct filling *filling = context;
    number_of(filling->looking, nth, &filling->person);
    *(struct contact_query *)in = (struct contact_query){ .number = filling->person.number };
}

static void over_socket(struct looking *looking, struct load_line *const lines[2],
                        size_t outstanding, size_t repeats)
{
    double rate[2][REPEATS_MAX], p50[2][REPEATS_MAX];
    struct filling filling = { .looking = looking };
    char name[80], note[80];
    for (size_t i = 0; i < repeats; i++) {
        for (int side = 0; side < 2; side++) {
            struct load_order order = { .method = &method_contact_find,
                                        .count = looking->finds / (outstanding > 1 ? 1 : 4),
                                        .fill = fill_query,
                                        .context = &filling };
            struct load_batch *batch = load_prepare(&order);
            struct load_result result;
            load_run(lines[side], batch, outstanding, &result);
            rate[side][i] = (double)result.count / result.seconds;
            p50[side][i] = (double)bench_percentile(result.latency_ns, result.count, 50) / 1e3;
            if (result.refused > 0)
                bench_wrong(looking->bench, "%zu look-ups were refused", result.refused);
            free(result.latency_ns);
            load_free(batch);
        }
    }
    snprintf(name, sizeof name, "number look-up, socket, %zu outstanding", outstanding);
    snprintf(note, sizeof note, "p50 us: ours %.0f, floor %.0f", bench_median(p50[0], repeats),
             bench_median(p50[1], repeats));
    struct figure_beside measure = { .name = name,
                                     .unit = "per s",
                                     .ours = bench_median(rate[0], repeats),
                                     .floor = bench_median(rate[1], repeats),
                                     .floor_name = SOCKET_BESIDE,
                                     .note = note };
    bench_figure(looking->bench, &measure);
}

static void with_processes(struct looking *looking, struct house *house, const char *floor,
                           size_t repeats)
{
    char ours[200], beside[200];
    struct key_pair desk, contacts;
    void *zmq = zmq_ctx_new();
    house_key(house, "desk", &desk);
    house_key(house, "contacts", &contacts);
    house_endpoint(house, "contacts.sock", ours);
    house_endpoint(house, "floor.curve", beside);
    const char *words[] = { "contacts", floor, house->run, contacts.secret_key, "0", NULL };
    (void)house_spawn(house, "bench_floor", words);
    house_start(house, "contacts", NULL);
    struct load_line *lines[] = { load_open(zmq, ours, &desk, contacts.public_key),
                                  load_open(zmq, beside, &desk, contacts.public_key) };
    over_socket(looking, lines, 1, repeats);
    over_socket(looking, lines, 64, repeats);
    load_close(lines[0]);
    load_close(lines[1]);
    zmq_ctx_term(zmq);
}

int main(int argc, char **argv)
{
    struct bench bench;
    struct house house;
    struct looking looking = { .bench = &bench, .arena = arena_new(ARENA_BYTES) };
    char folder[500], floor[500];
    bench_begin(&bench, "find", argc, argv);
    looking.contacts = (size_t)bench_size(&bench, "contacts", 100000, 500);
    looking.finds = (size_t)bench_size(&bench, "finds", 20000, 200);
    size_t repeats = (size_t)bench_size(&bench, "repeats", 5, 1);
    if (repeats < 1 || repeats > REPEATS_MAX || looking.contacts < 1 || looking.finds < 4)
        bench_stop("repeats: 1 to %d; contacts: 1 or more; finds: 4 or more", REPEATS_MAX);
    house_begin(&house, &bench, "find");
    snprintf(folder, sizeof folder, "%s/contacts", house.home);
    snprintf(floor, sizeof floor, "%s/floor", house.home);
    if (mkdir(floor, 0700) != 0)
        bench_stop("%s", floor);
    filled_open(&looking.filled, folder);
    filled_add(&looking.filled, looking.contacts);
    bare_contacts_open(&looking.bare, floor);
    bare_contacts_fill(&looking.bare, looking.contacts);
    in_process(&looking, repeats);
    filled_close(&looking.filled);
    bare_close(&looking.bare.bare);
    with_processes(&looking, &house, floor, repeats);
    house_end(&house);
    arena_free(looking.arena);
    return bench_end(&bench);
}

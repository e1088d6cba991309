// SPDX-License-Identifier: Apache-2.0
// Durable bookings: entry_book at a running rufbus-timekeeping that knows file, contact and staff,
// pipelined over ipc with CURVE, beside bare libzmq and LMDB that make the same puts.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zmq.h>

#include "proto/stubs.h"
#include "tests/bench/trial.h"
#include "tests/bench/weigh.h"

#define TRIES_MAX 400

enum side { OURS, FLOOR, SIDES };

// What is booked.
struct work {
    struct id file, contact, staff;
};

struct pair {
    struct bench *bench;
    struct house house;
    void *zmq;
    struct load_line *desk, *gateway, *floor;
    struct work work;
};

static void must(enum call_result result, const struct client *client, const char *what)
{
    if (result != CALL_DONE)
        bench_stop("%s: %s", what, client->refused.english);
}

static void make_people(struct pair *pair)
{
    struct client *client = house_admin(&pair->house, "contacts");
    struct staff_new staff = { .name = "Anna Lindner" };
    struct contact_new contact = { .name = "Katrin Hansen", .organisation = "Reederei Hansen" };
    struct staff staff_row;
    struct contact contact_row;
    struct file file_row;

    must(call_staff_add(client, &staff, &staff_row), client, "staff");
    pair->work.staff = staff_row.id;
    must(call_contact_add(client, &contact, &contact_row), client, "contact");
    pair->work.contact = contact_row.id;
    struct party party = { .contact = contact_row.id, .role = party_role_CLIENT };
    struct file_new file = { .number = "A 1/26", .parties = &party, .parties_count = 1 };
    must(call_file_add(client, &file, &file_row), client, "file");
    pair->work.file = file_row.id;
}

static struct entry_new booking_of(const struct work *work)
{
    return (struct entry_new){ .key = "K",
                               .file = work->file,
                               .contact = work->contact,
                               .staff = work->staff,
                               .has_minutes = true,
                               .minutes = 7 };
}

// Until timekeeping has followed contacts so far: a booking is refused before.
static void wait_for_people(struct pair *pair)
{
    struct client *client = house_admin(&pair->house, "timekeeping");
    struct rounding six = { 0, 360, 360, rounding_scope_CALL };
    struct kind_new kind = {
        .key = "K", .name = "Kurzes Telefonat", .text = "Telefonat mit {person}", .rounding = &six
    };
    struct service_kind kind_row;
    struct entry_new in = booking_of(&pair->work);
    struct entry entry;
    enum call_result result = CALL_REFUSED;

    must(call_kind_add(client, &kind, &kind_row), client, "kind");
    for (int i = 0; i < TRIES_MAX && result != CALL_DONE; i++) {
        struct pong pong;
        (void)call_ping(client, &(struct nothing){ false }, &pong);
        result = call_entry_book(client, &in, &entry);
    }
    must(result, client, "a booking");
}

static void pair_begin(struct pair *pair, struct bench *bench, const char *puts)
{
    struct key_pair desk, gateway, service;
    char name[40], ours[200], curve[200], folder[500];
    static int nth;

    *pair = (struct pair){ .bench = bench, .zmq = zmq_ctx_new() };
    snprintf(name, sizeof name, "book-%d", nth++);
    house_begin(&pair->house, bench, name);
    house_start(&pair->house, "contacts", NULL);
    house_start(&pair->house, "timekeeping", NULL);
    make_people(pair);
    wait_for_people(pair);
    house_stop(&pair->house, "rufbus-contacts");
    house_key(&pair->house, "desk", &desk);
    house_key(&pair->house, "gateway", &gateway);
    house_key(&pair->house, "timekeeping", &service);
    house_endpoint(&pair->house, "timekeeping.sock", ours);
    house_endpoint(&pair->house, "floor.curve", curve);
    pair->desk = load_open(pair->zmq, ours, &desk, service.public_key);
    pair->gateway = load_open(pair->zmq, ours, &gateway, service.public_key);
    if (!puts)
        return;
    snprintf(folder, sizeof folder, "%s/floor", pair->house.home);
    if (mkdir(folder, 0700) != 0)
        bench_stop("%s", folder);
    const char *words[] = { "rows", folder, pair->house.run, service.secret_key, puts, NULL };
    (void)house_spawn(&pair->house, "bench_floor", words);
    pair->floor = load_open(pair->zmq, curve, &desk, service.public_key);
}

static void pair_end(struct pair *pair)
{
    load_close(pair->desk);
    load_close(pair->gateway);
    load_close(pair->floor);
    zmq_ctx_term(pair->zmq);
    house_stop(&pair->house, "rufbus-timekeeping");
    house_stop(&pair->house, "bench_floor");
    house_end(&pair->house);
}

static void fill_booking(void *context, size_t nth, void *in)
{
    (void)nth;
    *(struct entry_new *)in = booking_of(context);
}

static void run_side(struct pair *pair, enum side side, size_t outstanding, size_t count,
                     struct trials *out)
{
    bool many = outstanding > TRIAL_ACTOR_MOST;
    const struct trial trial = {
        .bench = pair->bench,
        .house = &pair->house,
        .line = side == FLOOR ? pair->floor
                : many        ? pair->gateway
                              : pair->desk,
        .process = side == OURS ? "rufbus-timekeeping" : "bench_floor",
        .outstanding = outstanding,
    };
    struct load_order order = {
        .method = &method_entry_book, .count = count, .fill = fill_booking, .context = &pair->work
    };
    trial_run(&trial, order, out);
}

// What a booking writes, as the floor is told: the row first.
static void weigh_bookings(struct bench *bench, char *puts, size_t room)
{
    struct pair pair;
    struct weighed weighed;
    char folder[500];
    size_t used = 0;

    pair_begin(&pair, bench, NULL);
    run_side(&pair, OURS, 8, TRIAL_WARM_UP, NULL);
    house_stop(&pair.house, "rufbus-timekeeping");
    snprintf(folder, sizeof folder, "%s/timekeeping", pair.house.home);
    weigh_store(folder, "entry", &weighed);
    pair_end(&pair);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < weighed.count; i++) {
            const struct put *put = &weighed.puts[i];
            if ((strcmp(put->database, "entry") == 0) != (pass == 0))
                continue;
            for (int n = 0; n < (int)(put->count + 0.5) && used + 24 < room; n++)
                used += (size_t)snprintf(puts + used, room - used, "%s%zu:%zu", used ? "," : "",
                                         put->key, put->value);
        }
    }
}

static void show(const struct bench *bench, long outstanding, struct trials *sides)
{
    char name[80];
    struct medians ours = trial_medians(&sides[OURS]), floor = trial_medians(&sides[FLOOR]);
    struct trial_note note = trial_note(&ours, &floor);

    snprintf(name, sizeof name, "durable bookings, %ld outstanding", outstanding);
    struct figure_beside figure = { .name = name,
                                    .unit = "per s",
                                    .ours = ours.rate,
                                    .floor = floor.rate,
                                    .floor_name = "libzmq CURVE + LMDB",
                                    .goal_kind = GOAL_NONE,
                                    .note = note.text };
    bench_figure(bench, &figure);
}

int main(int argc, char **argv)
{
    struct bench bench;
    static struct trials trials[SIZES_MAX][SIDES];
    long outstanding[SIZES_MAX];
    static char puts[1000];

    bench_begin(&bench, "book", argc, argv);
    size_t columns = bench_sizes(&bench, "outstanding", "1,8,64,512", "1,64,512", outstanding);
    long repeats = bench_size(&bench, "repeats", 3, 1);
    if (repeats > TRIAL_REPEATS_MAX)
        bench_stop("repeats: at most %d", TRIAL_REPEATS_MAX);
    weigh_bookings(&bench, puts, sizeof puts);
    for (long repeat = 0; repeat < repeats; repeat++) {
        struct pair pair;
        pair_begin(&pair, &bench, puts);
        for (int side = 0; side < SIDES; side++)
            run_side(&pair, (enum side)side, 8, TRIAL_WARM_UP, NULL);
        for (size_t c = 0; c < columns; c++) {
            for (int side = 0; side < SIDES; side++)
                run_side(&pair, (enum side)side, (size_t)outstanding[c],
                         trial_commands(&bench, outstanding[c]), &trials[c][side]);
        }
        pair_end(&pair);
    }
    for (size_t c = 0; c < columns; c++)
        show(&bench, outstanding[c], trials[c]);
    return bench_end(&bench);
}

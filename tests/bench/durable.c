// SPDX-License-Identifier: Apache-2.0
// Durable commands: contact_add at a running rufbus-contacts, pipelined over ipc with CURVE, beside
// bare libzmq and LMDB that write the same.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zmq.h>

#include "tests/bench/bare.h"
#include "tests/bench/fill.h"
#include "tests/bench/trial.h"

#define FRESH_BELOW  100000 // rows: each repetition has its own stores
#define CURVE_BESIDE "libzmq CURVE + LMDB"
#define PLAIN_BESIDE "libzmq plain + LMDB"

enum side { OURS, FLOOR_CURVE, FLOOR_PLAIN, SIDES };

// One pair of stores with their processes and connections.
struct pair {
    struct bench *bench;
    struct house house;
    void *zmq;
    struct load_line *desk, *gateway, *curve, *plain;
    uint64_t next;
    char floor[500];
};

static void connect_all(struct pair *pair)
{
    struct key_pair desk, gateway, contacts;
    char ours[200], curve[200], plain[200];
    house_key(&pair->house, "desk", &desk);
    house_key(&pair->house, "gateway", &gateway);
    house_key(&pair->house, "contacts", &contacts);
    house_endpoint(&pair->house, "contacts.sock", ours);
    house_endpoint(&pair->house, "floor.curve", curve);
    house_endpoint(&pair->house, "floor.plain", plain);
    pair->desk = load_open(pair->zmq, ours, &desk, contacts.public_key);
    pair->gateway = load_open(pair->zmq, ours, &gateway, contacts.public_key);
    pair->curve = load_open(pair->zmq, curve, &desk, contacts.public_key);
    pair->plain = load_open(pair->zmq, plain, NULL, NULL);
}

static void pair_begin(struct pair *pair, struct bench *bench, long rows)
{
    struct key_pair contacts;
    static struct bare_contacts bare;
    char name[40], count[24], folder[500];
    static int nth;
    *pair = (struct pair){ .bench = bench, .zmq = zmq_ctx_new(), .next = (uint64_t)rows };
    snprintf(name, sizeof name, "durable-%d", nth++);
    house_begin(&pair->house, bench, name);
    snprintf(folder, sizeof folder, "%s/contacts", pair->house.home);
    if (rows > 0) {
        struct filled filled;
        filled_open(&filled, folder);
        filled_add(&filled, (uint64_t)rows);
        filled_close(&filled);
    }
    snprintf(pair->floor, sizeof pair->floor, "%s/floor", pair->house.home);
    snprintf(count, sizeof count, "%ld", rows);
    if (mkdir(pair->floor, 0700) != 0)
        bench_stop("%s", pair->floor);
    bare_contacts_open(&bare, pair->floor);
    bare_contacts_fill(&bare, (uint64_t)rows);
    bare_close(&bare.bare);
    house_key(&pair->house, "contacts", &contacts);
    const char *words[] = { "contacts",          pair->floor, pair->house.run,
                            contacts.secret_key, count,       NULL };
    (void)house_spawn(&pair->house, "bench_floor", words);
    house_start(&pair->house, "contacts", NULL);
    connect_all(pair);
}

// --- both stores must hold as many entries for each contact, of about the same length
struct weight {
    double entries, bytes;
};

static void weigh_database(MDB_txn *txn, MDB_dbi dbi, struct weight *weight)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    if (mdb_cursor_open(txn, dbi, &cursor) != 0)
        bench_stop("weigh");
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        weight->entries++;
        weight->bytes += (double)(key.mv_size + value.mv_size);
    }
    mdb_cursor_close(cursor);
}

static struct weight weigh(const char *folder, const char *contacts)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi root, dbi;
    MDB_cursor *cursor;
    MDB_val name, value;
    MDB_stat stat;
    struct weight weight = { 0 };
    if (mdb_env_create(&env) || mdb_env_set_maxdbs(env, 64) ||
        mdb_env_open(env, folder, MDB_RDONLY | MDB_NOLOCK, 0) ||
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) || mdb_dbi_open(txn, NULL, 0, &root) ||
        mdb_cursor_open(txn, root, &cursor))
        bench_stop("%s cannot be weighed", folder);
    double rows = 1;
    while (mdb_cursor_get(cursor, &name, &value, MDB_NEXT) == 0) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)name.mv_size, (const char *)name.mv_data);
        if (mdb_dbi_open(txn, text, 0, &dbi) || mdb_stat(txn, dbi, &stat))
            bench_stop("%s: %s", folder, text);
        if (strcmp(text, contacts) == 0)
            rows = (double)stat.ms_entries;
        // The search box is indexed behind the commit, by following the log: it costs the service
        // time, but is none of what a command writes.
        size_t size = strlen(text);
        if (size < 7 || strcmp(text + size - 7, ".search") != 0)
            weigh_database(txn, dbi, &weight);
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return (struct weight){ weight.entries / rows, weight.bytes / rows };
}

static void pair_end(struct pair *pair, bool compare)
{
    load_close(pair->desk);
    load_close(pair->gateway);
    load_close(pair->curve);
    load_close(pair->plain);
    zmq_ctx_term(pair->zmq);
    house_stop(&pair->house, "rufbus-contacts");
    house_stop(&pair->house, "bench_floor");
    if (compare) {
        char folder[500];
        snprintf(folder, sizeof folder, "%s/contacts", pair->house.home);
        struct weight ours = weigh(folder, "contact");
        struct weight floor = weigh(pair->floor, (const char[]){ 'd', '0' + BARE_CONTACT, '\0' });
        struct figure_beside figure = { "entries for each contact",
                                        "entries",
                                        ours.entries,
                                        floor.entries,
                                        "what the floor writes",
                                        GOAL_NONE,
                                        0,
                                        NULL };
        bench_figure(pair->bench, &figure);
        figure =
            (struct figure_beside){ "bytes for each contact", "bytes",   ours.bytes, floor.bytes,
                                    "what the floor writes",  GOAL_NONE, 0,          NULL };
        bench_figure(pair->bench, &figure);
        double apart = ours.bytes / floor.bytes;
        if (ours.entries - floor.entries > 0.1 || floor.entries - ours.entries > 0.1 ||
            apart > 1.1 || apart < 0.9)
            bench_wrong(pair->bench, "the floor does not write the same");
    }
    house_end(&pair->house);
}

// --- one measurement
struct filling {
    struct person person;
    uint64_t first;
};

static void fill_person(void *context, size_t nth, void *in)
{
    struct filling *filling = context;
    person_make(filling->first + nth, &filling->person);
    *(struct contact_new *)in = person_new(&filling->person);
}

static void run_side(struct pair *pair, enum side side, size_t outstanding, size_t count,
                     struct trials *out)
{
    bool many = outstanding > TRIAL_ACTOR_MOST;
    struct load_line *const lines[SIDES] = { many ? pair->gateway : pair->desk, pair->curve,
                                             pair->plain };
    const struct trial trial = {
        .bench = pair->bench,
        .house = &pair->house,
        .line = lines[side],
        .process = side == OURS ? "rufbus-contacts" : "bench_floor",
        .outstanding = outstanding,
    };
    struct filling filling = { .first = pair->next };
    struct load_order order = {
        .method = &method_contact_add, .count = count, .fill = fill_person, .context = &filling
    };
    trial_run(&trial, order, out);
    if (side == OURS)
        pair->next += count;
}

static void show(const struct bench *bench, long rows, long outstanding, struct trials *sides)
{
    char name[80];
    struct medians ours = trial_medians(&sides[OURS]);
    struct medians floor = trial_medians(&sides[FLOOR_CURVE]);
    struct trial_note note = trial_note(&ours, &floor);
    snprintf(name, sizeof name, "durable commands, %ld rows, %ld outstanding", rows, outstanding);
    struct figure_beside figure = { .name = name,
                                    .unit = "per s",
                                    .ours = ours.rate,
                                    .floor = floor.rate,
                                    .floor_name = CURVE_BESIDE,
                                    .goal_kind = outstanding >= 64 ? GOAL_RATIO_LEAST : GOAL_NONE,
                                    .goal = 0.5,
                                    .note = note.text };
    bench_figure(bench, &figure);
    figure.floor = trial_medians(&sides[FLOOR_PLAIN]).rate;
    figure.floor_name = PLAIN_BESIDE;
    figure.note = NULL;
    bench_figure(bench, &figure);
}

// Cost of a command at many rows over that at few: 64 outstanding or what is nearest.
static void show_growth(const struct bench *bench, const long *rows, size_t row_count,
                        double rates[SIZES_MAX][SIDES])
{
    for (size_t i = 0; i < row_count; i++) {
        for (size_t k = i + 1; k < row_count; k++) {
            char name[80];
            if (rows[i] == 0)
                continue;
            snprintf(name, sizeof name, "cost at %ld rows / at %ld", rows[k], rows[i]);
            struct figure_beside figure = { .name = name,
                                            .unit = "times",
                                            .ours = rates[i][OURS] / rates[k][OURS],
                                            .floor = rates[i][FLOOR_CURVE] / rates[k][FLOOR_CURVE],
                                            .floor_name = CURVE_BESIDE,
                                            .goal_kind = GOAL_OURS_MOST,
                                            .goal = 1.5,
                                            .note = "64 outstanding" };
            bench_figure(bench, &figure);
        }
    }
}

int main(int argc, char **argv)
{
    struct bench bench;
    long rows[SIZES_MAX], outstanding[SIZES_MAX];
    double rates[SIZES_MAX][SIDES] = { 0 };
    bench_begin(&bench, "durable", argc, argv);
    size_t row_count = bench_sizes(&bench, "rows", "0,10000,1000000", "0,100", rows);
    size_t column_count = bench_sizes(&bench, "outstanding", "1,8,64,512", "1,64,512", outstanding);
    long repeats = bench_size(&bench, "repeats", 3, 1);
    if (repeats > TRIAL_REPEATS_MAX)
        bench_stop("repeats: at most %d", TRIAL_REPEATS_MAX);
    for (size_t r = 0; r < row_count; r++) {
        struct trials trials[SIZES_MAX][SIDES] = { 0 };
        struct pair pair;
        for (long repeat = 0; repeat < repeats; repeat++) {
            bool fresh = rows[r] < FRESH_BELOW;
            if (fresh || repeat == 0)
                pair_begin(&pair, &bench, rows[r]);
            for (int side = 0; side < SIDES; side++)
                run_side(&pair, (enum side)side, 8, TRIAL_WARM_UP, NULL);
            for (size_t c = 0; c < column_count; c++) {
                for (int side = 0; side < SIDES; side++)
                    run_side(&pair, (enum side)side, (size_t)outstanding[c],
                             trial_commands(&bench, outstanding[c]), &trials[c][side]);
            }
            if (fresh || repeat == repeats - 1)
                pair_end(&pair, repeat == repeats - 1 && r == 0);
        }
        for (size_t c = 0; c < column_count; c++) {
            show(&bench, rows[r], outstanding[c], trials[c]);
            if (outstanding[c] <= 64)
                for (int side = 0; side < SIDES; side++)
                    rates[r][side] = trial_medians(&trials[c][side]).rate;
        }
    }
    show_growth(&bench, rows, row_count, rates);
    return bench_end(&bench);
}

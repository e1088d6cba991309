// SPDX-License-Identifier: Apache-2.0
// Short calls fed to a running rufbus-telephony as fast as its socket takes them; every record is
// then compared with the truth beside the capture. Beside: the same bytes looked through for line
// ends, and bare LMDB that writes as many rows of that length in as many commits.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <jansson.h>

#include "proto/stubs.h"
#include "tests/bench/bare.h"
#include "tests/bench/capture.h"
#include "tests/bench/house.h"
#include "tests/bench/pbx.h"

#define REPEATS_MAX 16
#define PAGE        200
#define LOOK_NS     2000000
#define LIMIT_NS    (INT64_C(120) * 1000000000)
#define CALL_BYTES  420 // of a call's row
#define FACT_BYTES  560 // of its fact
#define INDEXES     5

struct feeding {
    struct bench *bench;
    struct capture capture;
    json_t *truth;
    char *bytes;
    size_t size, messages, calls, of_capture;
    int64_t head, batches; // of the service: what it wrote, in how many commits
};

// --- what is fed
// Copies of the capture without the calls beyond what is wanted.
static void compose(struct feeding *feeding, size_t calls)
{
    struct capture *capture = &feeding->capture;
    size_t room = (calls / capture->count + 2) * capture->size;
    feeding->bytes = malloc(room);
    if (!feeding->bytes)
        abort();
    for (unsigned copy = 0; feeding->calls < calls; copy++) {
        size_t left = calls - feeding->calls, begun = feeding->size;
        size_t taken = left < capture->count ? left : capture->count;
        bool *skip = calloc(capture->size + 1, 1);
        for (size_t i = taken; i < capture->count; i++) {
            for (size_t k = 0; k < capture->calls[i].count; k++)
                skip[capture->calls[i].messages[k] - capture->bytes] = true;
        }
        const char *at = capture->bytes, *end = at + capture->size;
        while (at < end) {
            const char *behind = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
            behind = behind ? behind + 4 : end;
            if (!skip[at - capture->bytes] && memcmp(at, "Event: ", 7) == 0) {
                memcpy(feeding->bytes + feeding->size, at, (size_t)(behind - at));
                feeding->size += (size_t)(behind - at);
                feeding->messages++;
            }
            at = behind;
        }
        free(skip);
        capture_renew(feeding->bytes + begun, feeding->size - begun, copy);
        feeding->calls += taken;
    }
}

static void read_truth(struct feeding *feeding)
{
    char path[600];
    json_error_t error;
    snprintf(path, sizeof path, "%s/load_120.truth.json", BENCH_CAPTURES);
    json_t *whole = json_load_file(path, 0, &error);
    feeding->truth = whole ? json_incref(json_object_get(whole, "calls")) : NULL;
    json_decref(whole);
    if (!json_is_array(feeding->truth))
        bench_stop("%s: %s", path, error.text);
}

// --- was it right
static bool same_text(const char *ours, const json_t *true_value)
{
    const char *text = json_string_value(true_value);
    return strcmp(ours ? ours : "", text ? text : "") == 0;
}

static const json_t *truth_of(const struct feeding *feeding, const char *source_ref)
{
    for (size_t i = 0; i < json_array_size(feeding->truth); i++) {
        const json_t *call = json_array_get(feeding->truth, i);
        const char *id = json_string_value(json_object_get(call, "linkedid"));
        if (id && strcmp(id + 4, source_ref + 4) == 0) // but for the copy's digits
            return call;
    }
    return NULL;
}

static bool is_right(const struct feeding *feeding, const struct call *call)
{
    char ended_by[40], outcome[40];
    const struct picks *outcomes = call_outcome_picks(), *enders = call_ended_by_picks();
    const json_t *truth = truth_of(feeding, call->source_ref);
    if (!truth || call->state != call_state_ENDED)
        return false;
    snprintf(outcome, sizeof outcome, "%s", outcomes->values[call->outcome].word);
    snprintf(ended_by, sizeof ended_by, "%s", enders->values[call->ended_by].word);
    const json_t *rung = json_object_get(truth, "agents_rung");
    bool right = call->direction == call_direction_INBOUND &&
                 same_text(outcome, json_object_get(truth, "outcome")) &&
                 same_text(ended_by, json_object_get(truth, "ended_by")) &&
                 same_text(call->called, json_object_get(truth, "called_number")) &&
                 same_text(call->caller, json_object_get(truth, "caller_number")) &&
                 same_text(call->agent, json_object_get(truth, "agent")) &&
                 call->agents_rung_count == json_array_size(rung);
    for (size_t i = 0; right && i < call->agents_rung_count; i++)
        right = same_text(call->agents_rung[i], json_array_get(rung, i));
    return right;
}

static void compare(struct feeding *feeding, struct house *house)
{
    struct client *client = house_admin(house, "telephony");
    struct call_query query = { .has_limit = true, .limit = PAGE };
    size_t count = 0, right = 0;
    bool more = true;
    while (more) {
        struct call_page page = { 0 };
        struct id last = query.after;
        arena_reset(house->arena);
        if (call_call_list(client, &query, &page) != CALL_DONE)
            bench_stop("call_list: %s", client->refused.english);
        for (size_t i = 0; i < page.calls_count; i++) {
            right += is_right(feeding, &page.calls[i]);
            last = page.calls[i].id;
        }
        count += page.calls_count;
        query.after = last;
        more = page.more;
    }
    if (count != feeding->calls + 1 || right != count)
        bench_wrong(feeding->bench, "%zu calls fed, %zu recorded, %zu of them right",
                    feeding->calls + 1, count, right);
}

// --- the service
static bool all_over(struct feeding *feeding, struct house *house)
{
    struct nothing nothing = { 0 };
    struct links links = { 0 };
    struct call_query query = { .has_live = true, .live = true, .has_limit = true, .limit = 1 };
    struct call_page page = { 0 };
    struct client *client = house_admin(house, "telephony");
    arena_reset(house->arena);
    if (call_link_list(client, &nothing, &links) != CALL_DONE || links.links_count != 1 ||
        links.links[0].messages < (int64_t)(feeding->messages + feeding->capture.calls[0].count))
        return false;
    return call_call_list(client, &query, &page) == CALL_DONE && page.calls_count == 0;
}

static void ask_figures(struct feeding *feeding, struct house *house)
{
    struct nothing nothing = { 0 };
    struct figures figures = { 0 };
    struct pong pong = { 0 };
    struct client *client = house_admin(house, "telephony");
    if (call_stats(client, &nothing, &figures) != CALL_DONE ||
        call_ping(client, &nothing, &pong) != CALL_DONE)
        bench_stop("stats: %s", client->refused.english);
    feeding->head = pong.head;
    for (size_t i = 0; i < figures.figures_count; i++) {
        if (strcmp(figures.figures[i].name, "batches") == 0)
            feeding->batches = figures.figures[i].value;
    }
}

// Whether a number may be shown is asked while the caller's channel lives, and these calls are over
// before an answer could come: so the account is one that may not ask, which the first call, told
// at leisure, makes known.
static void show_rights(const struct feeding *feeding, struct pbx *pbx)
{
    const struct capture_call *call = &feeding->capture.calls[0];
    size_t size;
    char *bytes = capture_take(call, 0, 1, CAPTURE_COPIES, &size);
    pbx_tell(pbx, bytes, size);
    free(bytes);
    pbx_await(pbx, PBX_ASKED);
    bytes = capture_take(call, 1, call->count, CAPTURE_COPIES, &size);
    pbx_tell(pbx, bytes, size);
    free(bytes);
}

static double feed(struct feeding *feeding, long nth)
{
    struct house house;
    char ami[80], name[24];
    int port;
    snprintf(name, sizeof name, "calls-%ld", nth);
    house_begin(&house, feeding->bench, name);
    struct pbx *pbx = pbx_new(&port, false);
    snprintf(ami, sizeof ami, "pbx=bench:secret@127.0.0.1:%d", port);
    const char *options[] = { "--ami", ami, NULL };
    house_start(&house, "telephony", options);
    pbx_await(pbx, PBX_LOGGED_IN);
    show_rights(feeding, pbx);
    int64_t begun_ns = bench_ns();
    pbx_tell(pbx, feeding->bytes, feeding->size);
    while (!all_over(feeding, &house)) {
        struct timespec pause = { .tv_nsec = LOOK_NS };
        (void)nanosleep(&pause, NULL);
        if (bench_ns() - begun_ns > LIMIT_NS)
            bench_stop("the calls do not end");
    }
    double seconds = (double)(bench_ns() - begun_ns) / 1e9;
    ask_figures(feeding, &house);
    compare(feeding, &house);
    house_stop(&house, "rufbus-telephony");
    pbx_free(pbx);
    house_end(&house);
    return seconds;
}

// --- the floor
static void write_change(struct bare *bare, uint64_t nth, size_t per_call)
{
    uint8_t row[FACT_BYTES] = { 0 };
    uint64_t call = nth / per_call;
    uint8_t key[32] = { 0 };
    for (int i = 0; i < 8; i++)
        key[i] = (uint8_t)(call >> (56 - 8 * i));
    bare_put(bare, 1, key, 16, row, CALL_BYTES);
    for (size_t i = 0; nth % per_call == 0 && i < INDEXES; i++)
        bare_put(bare, 3 + i, key, sizeof key, row, 20);
    for (int i = 0; i < 8; i++)
        key[i] = (uint8_t)(nth >> (56 - 8 * i));
    bare_put(bare, 2, key, 8, row, FACT_BYTES);
}

static double floor_run(const struct feeding *feeding, long nth)
{
    struct bare bare;
    char folder[500];
    snprintf(folder, sizeof folder, "%s/floor-%ld", feeding->bench->folder, nth);
    if (mkdir(folder, 0700) != 0)
        bench_stop("%s", folder);
    bare_open(&bare, folder, 3 + INDEXES);
    uint64_t changes = (uint64_t)feeding->head;
    uint64_t a_batch = changes / (uint64_t)(feeding->batches ? feeding->batches : 1) + 1;
    size_t per_call = (size_t)(changes / feeding->calls) + 1, lines = 0;
    int64_t begun_ns = bench_ns();
    const char *at = feeding->bytes, *end = at + feeding->size;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        lines++;
    }
    for (uint64_t i = 0; i < changes;) {
        bare_begin(&bare, true);
        for (uint64_t k = 0; k < a_batch && i < changes; k++)
            write_change(&bare, i++, per_call);
        bare_put(&bare, 0, "s:head", 6, "123456789012345678901234", 24);
        bare_commit(&bare);
    }
    double seconds = (double)(bench_ns() - begun_ns) / 1e9;
    bare_close(&bare);
    return lines > 0 ? seconds : 0;
}

int main(int argc, char **argv)
{
    struct bench bench;
    struct feeding feeding = { .bench = &bench };
    double ours[REPEATS_MAX], floor[REPEATS_MAX];
    char name[80], note[120];
    bench_begin(&bench, "calls", argc, argv);
    size_t calls = (size_t)bench_size(&bench, "calls", 500, 20);
    long repeats = bench_size(&bench, "repeats", 5, 1);
    if (repeats < 1 || repeats > REPEATS_MAX || calls < 1)
        bench_stop("repeats: 1 to %d; calls: 1 or more", REPEATS_MAX);
    capture_read(&feeding.capture, "load_120");
    read_truth(&feeding);
    compose(&feeding, calls);
    for (long i = 0; i < repeats; i++) {
        ours[i] = (double)calls / feed(&feeding, i);
        floor[i] = (double)calls / floor_run(&feeding, i);
    }
    snprintf(name, sizeof name, "%zu short calls at once", calls);
    snprintf(note, sizeof note, "%.0f events/s; %lld changes in %lld batches",
             bench_median(ours, (size_t)repeats) * (double)feeding.messages / (double)calls,
             (long long)feeding.head, (long long)feeding.batches);
    struct figure_beside measure = { .name = name,
                                     .unit = "calls/s",
                                     .ours = bench_median(ours, (size_t)repeats),
                                     .floor = bench_median(floor, (size_t)repeats),
                                     .floor_name = "memchr, LMDB's commits",
                                     .note = note };
    bench_figure(&bench, &measure);
    free(feeding.bytes);
    json_decref(feeding.truth);
    capture_free(&feeding.capture);
    return bench_end(&bench);
}

// SPDX-License-Identifier: Apache-2.0
// The manager interface's bytes: reader, and reader with model, beside a bare pass over the same
// bytes that only looks for the ends of lines.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/telephony/ami_model.h"
#include "tests/bench/bench.h"
#include "tests/bench/capture.h"

#define REPEATS_MAX 16
#define PIECE       16384 // as a socket gives them
#define BARE_BESIDE "memchr for line ends"

enum way { BARE, READER, MODEL, WAYS };

struct reading {
    struct capture capture;
    struct ami_model *model;
    size_t lines, messages, told, ended;
    int64_t now_us;
};

static void count_call(void *context, const struct call *row)
{
    struct reading *reading = context;
    reading->told++;
    reading->ended += row->state == call_state_ENDED;
}

static void count_message(void *context, const struct ami_message *message)
{
    struct reading *reading = context;
    (void)message;
    reading->messages++;
}

static void give_model(void *context, const struct ami_message *message)
{
    struct reading *reading = context;
    reading->messages++;
    reading->now_us += 1000;
    ami_model_message(reading->model, message, reading->now_us);
}

static void read_bare(struct reading *reading)
{
    const char *at = reading->capture.bytes, *end = at + reading->capture.size;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        reading->lines++;
        at++;
    }
}

static void read_all(struct reading *reading, ami_sink sink)
{
    struct ami_reader *reader = ami_reader_new();
    for (size_t at = 0; at < reading->capture.size; at += PIECE) {
        size_t left = reading->capture.size - at;
        ami_reader_feed(reader, reading->capture.bytes + at, left < PIECE ? left : PIECE, sink,
                        reading);
    }
    ami_reader_free(reader);
}

static void read_model(struct reading *reading)
{
    struct ami_model_options options = {
        .source = "bench", .home = { .country = "49" }, .call = count_call, .context = reading
    };
    reading->model = ami_model_new(&options);
    ami_model_connected(reading->model, reading->now_us);
    read_all(reading, give_model);
    ami_model_due(reading->model, reading->now_us + 60000000);
    ami_model_lost(reading->model, reading->now_us);
    ami_model_free(reading->model);
}

// Messages a second.
static double run(struct reading *reading, enum way way, long passes)
{
    int64_t begun_ns = bench_ns();
    for (long i = 0; i < passes; i++) {
        switch (way) {
        case BARE: read_bare(reading); break;
        case READER: read_all(reading, count_message); break;
        default: read_model(reading); break;
        }
    }
    return (double)reading->capture.messages * (double)passes /
           ((double)(bench_ns() - begun_ns) / 1e9);
}

int main(int argc, char **argv)
{
    struct bench bench;
    struct reading reading = { .now_us = INT64_C(1795399247000000) };
    double rate[WAYS][REPEATS_MAX];
    bench_begin(&bench, "ami", argc, argv);
    long repeats = bench_size(&bench, "repeats", 7, 1),
         passes = bench_size(&bench, "passes", 20, 1);
    if (repeats < 1 || repeats > REPEATS_MAX || passes < 1)
        bench_stop("repeats: 1 to %d; passes: 1 or more", REPEATS_MAX);
    capture_read(&reading.capture, "load_120");
    for (long i = 0; i < repeats; i++) {
        for (int way = 0; way < WAYS; way++)
            rate[way][i] = run(&reading, (enum way)way, way == BARE ? 10 * passes : passes);
    }
    size_t runs = (size_t)(repeats * passes);
    double bare = bench_median(rate[BARE], (size_t)repeats);
    struct figure_beside measure = { .name = "AMI: reader",
                                     .unit = "events/s",
                                     .ours = bench_median(rate[READER], (size_t)repeats),
                                     .floor = bare,
                                     .floor_name = BARE_BESIDE };
    bench_figure(&bench, &measure);
    char note[100];
    measure.name = "AMI: reader and model";
    measure.ours = bench_median(rate[MODEL], (size_t)repeats);
    snprintf(note, sizeof note, "%.1f events and %.1f changes a call",
             (double)reading.capture.messages / (double)reading.capture.count,
             (double)reading.told / (double)runs / (double)reading.capture.count);
    measure.note = note;
    bench_figure(&bench, &measure);
    if (reading.ended != runs * reading.capture.count ||
        reading.messages + 2 * runs < 2 * runs * reading.capture.messages)
        bench_wrong(&bench, "%zu of %zu calls ended, %zu messages", reading.ended,
                    runs * reading.capture.count, reading.messages);
    capture_free(&reading.capture);
    return bench_end(&bench);
}

// SPDX-License-Identifier: Apache-2.0
// What the bench programs share: sizes from the command line, a folder on the disk of the build,
// and figures that are always printed beside their floor of the same run.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/compiler.h"

#define SIZES_MAX 8

struct bench {
    const char *program;
    bool json, quick;   // quick: sizes that only show that everything runs
    char folder[400];   // on disk; removed at the end
    char sockets[64];   // a short path, since a socket's may have 107 bytes
    char *const *words; // "rows=0,1000000": what was given
    int word_count;
};

// Reads the command line (ends the process with 2 when it is wrong), makes the folders.
void bench_begin(struct bench *bench, const char *program, int argc, char *const *argv);
// Removes the folders; the exit code. Not 0 when something was printed as wrong.
int bench_end(struct bench *bench);

// A size by its name: as given, or the ordinary or quick one.
long bench_size(const struct bench *bench, const char *name, long ordinary, long quick);
// Several, apart by commas; their count.
size_t bench_sizes(const struct bench *bench, const char *name, const char *ordinary,
                   const char *quick, long out[SIZES_MAX]);

enum goal_kind {
    GOAL_NONE,
    GOAL_RATIO_LEAST, // ours / floor is at least this
    GOAL_RATIO_MOST,
    GOAL_OURS_MOST, // ours is at most this, in the figure's unit
};
struct figure_beside {
    const char *name, *unit;
    double ours, floor; // floor 0: none was run
    const char *floor_name;
    enum goal_kind goal_kind;
    double goal;
    const char *note; // may be NULL
};
void bench_figure(const struct bench *bench, const struct figure_beside *figure);
// Something is not as it must be: said, and the program will end with 1.
void bench_wrong(struct bench *bench, const char *format, ...) PRINTF_LIKE(2, 3);
// The bench itself cannot go on.
_Noreturn void bench_stop(const char *format, ...) PRINTF_LIKE(1, 2);

int64_t bench_ns(void);                            // monotonic
double bench_median(double *values, size_t count); // sorts them
// The value below which so many of a hundred lie; sorts them. 0 without values.
int64_t bench_percentile(int64_t *values, size_t count, double percent);

// SPDX-License-Identifier: Apache-2.0
// Commands at a service beside the same at its floor: one side after the other, again and again.
#pragma once

#include "tests/bench/house.h"
#include "tests/bench/load.h"

#define TRIAL_REPEATS_MAX 16
#define TRIAL_WARM_UP     200
#define TRIAL_ACTOR_MOST  64 // in flight for one key; beyond, a gateway's key is used

// One side with so many outstanding, each repetition.
struct trials {
    double rate[TRIAL_REPEATS_MAX], p50_us[TRIAL_REPEATS_MAX], p99_us[TRIAL_REPEATS_MAX];
    double used_us[TRIAL_REPEATS_MAX]; // of the processor, for each command
    size_t count;
};

struct trial {
    struct bench *bench;
    struct house *house;
    struct load_line *line;
    const char *process; // whose processor time it is
    size_t outstanding;
};

// `out` NULL: to warm up. What is refused is wrong.
void trial_run(const struct trial *trial, struct load_order order, struct trials *out);
// As many commands as take about a second.
size_t trial_commands(const struct bench *bench, long outstanding);
// What is left of the repetitions: the median of each.
struct medians {
    double rate, p50_us, p99_us, used_us;
};
// Sorts them.
struct medians trial_medians(struct trials *trials);
// "p50/p99 ms: ..." of both.
struct trial_note {
    char text[160];
};
struct trial_note trial_note(const struct medians *ours, const struct medians *floor);

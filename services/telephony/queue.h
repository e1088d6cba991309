// SPDX-License-Identifier: Apache-2.0
// Figures of queues and lines, from calls. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

#define QUEUE_FIGURES_MAX 200

struct queue_sums {
    struct queue_figure *figures; // QUEUE_FIGURES_MAX of them
    int64_t *waited_ms;           // sums, behind each figure
    int64_t *settled;             // calls in these sums
    size_t count;
    int64_t now_us, within_us;
    bool full; // there was no room for another line
};

// ERR_TOO_LARGE when the arena is full.
MUST_USE bool queue_sums_begin(struct queue_sums *sums, int64_t now_us, int64_t within_s,
                               struct arena *arena, struct err *err);
// Adds an inbound call; others are passed over. The row must live as long as the sums.
void queue_sums_add(struct queue_sums *sums, const struct call *call);
// Averages, and the order for people.
void queue_sums_end(struct queue_sums *sums);

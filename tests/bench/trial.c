// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/trial.h"

#include <stdio.h>
#include <stdlib.h>

void trial_run(const struct trial *trial, struct load_order order, struct trials *out)
{
    if (trial->outstanding > TRIAL_ACTOR_MOST)
        order.as = (struct load_actor){ "desk", "agent" };
    struct load_batch *batch = load_prepare(&order);
    struct load_result result;
    double used_us = house_used_us(trial->house, trial->process);
    load_run(trial->line, batch, trial->outstanding, &result);
    used_us = house_used_us(trial->house, trial->process) - used_us;
    if (result.refused > 0)
        bench_wrong(trial->bench, "%zu of %zu commands were refused", result.refused, order.count);
    if (out) {
        size_t nth = out->count++;
        out->rate[nth] = (double)result.count / result.seconds;
        out->used_us[nth] = used_us / (double)order.count;
        out->p50_us[nth] = (double)bench_percentile(result.latency_ns, result.count, 50) / 1e3;
        out->p99_us[nth] = (double)bench_percentile(result.latency_ns, result.count, 99) / 1e3;
    }
    free(result.latency_ns);
    load_free(batch);
}

size_t trial_commands(const struct bench *bench, long outstanding)
{
    long one = bench_size(bench, "commands", 800, 20);
    return (size_t)(outstanding <= 1    ? one
                    : outstanding <= 8  ? 3 * one
                    : outstanding <= 64 ? 10 * one
                                        : 25 * one);
}

struct medians trial_medians(struct trials *trials)
{
    return (struct medians){ .rate = bench_median(trials->rate, trials->count),
                             .p50_us = bench_median(trials->p50_us, trials->count),
                             .p99_us = bench_median(trials->p99_us, trials->count),
                             .used_us = bench_median(trials->used_us, trials->count) };
}

struct trial_note trial_note(const struct medians *ours, const struct medians *floor)
{
    struct trial_note note;
    (void)snprintf(note.text, sizeof note.text,
                   "p50/p99 ms: %.2f/%.2f, floor %.2f/%.2f; CPU us each: %.0f, floor %.0f",
                   ours->p50_us / 1e3, ours->p99_us / 1e3, floor->p50_us / 1e3, floor->p99_us / 1e3,
                   ours->used_us, floor->used_us);
    return note;
}

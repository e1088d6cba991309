// SPDX-License-Identifier: Apache-2.0
// Runs seeds one after the other, and says how a failed one is played again.
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct options {
    uint64_t seed, seeds;
    int64_t steps;
    double minutes;
    const char *list, *canary, *noun;
    bool verbose, trace;
};

static uint64_t running;
static int64_t running_steps;

static const char usage[] =
    "usage: sim [--seed N] [--seeds N] [--steps N] [--minutes N] [--list FILE]\n"
    "           [--noun NAME] [--canary NAME] [--trace] [--verbose]\n"
    "  --seed N     the first seed (1)\n"
    "  --seeds N    so many, one after the other (1)\n"
    "  --steps N    of work under faults in each seed (4000)\n"
    "  --minutes N  ends after the seed during which so much time has passed\n"
    "  --list FILE  the seeds in this file instead: SEED [STEPS] a line, # begins a comment\n"
    "  --noun X     most of the work is about contacts, calls, time, inquiries, callbacks,\n"
    "               attachments, mails, files, or all alike; otherwise each seed says\n"
    "  --canary X   with a fault put in: stale, lost, scope, locked, tombstone; some seed must "
    "find it\n"
    "  --trace      prints each seed's trace: the same seed has the same\n"
    "  --verbose    tells what happens\n";

static bool take_option(struct options *options, const char *name, const char *value, int *i)
{
    if (strcmp(name, "--verbose") == 0 || strcmp(name, "--trace") == 0) {
        *(name[2] == 'v' ? &options->verbose : &options->trace) = true;
        return true;
    }
    if (!value)
        return false;
    ++*i;
    if (strcmp(name, "--seed") == 0)
        options->seed = strtoull(value, NULL, 10);
    else if (strcmp(name, "--seeds") == 0)
        options->seeds = strtoull(value, NULL, 10);
    else if (strcmp(name, "--steps") == 0)
        options->steps = strtoll(value, NULL, 10);
    else if (strcmp(name, "--minutes") == 0)
        options->minutes = strtod(value, NULL);
    else if (strcmp(name, "--list") == 0)
        options->list = value;
    else if (strcmp(name, "--noun") == 0 && work_noun_known(value))
        options->noun = value;
    else if (strcmp(name, "--canary") == 0 && canary_known(value))
        options->canary = value;
    else
        return false;
    return true;
}

// An assertion of the product: which seed it was must not be lost.
static void aborted(int sign)
{
    char text[160];
    int size = snprintf(text, sizeof text,
                        "seed %" PRIu64 " ABORTED: play it again with --seed %" PRIu64
                        " --steps %" PRId64 " --verbose\n",
                        running, running, running_steps);

    if (size > 0)
        (void)!write(STDERR_FILENO, text, (size_t)size);
    (void)signal(sign, SIG_DFL);
    (void)raise(sign);
}

static double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct sums {
    uint64_t seeds, failed, crashes, mails, facts, ops, calls;
    int64_t steps;
};

static void run_one(const struct options *options, uint64_t seed, int64_t steps, struct sums *sums)
{
    struct sim_result result;

    running = seed;
    running_steps = steps;
    sim_run(&(struct sim_order){ seed, steps, options->canary, options->noun, options->verbose },
            &result);
    sums->seeds++;
    sums->steps += result.steps;
    sums->crashes += result.crashes;
    sums->mails += result.mails;
    sums->facts += result.facts;
    sums->ops += result.ops;
    sums->calls += result.calls;
    if (options->trace)
        printf("seed %" PRIu64 " trace %016" PRIx64 "\n", seed, result.trace);
    if (!result.failed)
        return;
    sums->failed++;
    printf("seed %" PRIu64 " FAILED: %s\n  play it again: sim --seed %" PRIu64 " --steps %" PRId64
           " --verbose\n",
           seed, result.failure, seed, steps);
    (void)fflush(stdout);
}

static bool run_list(const struct options *options, struct sums *sums)
{
    FILE *file = fopen(options->list, "r");
    char line[200];

    if (!file) {
        fprintf(stderr, "sim: \"%s\" cannot be read\n", options->list);
        return false;
    }
    while (fgets(line, sizeof line, file)) {
        char *end;
        uint64_t seed = strtoull(line, &end, 10);
        int64_t steps = end != line ? strtoll(end, NULL, 10) : 0;

        if (end != line)
            run_one(options, seed, steps > 0 ? steps : options->steps, sums);
    }
    (void)fclose(file);
    return true;
}

int main(int argc, char **argv)
{
    struct options options = { .seed = 1, .seeds = 1, .steps = 4000 };
    struct sums sums = { 0 };
    double begun = seconds(), took;

    for (int i = 1; i < argc; i++) {
        if (take_option(&options, argv[i], i + 1 < argc ? argv[i + 1] : NULL, &i))
            continue;
        (void)fputs(usage, stderr);
        return 2;
    }
    // A store in memory is enough: what a sync is worth is tested elsewhere.
    if (access("/dev/shm", W_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 0);
    (void)signal(SIGABRT, aborted);
    if (options.list && !run_list(&options, &sums))
        return 2;
    for (uint64_t i = 0; i < options.seeds && !options.list; i++) {
        run_one(&options, options.seed + i, options.steps, &sums);
        if (options.canary && sums.failed)
            break;
        if (options.minutes > 0 && seconds() - begun >= options.minutes * 60)
            break;
    }
    took = seconds() - begun;
    printf("%" PRIu64 " seeds, %" PRIu64 " failed; %" PRId64 " steps (%.0f/s), %" PRIu64
           " messages, %" PRIu64 " requests, %" PRIu64 " facts, %" PRIu64 " calls, %" PRIu64
           " crashes in %.1f s\n",
           sums.seeds, sums.failed, sums.steps, (double)sums.steps / (took > 0 ? took : 1),
           sums.mails, sums.ops, sums.facts, sums.calls, sums.crashes, took);
    return options.canary ? sums.failed == 0 : sums.failed > 0;
}

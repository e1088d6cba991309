// SPDX-License-Identifier: Apache-2.0
// The command line: every method at once by descriptor, tables for people, JSON for programs.
#pragma once

#include <stdio.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

struct command;
struct naming;

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

// What was given before and between the words; the rest stays in `words`.
struct cli {
    bool json;           // --json without a file: print JSON, refusals too
    bool json_answer;    // print answers as JSON, refusals as text
    const char *input;   // --input FILE or -: the request as JSON
    const char *home;    // --home, RUFBUS_HOME
    const char *as;      // --as: name of the key to use; NULL: admin
    const char *keys;    // --keys; otherwise below home
    const char *run;     // --run: folder of the sockets; otherwise below home
    const char *zone;    // --zone: for times shown to people
    const char *service; // --service: for methods that every service has
    int64_t wait_ms;     // --wait
    bool english;
    bool all; // --all: every page of a list
    const char *const *words;
    size_t word_count;
    const struct command *commands; // all there are, for what is said about them
    size_t command_count;
    struct arena *arena;
    FILE *out;
    struct naming *naming; // for names in place of ids in what is shown; NULL: ids
};

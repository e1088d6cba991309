// SPDX-License-Identifier: Apache-2.0
// The command line: every method at once by descriptor, tables for people, JSON for programs.
#pragma once

#include <stdio.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

// What was given before and between the words; the rest stays in `words`.
struct cli {
    bool json;           // --json without a file: print JSON
    const char *input;   // --input FILE or -: the request as JSON
    const char *home;    // --home, RUFBUS_HOME
    const char *as;      // --as: name of the key to use
    const char *keys;    // --keys; otherwise below home
    const char *run;     // --run: folder of the sockets; otherwise below home
    const char *zone;    // --zone: for times shown to people
    const char *service; // --service: for methods that every service has
    int64_t wait_ms;     // --wait
    bool english;
    bool all; // --all: every page of a list
    const char *const *words;
    size_t word_count;
    struct arena *arena;
    FILE *out;
};

// One of the catalogue's texts in the reader's language.
const char *cli_text(const struct cli *cli, enum text_id text);

// Says on stderr why, in the reader's language, and returns the exit code that fits (1).
int cli_refused(const struct cli *cli, const struct err *err);
// Wrong use: says what would be right, returns 2. Strings replace {1}...; closed by NULL.
int cli_usage(const struct cli *cli, enum text_id text, ...) SENTINEL;

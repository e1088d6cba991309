// SPDX-License-Identifier: Apache-2.0
// One command: its words, and the method or the function behind them.
#pragma once

#include "services/cli/cli.h"

struct command {
    const char *words;
    const struct method *method; // NULL: `run` does it
    const char *positions, *columns;
    const char *german, *english;
    int (*run)(struct cli *cli);
    const char *otherwise; // "field=value/other": what holds when neither field is given; or NULL
    const char *synopsis;  // of the words behind, for help; NULL: made from the method
};

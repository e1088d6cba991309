// SPDX-License-Identifier: Apache-2.0
// The words of the command line and what they do.
#pragma once

#include "services/cli/cli.h"

struct command {
    const char *words;
    const struct method *method; // NULL: `run` does it
    const char *positions, *columns;
    const char *german, *english;
    int (*run)(struct cli *cli);
    const char *synopsis; // of the words behind, for help; NULL: made from the method
};

// All of them, see commands.def.
extern const struct command command_list[];
extern const size_t command_count;

// The command that the words begin with, the longest first; moves cli->words behind it. NULL: none.
const struct command *command_find(struct cli *cli);

// Carries out a command; the exit code.
int command_run(struct cli *cli, const struct command *command);

// All commands, or all about one (its fields, types and limits).
void command_help(const struct cli *cli, const struct command *command);

// One method with the remaining words as its input; used by `rufbus call` too. The exit code.
int method_run(struct cli *cli, const struct method *method, const char *positions,
               const char *columns);

// SPDX-License-Identifier: Apache-2.0
// The words of the command line and what they do.
#pragma once

#include "services/cli/command.h"

// All of them, see commands.def.
extern const struct command command_list[];
extern const size_t command_count;

// The command that the words begin with, the longest first; moves cli->words behind it. NULL: none.
const struct command *command_find(struct cli *cli);

// Carries out a command; the exit code.
int command_run(struct cli *cli, const struct command *command);

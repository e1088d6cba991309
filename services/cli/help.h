// SPDX-License-Identifier: Apache-2.0
// What the command line says about itself.
#pragma once

#include "services/cli/command.h"

// All commands, or all about one (its fields, types and limits).
void command_help(const struct cli *cli, const struct command *command);

// No command is called what was typed: says which may be meant, or all that begin so. Where help
// was asked for, these are what is helpful.
int command_unknown(const struct cli *cli, bool help);

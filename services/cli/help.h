// SPDX-License-Identifier: Apache-2.0
// What the command line says about itself.
#pragma once

#include "services/cli/command.h"

// All commands, or all about one (its fields, types and limits).
void command_help(const struct cli *cli, const struct command *command);

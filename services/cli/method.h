// SPDX-License-Identifier: Apache-2.0
// Carrying out a command that is one method.
#pragma once

#include "services/cli/command.h"

// Calls it with the remaining words as its input; used by `rufbus call` too. The exit code.
int method_run(struct cli *cli, const struct command *command);

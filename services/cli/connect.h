// SPDX-License-Identifier: Apache-2.0
// The command line's connection to the services.
#pragma once

#include "common/run/caller.h"
#include "services/cli/cli.h"

// A caller with the key `cli->as`; answers live in cli->arena. NULL: `err` says what is missing and
// what would help. Free with caller_free.
MUST_USE struct caller *connect_services(const struct cli *cli, struct err *err);

// The folders below home: explicit option, or HOME/run and HOME/keys; NULL when the arena is full.
const char *connect_folder(const struct cli *cli, const char *given, const char *name);

// Says why a call was refused or is unknown, with the present row where there is one; exit code 1.
int connect_explain(const struct cli *cli, const struct client *client, const struct method *method,
                    enum call_result result);

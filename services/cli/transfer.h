// SPDX-License-Identifier: Apache-2.0
// What import and export of contacts share on the command line.
#pragma once

#include "services/cli/connect.h"

// An option with a value behind the command ("--client", "Kanzlei Meier"): taken out of cli->words.
// NULL: not given. `*ret_bad` is set when its value is missing.
const char *transfer_option(struct cli *cli, const char *name, bool *ret_bad);
bool transfer_flag(struct cli *cli, const char *name);

// A client by id or by name; the zero id when `text` is NULL. ERR_INVALID when there is none, or
// more than one.
MUST_USE bool transfer_client(struct client *client, const char *text, struct id *out,
                              struct err *err);

// A line on the terminal that is written over, a few times a second; nothing where no person looks
// on. `transfer_progress_end` clears it.
struct transfer_progress {
    int64_t shown_ms;
    bool shown;
};
void transfer_progress(struct transfer_progress *progress, const char *what, int64_t count);
void transfer_progress_end(struct transfer_progress *progress);

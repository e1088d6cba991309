// SPDX-License-Identifier: Apache-2.0
// Texts, refusals and wrong use, as every command says them.
#pragma once

#include "services/cli/cli.h"

// One of the catalogue's texts in the reader's language.
const char *cli_text(const struct cli *cli, enum text_id text);

// Says on stderr why, in the reader's language, and returns the exit code that fits: 1, or 2
// when a file that was named cannot be read.
int cli_refused(const struct cli *cli, const struct err *err);
// The same for the words of a command: 2 where they are no good.
int cli_misused(const struct cli *cli, const struct err *err);
// Wrong use: says what would be right, returns 2. Strings replace {1}...; closed by NULL.
int cli_usage(const struct cli *cli, enum text_id text, ...) SENTINEL;

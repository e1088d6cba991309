// SPDX-License-Identifier: Apache-2.0
// Files named on the command line.
#pragma once

#include "services/cli/cli.h"

#define FILE_BYTES_MAX (64u << 20)

// The whole file ("-": standard input) in the arena, a NUL behind it. NULL: ERR_INVALID says why.
MUST_USE const char *file_read(const struct cli *cli, const char *path, size_t *ret_size,
                               struct err *err);

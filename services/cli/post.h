// SPDX-License-Identifier: Apache-2.0
// Files on their way to an inquiry, for those commands that bring some.
#pragma once

#include "services/cli/transfer.h"

#define POST_PIECE ((size_t)512 << 10)

// What is brought: bytes in memory.
struct post_file {
    const char *name, *content_type; // the type may be NULL
    const uint8_t *bytes;
    size_t size;
    struct id inquiry, mail; // the inquiry, or
    const char *number;      // its number
};

// A file of at most 50 MiB; give it back with free. NULL: `err` says why not.
uint8_t *post_read(const char *path, size_t *ret_size, struct err *err);
// The MIME type by the ending of a name; NULL: not known.
const char *post_type(const char *name);

// Announces and sends what is not yet there; `out` is the row, memory in client->arena. False when
// refused: `*ret_code` is the exit code, and why was said.
MUST_USE bool post_send(struct cli *cli, struct client *client, const struct post_file *file,
                        struct attachment *out, int *ret_code);

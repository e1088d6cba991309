// SPDX-License-Identifier: Apache-2.0
// Attachments in a mail (MIME, RFC 2045, 2183, 2231), part by part behind letter_render. Pure.
#pragma once

#include "common/base/arena.h"
#include "proto/proto.h"

// Apart from everything that quoted-printable or Base64 can hold. NULL when the arena is full.
MUST_USE char *letter_boundary(struct id mail, struct arena *arena);
// What stands before a file's bytes; no name can add a line. NULL when the arena is full.
MUST_USE char *letter_file_head(const char *boundary, const struct inquiry_mail_file *file,
                                struct arena *arena);
// Behind the last one. NULL when the arena is full.
MUST_USE char *letter_files_end(const char *boundary, struct arena *arena);

// Bytes as lines of Base64: how many signs that makes, and writing exactly those to `out`.
size_t letter_base64_size(size_t size);
void letter_base64(const uint8_t *bytes, size_t size, char *out);

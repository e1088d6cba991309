// SPDX-License-Identifier: Apache-2.0
// Reads a foreign mail in a process of its own that has no rights, no keys and little memory; what
// it says comes back encoded. Whatever breaks there costs this one mail.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "common/base/compiler.h"
#include "common/wire/schema.h"

#define MAIL_READER_WORD "--read-mail"

// Blocks: for a thread. Frames (mail_reader_frame) in malloc'ed memory: an inquiry_mail_new, then
// for each attachment an attachment_new and its bytes. NULL: it could not be read.
MUST_USE uint8_t *mail_reader_read(const uint8_t *mail, size_t size, const atomic_bool *stop,
                                   size_t *ret_size);
// The next frame; false at the end, or when the rest is no frame.
MUST_USE bool mail_reader_frame(struct bytes *rest, struct bytes *ret);

// The other process: stdin to stdout; its exit code.
int mail_reader_main(void);

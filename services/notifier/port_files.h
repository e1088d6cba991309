// SPDX-License-Identifier: Apache-2.0
// Fetches what an answer promises from timekeeping, and puts it into the mail. A mail is whole or
// it is not sent. Blocks: for the mail room's thread.
#pragma once

#include <stdatomic.h>

#include "services/notifier/mails.h"

// What goes out: bytes in malloc'ed memory.
struct parcel {
    char *bytes;
    size_t size, room;
};

struct files_source {
    const char *keys, *run; // folders of keys and sockets
};

void parcel_add(struct parcel *parcel, const char *bytes, size_t size);
// `task` has files; `parcel` holds the message up to the first of them. False: `out` says why not,
// and whether later.
MUST_USE bool parcel_add_files(struct parcel *parcel, const struct files_source *source,
                               const struct mail_task *task, const atomic_bool *stop,
                               struct sending *out);

// SPDX-License-Identifier: Apache-2.0
// How far mailboxes were picked up: each mail exactly once, also when the process is killed.
#pragma once

#include "common/step/request.h"

struct mailbox_pick {
    const char *name, *place;
    struct id client; // zero: by the addresses
    int64_t validity, uid;
    bool attachments; // some follow: the pick is open until mailbox_finish
};

// The cursor; of a mailbox that is new, or lies elsewhere now, a fresh one.
void mailbox_cursor_get(struct request *rq, const char *name, const char *place,
                        struct mailbox_cursor *out);
// Takes a mail and moves the cursor in one step. Of one whose attachments were coming only says
// where they belong.
MUST_USE bool mailbox_take(struct request *rq, const struct mailbox_pick *pick,
                           const struct inquiry_mail_new *mail, struct mailbox_cursor *out);
MUST_USE bool mailbox_skip(struct request *rq, const struct mailbox_pick *pick,
                           struct mailbox_cursor *out);
// All attachments are here.
MUST_USE bool mailbox_finish(struct request *rq, const struct mailbox_pick *pick,
                             struct mailbox_cursor *out);

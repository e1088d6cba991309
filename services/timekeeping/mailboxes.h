// SPDX-License-Identifier: Apache-2.0
// How far mailboxes were picked up: each mail exactly once, also when the process is killed. What
// there was no room for waits: the mail stays unseen, and its attachments come when there is.
#pragma once

#include "common/step/request.h"

struct mailbox_pick {
    const char *name, *place;
    struct id client; // zero: by the addresses
    int64_t validity, uid;
    bool attachments; // some follow: the pick is open until mailbox_finish
    bool again;       // of one that waits: the cursor stays where it is
};

// What became of the attachments.
struct mailbox_end {
    int64_t short_of; // bytes of the smallest one for which there was no room; 0: none
    bool partly;      // one was refused for good
};

// The cursor; of a mailbox that is new, or lies elsewhere now, a fresh one.
void mailbox_cursor_get(struct request *rq, const char *name, const char *place,
                        struct mailbox_cursor *out);
// Takes a mail and moves the cursor in one step. Of one whose attachments were coming, or wait,
// only says where they belong.
MUST_USE bool mailbox_take(struct request *rq, const struct mailbox_pick *pick,
                           const struct inquiry_mail_new *mail, struct mailbox_cursor *out);
// Counted with its reason; mailbox_reason_ABSENT: it was gone, which is nobody's loss.
MUST_USE bool mailbox_skip(struct request *rq, const struct mailbox_pick *pick,
                           enum mailbox_reason reason, struct mailbox_cursor *out);
// All attachments are here, or wait.
MUST_USE bool mailbox_finish(struct request *rq, const struct mailbox_pick *pick,
                             const struct mailbox_end *end, struct mailbox_cursor *out);
// One that waits and for which there is room now; the oldest first. Those of an old UIDVALIDITY are
// forgotten: they are unseen, and found as such. `*ret_found` false: none.
MUST_USE bool mailbox_waiting_next(struct request *rq, struct mailbox_cursor *cursor,
                                   struct mailbox_waiting *ret, bool *ret_found);

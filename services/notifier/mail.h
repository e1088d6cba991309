// SPDX-License-Identifier: Apache-2.0
// The fate of a mail: what a try to send it means, and when the next one is due. Pure.
#pragma once

#include "common/base/arena.h"
#include "proto/proto.h"

enum send_result {
    SEND_TAKEN,     // the server has said that it has it
    SEND_LATER,     // it certainly has not: worth another try
    SEND_REFUSED,   // it certainly has not, and never will
    SEND_UNCERTAIN, // the end went out, the answer never came
};

struct sending {
    enum send_result result;
    int code;         // of the server's last answer; 0: none
    char answer[301]; // its text; "": none
    char reason[301]; // German, what would help; "": none
};

struct mail_policy {
    int64_t pause_us, pause_most_us; // before the second try, doubling up to the latter
    int64_t give_up_us;              // so long after it was ordered
    bool resend;                     // what is uncertain goes out again, under the same Message-ID
};

void mail_begin(struct mail_row *mail, int64_t now_us);
// `mail` is started; the texts are copied into the arena. False when it is full.
MUST_USE bool mail_moved(struct mail_row *mail, const struct sending *sending,
                         const struct mail_policy *policy, int64_t now_us, struct arena *arena);

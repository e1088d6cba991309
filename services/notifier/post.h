// SPDX-License-Identifier: Apache-2.0
// The mail room as handlers see it: how mails are sent, and that there is something to send; and
// what the house has set for the boards. Owned
// by the port (tests: by the test); it is request.context. NULL: there is no mail room.
#pragma once

#include "services/notifier/colour.h"
#include "services/notifier/mail.h"

struct post {
    bool configured;     // there is a mail server
    char from[201];      // address of the sender
    char from_name[121]; // "": none
    const char *zone;    // in which times are written
    struct mail_policy policy;
    struct colour_rules colours; // of the boards of work
    int64_t due_us; // when to look for a mail to send; INT64_MAX: never. Handlers only lower it
};

// What holds when nobody says otherwise.
void post_init(struct post *post);

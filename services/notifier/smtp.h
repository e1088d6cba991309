// SPDX-License-Identifier: Apache-2.0
// One mail to a mail server (libcurl: SMTP, STARTTLS or TLS, AUTH). Blocks: for a thread of its
// own.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "services/notifier/mail.h"

enum smtp_tls { SMTP_TLS_REQUIRED, SMTP_TLS_TRY, SMTP_TLS_NONE };

struct smtp_server {
    char url[300];                 // smtp://host:587, smtps://host:465
    char user[120], password[200]; // "": no login
    char ca[400];                  // file of authorities; "": the system's
    enum smtp_tls tls;             // of smtp://; smtps:// is always encrypted
    long timeout_s;                // for a mail, and a second more for each 32 KiB of it
};

// Before any thread; once.
void smtp_begin(void);

struct smtp_mail {
    const char *from, *to; // addresses
    const char *message;   // RFC 5322
    size_t size;           // of it
};
// `stop` becoming true ends it within about a second. Never fails: `out` says what became of it.
void smtp_send(const struct smtp_server *server, const struct smtp_mail *mail,
               const atomic_bool *stop, struct sending *out);

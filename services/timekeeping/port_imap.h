// SPDX-License-Identifier: Apache-2.0
// Where timekeeping meets IMAP servers: a thread for each mailbox, so that none holds up another,
// or the service.
#pragma once

#include "common/run/app.h"
#include "common/run/options.h"
#include "services/timekeeping/house.h"

struct imap_port;
// Reads the options, begins, and puts the mailboxes into the house. NULL with `err` filled.
MUST_USE struct imap_port *imap_port_start(const struct app_start *start,
                                           struct timekeeping_house *house, struct err *err);
void imap_port_stop(struct imap_port *port); // takes NULL

#define IMAP_OPTIONS_ROWS                                                                          \
    { .name = "imap",                                                                              \
      .value = "NAME=BENUTZER:PASSWORT@RECHNER:PORT/ORDNER",                                       \
      .list = true,                                                                                \
      .german = "Postfach, aus dem Mails abgeholt werden; danach ,client=ID ,tls=yes|starttls|no " \
                ",ca=DATEI; nur in timekeeping.conf angeben",                                      \
      .english = "mailbox out of which mails are picked up; then ,client=ID ,tls=yes|starttls|no " \
                 ",ca=FILE; give it in timekeeping.conf only" },                                   \
    {                                                                                              \
        .name = "imap-every-seconds", .value = "SEKUNDEN", .otherwise = "60",                      \
        .german = "so oft wird nach Mails gesehen",                                                \
        .english = "how often mailboxes are looked into"                                           \
    }

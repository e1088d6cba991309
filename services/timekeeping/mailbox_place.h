// SPDX-License-Identifier: Apache-2.0
// A mailbox as it is written in timekeeping.conf. Pure.
#pragma once

#include "common/base/id.h"
#include "services/timekeeping/imap.h"

struct mailbox_place {
    struct imap_place at;
    char name[61], place[401]; // "user@host:port/folder"
    struct id client;          // zero: by the addresses
};

// NAME=USER:PASSWORD@HOST:PORT/FOLDER,tls=yes,ca=FILE,client=ID. False: it is none.
MUST_USE bool mailbox_place_read(const char *spec, struct mailbox_place *out);

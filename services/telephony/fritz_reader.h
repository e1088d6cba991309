// SPDX-License-Identifier: Apache-2.0
// The call monitor of a FRITZ!Box (TCP 1012): bytes in any pieces become its messages.
//
//   line = ts ";" kind ";" connection ";" fields... CR? LF
//   RING;connection;caller;called;trunk;           CALL;connection;ext;own number;dialled;trunk;
//   CONNECT;connection;ext;remote number;          DISCONNECT;connection;seconds;
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/compiler.h"

#define FRITZ_LINE_MAX   400 // longer lines are skipped as a whole
#define FRITZ_FIELD_MAX  80
#define FRITZ_CONNECTION 9999 // the largest connection id that is believed

enum fritz_kind { FRITZ_RING, FRITZ_CALL, FRITZ_CONNECT, FRITZ_DISCONNECT, FRITZ_KINDS };

// Texts are "" where the line leaves them empty or out; valid UTF-8; valid during the call only.
struct fritz_message {
    enum fritz_kind kind;
    int connection;
    char stamp[FRITZ_FIELD_MAX + 1];  // the box's own time, as it is
    char caller[FRITZ_FIELD_MAX + 1]; // RING; CONNECT: the other party
    char called[FRITZ_FIELD_MAX + 1]; // RING: our number; CALL: what was dialled
    char own[FRITZ_FIELD_MAX + 1];    // CALL: our number
    char trunk[FRITZ_FIELD_MAX + 1];
    char extension[FRITZ_FIELD_MAX + 1]; // CALL, CONNECT
    int64_t seconds;                     // DISCONNECT; -1: none
};

struct fritz_reader {
    char line[FRITZ_LINE_MAX];
    size_t size;
    bool too_long; // up to the next line feed
    int64_t messages, skipped;
};

// Begins with all zero; again after a lost connection (its half line is of no use).
void fritz_reader_restart(struct fritz_reader *reader);
// Blank lines and unknown kinds are passed over; what breaks the form is counted as skipped.
void fritz_reader_feed(struct fritz_reader *reader, const void *bytes, size_t size,
                       void (*take)(void *context, const struct fritz_message *message),
                       void *context);
// The second of the day in a box's stamp "dd.mm.yy HH:MM:SS"; -1: it has another form.
int fritz_second_of_day(const char *stamp);

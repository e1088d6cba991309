// SPDX-License-Identifier: Apache-2.0
// Screens [Frontends] of the simulation: what their two files share.
#pragma once

#include "tests/sim/sim.h"

enum screen_state { SCREEN_DOWN, SCREEN_OPENING, SCREEN_OPEN };

// A row on the screen: the fact of the notifier's log that it shows.
struct shown_row {
    struct id id;
    size_t seq;
};

struct screen {
    struct sim *sim;
    struct principal principal; // as it is now
    uint32_t roles;             // as they should be
    enum board board;
    struct id client, team; // the order's narrowing
    struct caller *caller;
    int routes;
    struct client calls;
    struct exchange exchange;
    struct mp_writer body;

    enum screen_state state;
    int64_t next_us;             // DOWN: opens again; OPEN: gives credit
    int64_t correlation, opened; // OPENED: of the stream_open
    int64_t stream, nth, credit;
    uint64_t life; // of the notifier in which it was asked to open
    bool placed;   // it knows where to go on
    int64_t epoch, seq;
    bool resumes, bogus; // what it asked for: to go on; from a place that never was
    bool snapshot, complete;
    struct shown_row *rows;
    size_t count, room;
};

// --- screen_check.c
// The next message, in order.
void screen_shows(struct screen *screen, const struct stream_event *event);
bool screen_sees(const struct screen *screen, const struct told_fact *fact);
void screen_down(struct screen *screen, int64_t pause_us);
const char *screen_kind(enum board board); // the facts of this board's rows
void screen_forget(struct screen *screen);

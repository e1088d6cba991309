// SPDX-License-Identifier: Apache-2.0
// The simulated PBX: what its files share.
#pragma once

#include "tests/sim/sim.h"

#define PBX_LEGS 3
#define PBX_ASKS 400

enum story {
    STORY_ANSWERED_CALLER, // and the caller hangs up
    STORY_ANSWERED_AGENT,
    STORY_MISSED,
    STORY_TIMED_OUT,
    STORY_BUSY,
    STORY_REJECTED,
    STORY_BLIND, // answered, passed on, answered there
    STORY_OUTBOUND,
    STORY_OUTBOUND_BUSY,
    STORY_INTERNAL,
    STORIES,
    STORY_CLICK = STORIES, // what a program asked for; begins when it is asked
};

struct pbx_leg {
    char name[48], uniqueid[40], exten[32], number[32];
    const char *context, *application;
    int state;
    bool alive, bridged;
};

struct pbx_call {
    enum story story;
    int act;
    int64_t next_us; // when its next act comes
    struct pbx_leg legs[PBX_LEGS];
    size_t leg_count;
    char bridge[40];
    char called[32];
    char asked[160]; // by which action, a click to dial
    size_t dial;     // which one
    bool over;
    bool whole; // everything was seen
    enum call_state state;
    int64_t talk_since_us, talk_us;
};

struct pbx_ask {
    char action[32], id[160], uniqueid[40], channel[48], exten[32];
    int64_t due_us;
};

// What it was asked to dial.
struct pbx_dial {
    struct id act;
    bool rang, lifted;
};

struct pbx {
    struct pbx_dial *dials;
    size_t dial_count, dial_room;
    struct pbx_call *calls;
    size_t count, room;
    int64_t next_us; // the next call
    int serial;      // of channels
    bool logged_in;
    struct pbx_ask asks[PBX_ASKS];
    size_t ask_count;
    char *out; // what is being printed
    size_t out_size, out_room;
};

// --- pbx.c
void pbx_print(struct pbx *pbx, const char *format, ...) PRINTF_LIKE(2, 3);
// Four letters before each header's name, or "".
void pbx_print_leg(struct pbx *pbx, const char *prefix, const struct pbx_leg *leg,
                   const struct pbx_call *call);

// --- pbx_story.c
void story_begin(struct sim *sim, struct pbx_call *call);
// A click to dial: rings the phone of `channel`.
void story_click(struct sim *sim, struct pbx_call *call, const struct pbx_ask *ask);
void story_act(struct sim *sim, struct pbx_call *call);

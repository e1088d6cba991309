// SPDX-License-Identifier: Apache-2.0
// Where calls come from: a PBX's manager interface, or a capture that is played. Lives in the loop;
// what it sees goes into the server as inputs, and comes again if a commit failed.
#pragma once

#include "common/run/loop.h"
#include "common/step/server.h"
#include "services/telephony/ami_endpoint.h"
#include "services/telephony/switchboard.h"

struct source;

// Hears what becomes of the actions that a source has sent.
struct source_ear {
    // What the PBX says of one; `detail` may be NULL.
    void (*heard)(void *context, struct id act, enum intent_state state, enum text_id text,
                  const char *detail);
    // The link is gone: what has not been answered will not be.
    void (*lost)(void *context, const struct source *source);
    void *context;
};

struct source_place {
    struct loop *loop;
    struct server *server;
    struct switchboard *board;    // its home; the source's link_row is kept up to date in it
    const struct source_ear *ear; // NULL: nobody acts
    const struct ami_endpoints *endpoints; // which channels are phones
};

// "NAME=USER:SECRET@HOST:PORT", HOST a name or address ([...] around IPv6). First takes back the
// calls that had not ended, then connects, and again and again. NULL with ERR_INVALID.
struct source *source_live(const struct source_place *place, const char *spec, struct err *err);
// "NAME=FILE.ami"; `real_pace`: as it was, as if it happened now; otherwise at once, with the times
// of the capture.
struct source *source_replay(const struct source_place *place, const char *spec, bool real_pace,
                             struct err *err);
// "NAME=HOST[:PORT][,area=30][,machine=40-49+5][,prefix=7]": a FRITZ!Box's call monitor (TCP 1012,
// switched on by dialling #96*5*).
struct source *source_fritz(const struct source_place *place, const char *spec, struct err *err);
// What stands before its extensions ("": nothing); NULL: the source is no FRITZ!Box.
const char *source_fritz_prefix(const struct source *source);
void source_free(struct source *source);                // takes NULL
const char *source_called(const struct source *source); // its name
// Sends the PBX what it is to do. False with `err`: nothing was sent, and never will be.
MUST_USE bool source_act(struct source *source, const struct act *act, struct err *err);

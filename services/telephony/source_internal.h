// SPDX-License-Identifier: Apache-2.0
// What the kinds of source share.
#pragma once

#include "common/run/link.h"
#include "services/telephony/ami_model.h"
#include "services/telephony/ami_replay.h"
#include "services/telephony/ami_session.h"
#include "services/telephony/source.h"
#include "services/telephony/teller.h"

#define SOURCE_NAME_MAX 60

struct fritz;

struct source {
    struct source_place place;
    struct link_row *row; // in the switchboard
    char name[SOURCE_NAME_MAX + 1];
    struct err detail; // what the row says
    struct ami_model *model;
    struct teller *teller;
    // Live.
    char host[256], user[80], secret[120];
    int port;
    struct ami_session *session;
    struct link *link;
    bool stamped, blind; // as last said
    // Replay.
    struct ami_replay *replay;
    bool real_pace;
    // A FRITZ!Box.
    struct fritz *fritz;
    int64_t begun_us; // when the first step was played

    int timer;   // of the session or the replay; 0: none
    int retry;   // of told calls that were not committed; 0: none
    int restore; // of taking back the calls of before; 0: none
    struct {
        void (*take)(struct source *source, const struct call *row);
        void (*ready)(struct source *source);
    } restoring; // see source_restore.c
};

// The name before "="; moves *spec behind it.
bool source_name(struct source *source, const char **spec, enum text_id text, struct err *err);
// A new source with a row in the switchboard and a model that tells the server.
struct source *source_new(const struct source_place *place, const char *kind);
bool source_begin(struct source *source);
// What the link is doing: the row is kept up to date. source_say_as_before leaves the words.
void source_say(struct source *source, bool connected, const struct err *detail);
void source_say_text(struct source *source, bool connected, enum text_id text);
void source_say_as_before(struct source *source, bool connected);
// Only what tells the server: for models other than Asterisk's.
void source_begin_telling(struct source *source);

// --- source_fritz.c
void source_fritz_say(struct source *source);
void source_fritz_free(struct source *source);

// --- source_restore.c
// Asks for the source's calls that had not ended, until it is answered; then calls `take_call` for
// each, and `ready`. Ended by source_free.
void source_restore(struct source *source, void (*take_call)(struct source *, const struct call *),
                    void (*ready)(struct source *));

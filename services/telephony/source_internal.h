// SPDX-License-Identifier: Apache-2.0
// What the two kinds of source share.
#pragma once

#include "common/run/link.h"
#include "services/telephony/ami_model.h"
#include "services/telephony/ami_replay.h"
#include "services/telephony/ami_session.h"
#include "services/telephony/source.h"
#include "services/telephony/teller.h"

#define SOURCE_NAME_MAX 60

struct source {
    struct source_place place;
    struct link_row *row; // in the switchboard
    char name[SOURCE_NAME_MAX + 1];
    char detail[300];
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
    int64_t begun_us; // when the first step was played

    int timer;   // of the session or the replay; 0: none
    int retry;   // of told calls that were not committed; 0: none
    int restore; // of taking back the calls of before; 0: none
};

// The name before "="; moves *spec behind it.
bool source_name(struct source *source, const char **spec, enum text_id text, struct err *err);
// A new source with a row in the switchboard and a model that tells the server.
struct source *source_new(const struct source_place *place, const char *kind);
bool source_begin(struct source *source);
void source_say(struct source *source, bool connected, const char *detail);

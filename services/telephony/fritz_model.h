// SPDX-License-Identifier: Apache-2.0
// Messages of a FRITZ!Box's call monitor become calls as a person would count them. Pure: time is
// passed in (the box's own clock is kept but never reckoned with), nothing is stored.
#pragma once

#include "common/base/phone.h"
#include "proto/proto.h"
#include "services/telephony/fritz_reader.h"

#define FRITZ_MACHINES_MAX 4

// Extensions that are no person: answering machines are 40-49.
struct fritz_range {
    int first, last;
};

struct fritz_model_options {
    const char *source;     // name of the link: `source` of every row
    struct phone_home home; // of this box: what its own and dialled numbers without area code mean
    struct fritz_range machines[FRITZ_MACHINES_MAX];
    size_t machine_count;
    // Before each extension as the box counts them: extension 1 of one box is not that of another.
    // NULL: none.
    const char *prefix;
    // As ami_model_options.call.
    void (*call)(void *context, const struct call *row);
    void *context;
};

struct fritz_model;
// Copies the options (with their texts). Never NULL; free with fritz_model_free, which takes NULL.
struct fritz_model *fritz_model_new(const struct fritz_model_options *options);
void fritz_model_free(struct fritz_model *model);

// A call of before our restart that had not ended; in doubt like those of a lost connection.
void fritz_model_restore(struct fritz_model *model, const struct call *row);
// The link is up again or down. There is no replay: what lives is in doubt from now on, until a
// message fits it. What does not fit ends it unseen: no ended_at, outcome unknown unless answered.
void fritz_model_connected(struct fritz_model *model, int64_t now_us);
void fritz_model_lost(struct fritz_model *model, int64_t now_us);

void fritz_model_message(struct fritz_model *model, const struct fritz_message *message,
                         int64_t now_us);

// Calls in doubt of which nothing more is heard end unseen, as does any call after twelve hours.
int64_t fritz_model_due_us(const struct fritz_model *model); // INT64_MAX: never
void fritz_model_due(struct fritz_model *model, int64_t now_us);

size_t fritz_model_live(const struct fritz_model *model);

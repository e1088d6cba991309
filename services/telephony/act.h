// SPDX-License-Identifier: Apache-2.0
// What a PBX may be asked to do [Anlagenauftrag]: whether a number may be dialled, how it is
// dialled, and the action in Asterisk's words. Pure.
#pragma once

#include "common/base/arena.h"
#include "common/base/phone.h"
#include "proto/proto.h"

// How this house dials; texts live as long as the port.
struct dialling {
    struct phone_home home;
    const char *outside; // before a number outside ("0"); "": none
    const char *context; // of the dialplan, for numbers dialled by the house
    const char *channel; // of a phone, {} stands for the extension: "PJSIP/{}"
    bool premium;        // premium numbers (0900, 0137, 118xx...) may be dialled
    bool emergency;      // emergency numbers (110, 112...) may be dialled by request
};

// The number as E.164, or as it stands (an extension, a short number). ERR_INVALID on `field` when
// it is no number; ERR_FORBIDDEN when the house does not allow it.
MUST_USE bool act_number(const struct dialling *dialling, const char *typed, const char *field,
                         struct arena *arena, const char **ret, struct err *err);
// What the PBX is given for a number of act_number. NULL when the arena is full.
MUST_USE const char *act_digits(const struct dialling *dialling, const char *number,
                                struct arena *arena);

// The header lines of the action, without Action and ActionID; *ret_action is its name. `channel`:
// dial: NULL; forward: of the agent's phone; pick_up: of the other party; hang_up: of any party.
// NULL when the arena is full. Nothing in it can end a line.
MUST_USE const char *act_lines(const struct dialling *dialling, const struct act *act,
                               const char *channel, struct arena *arena, const char **ret_action);
// What the `Reason` of an OriginateResponse means.
enum text_id act_reason(int64_t reason);

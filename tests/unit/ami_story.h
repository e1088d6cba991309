// SPDX-License-Identifier: Apache-2.0
// Tells a model of calls a story event by event, as the PBX prints it, and remembers the last row.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/telephony/ami_model.h"
#include "tests/harness/test.h"

#define SECOND 1000000
#define START  (INT64_C(1795398000) * SECOND)

// A channel as the PBX prints it.
struct leg {
    const char *name, *uniqueid, *linkedid;
    int state;
    const char *number, *caller_name, *exten;
};

struct house {
    struct ami_model *model;
    struct ami_reader *reader;
    int64_t now_us;
    int rows;
    char last[512]; // the last row in words
    struct call row;
    struct call_part parts[8]; // of the last row
    char caller[100], called[100], to[100], ref[100];
};

static inline const char *word(const char *text)
{
    return text ? text : "-";
}

static inline void put(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%s", word(text));
}

static inline void listen(void *context, const struct call *row)
{
    struct house *house = context;
    house->rows++;
    house->row = *row;
    for (size_t i = 0; i < row->parts_count && i < 8; i++)
        house->parts[i] = row->parts[i];
    put(house->caller, sizeof house->caller, row->caller);
    put(house->called, sizeof house->called, row->called);
    put(house->to, sizeof house->to, row->transferred_to);
    put(house->ref, sizeof house->ref, row->source_ref);
    int used = snprintf(house->last, sizeof house->last, "%s agent %s rings",
                        call_state_picks()->values[row->state].word, word(row->agent));
    for (size_t i = 0; i < row->ringing_count; i++)
        used +=
            snprintf(house->last + used, sizeof house->last - (size_t)used, " %s", row->ringing[i]);
    used += snprintf(house->last + used, sizeof house->last - (size_t)used, " talks");
    for (size_t i = 0; i < row->talking_count; i++)
        used +=
            snprintf(house->last + used, sizeof house->last - (size_t)used, " %s", row->talking[i]);
    if (row->state == call_state_ENDED)
        (void)snprintf(house->last + used, sizeof house->last - (size_t)used, " %s by %s",
                       call_outcome_picks()->values[row->outcome].word,
                       call_ended_by_picks()->values[row->ended_by].word);
}

static inline struct house *house_new(void)
{
    struct house *house = calloc(1, sizeof *house);
    struct ami_model_options options = { "pbx", { "49", "30" }, NULL, listen, house };
    house->model = ami_model_new(&options);
    house->reader = ami_reader_new();
    house->now_us = START;
    return house;
}

static inline struct house *house_up(void)
{
    struct house *house = house_new();
    ami_model_connected(house->model, house->now_us);
    return house;
}

static inline void house_free(struct house *house)
{
    ami_model_free(house->model);
    ami_reader_free(house->reader);
    free(house);
}

static inline void pass(void *context, const struct ami_message *message)
{
    struct house *house = context;
    ami_model_message(house->model, message, house->now_us);
}

static inline int print_leg(char *out, size_t size, const char *p, const struct leg *leg)
{
    return snprintf(out, size,
                    "%sChannel: %s\r\n%sChannelState: %d\r\n%sChannelStateDesc: x\r\n"
                    "%sCallerIDNum: %s\r\n%sCallerIDName: %s\r\n%sConnectedLineNum: <unknown>\r\n"
                    "%sConnectedLineName: <unknown>\r\n%sLanguage: en\r\n%sAccountCode: \r\n"
                    "%sContext: c\r\n%sExten: %s\r\n%sPriority: 1\r\n%sUniqueid: %s\r\n"
                    "%sLinkedid: %s\r\n",
                    p, leg->name, p, leg->state, p, p, leg->number, p, leg->caller_name, p, p, p, p,
                    p, p, leg->exten, p, p, leg->uniqueid, p, leg->linkedid);
}

struct shown {
    const char *prefix;
    const struct leg *leg;
};

// An event with up to four channels, half a second after the one before.
static inline void say(struct house *house, const char *event, const struct shown *shown,
                       const char *more)
{
    char text[8192];
    int used = snprintf(text, sizeof text, "Event: %s\r\nPrivilege: call,all\r\n", event);
    for (; shown->leg; shown++)
        used += print_leg(text + used, sizeof text - (size_t)used, shown->prefix, shown->leg);
    used += snprintf(text + used, sizeof text - (size_t)used, "%s\r\n", more);
    house->now_us += SECOND / 2;
    ami_reader_feed(house->reader, text, (size_t)used, pass, house);
}

static inline void one(struct house *house, const char *event, const struct leg *leg,
                       const char *more)
{
    say(house, event, (struct shown[]){ { "", leg }, { 0 } }, more);
}

static inline void dial(struct house *house, const char *event, const struct leg *from,
                        const struct leg *to, const char *more)
{
    say(house, event, (struct shown[]){ { "", from }, { "Dest", to }, { 0 } }, more);
}

static inline void bridge(struct house *house, const char *event, const struct leg *leg,
                          const char *id)
{
    char text[8192];
    int used = snprintf(text, sizeof text,
                        "Event: %s\r\nPrivilege: call,all\r\nBridgeUniqueid: %s\r\n"
                        "BridgeType: %s\r\nBridgeNumChannels: 1\r\n",
                        event, id, strcmp(id, "lot") != 0 ? "basic" : "parking");
    used += print_leg(text + used, sizeof text - (size_t)used, "", leg);
    used += snprintf(text + used, sizeof text - (size_t)used, "\r\n");
    house->now_us += SECOND / 2;
    ami_reader_feed(house->reader, text, (size_t)used, pass, house);
}

static inline void plain(struct house *house, const char *text)
{
    house->now_us += SECOND / 2;
    ami_reader_feed(house->reader, text, strlen(text), pass, house);
}

static inline struct leg caller_leg(void)
{
    return (struct leg){ "PJSIP/trunk-00000001", "1.1",          "1.1",          4,
                         "+4940669690123",       "Petra Hansen", "+493023125101" };
}

static inline struct leg phone_leg(void)
{
    return (struct leg){ "PJSIP/101-00000002", "1.2", "1.1", 0, "101", "Anna", "s" };
}

static inline void ring(struct house *house, struct leg *caller, struct leg *phone)
{
    one(house, "Newchannel", caller, "");
    caller->exten = "101";
    one(house, "Newchannel", phone, "");
    dial(house, "DialBegin", caller, phone, "DialString: 101\r\n");
    phone->state = 5;
    one(house, "Newstate", phone, "");
}

static inline void talk(struct house *house, struct leg *caller, struct leg *phone)
{
    phone->state = 6;
    dial(house, "DialEnd", caller, phone, "DialStatus: ANSWER\r\n");
    caller->state = 6;
    one(house, "Newstate", caller, "");
    bridge(house, "BridgeEnter", phone, "b1");
    bridge(house, "BridgeEnter", caller, "b1");
}

// A house in which Petra Hansen talks to Anna's phone.
static inline struct house *house_talking(struct leg *caller, struct leg *phone)
{
    struct house *house = house_up();
    *caller = caller_leg();
    *phone = phone_leg();
    ring(house, caller, phone);
    talk(house, caller, phone);
    return house;
}

static inline void hang_up(struct house *house, struct leg *first, struct leg *second)
{
    one(house, "HangupRequest", first, "Cause: 16\r\n");
    bridge(house, "BridgeLeave", first, "b1");
    bridge(house, "BridgeLeave", second, "b1");
    one(house, "Hangup", first, "Cause: 16\r\nCause-txt: x\r\n");
    one(house, "Hangup", second, "Cause: 16\r\nCause-txt: x\r\n");
}

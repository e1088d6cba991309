// SPDX-License-Identifier: Apache-2.0
// The life of a call as Asterisk prints it: in the form and order of the captures in
// tests/data/ami.
#include <stdio.h>
#include <string.h>

#include "tests/sim/pbx.h"

static struct pbx_leg *leg_new(struct sim *sim, struct pbx_call *call, const char *endpoint)
{
    struct pbx_leg *leg = &call->legs[call->leg_count++];
    int serial = ++sim->pbx->serial;

    *leg = (struct pbx_leg){ .context = "from-internal", .application = "", .alive = true };
    snprintf(leg->name, sizeof leg->name, "PJSIP/%s-%08x", endpoint, (unsigned)serial);
    snprintf(leg->uniqueid, sizeof leg->uniqueid, "%lld.%d", (long long)(sim_now(sim) / SECONDS(1)),
             serial);
    snprintf(leg->number, sizeof leg->number, "%s", endpoint);
    snprintf(leg->exten, sizeof leg->exten, "s");
    return leg;
}

static void event(struct sim *sim, const char *name, const struct pbx_call *call,
                  const struct pbx_leg *leg, const char *more)
{
    pbx_print(sim->pbx, "Event: %s\r\nPrivilege: call,all\r\n", name);
    pbx_print_leg(sim->pbx, "", leg, call);
    pbx_print(sim->pbx, "%s\r\n", more);
}

static void dial(struct sim *sim, const char *name, const struct pbx_call *call,
                 const struct pbx_leg *from, const struct pbx_leg *to, const char *more)
{
    pbx_print(sim->pbx, "Event: %s\r\nPrivilege: call,all\r\n", name);
    pbx_print_leg(sim->pbx, "", from, call);
    pbx_print_leg(sim->pbx, "Dest", to, call);
    pbx_print(sim->pbx, "%s\r\n", more);
}

static void bridge(struct sim *sim, const char *name, struct pbx_call *call, struct pbx_leg *leg,
                   bool enters)
{
    int there = 0;

    leg->bridged = enters;
    for (size_t i = 0; i < call->leg_count; i++)
        there += call->legs[i].bridged;
    pbx_print(sim->pbx,
              "Event: %s\r\nPrivilege: call,all\r\nBridgeUniqueid: %s\r\nBridgeType: basic\r\n"
              "BridgeTechnology: simple_bridge\r\nBridgeCreator: <unknown>\r\n"
              "BridgeName: <unknown>\r\nBridgeNumChannels: %d\r\nBridgeVideoSourceMode: none\r\n",
              name, call->bridge, there);
    pbx_print_leg(sim->pbx, "", leg, call);
    pbx_print(sim->pbx, "\r\n");
}

static void hangup(struct sim *sim, struct pbx_call *call, struct pbx_leg *leg, int cause)
{
    char more[80];

    snprintf(more, sizeof more, "Cause: %d\r\nCause-txt: Normal Clearing\r\n", cause);
    event(sim, "Hangup", call, leg, more);
    leg->alive = false;
}

static void request(struct sim *sim, struct pbx_call *call, const struct pbx_leg *leg, int cause)
{
    char more[40];

    snprintf(more, sizeof more, "Cause: %d\r\n", cause);
    event(sim, "HangupRequest", call, leg, more);
}

static void end(struct sim *sim, struct pbx_call *call, int cause)
{
    struct pbx_leg *root = &call->legs[0];

    event(sim, "SoftHangupRequest", call, root, "Cause: 16\r\n");
    hangup(sim, call, root, cause);
    pbx_print(sim->pbx,
              "Event: Cdr\r\nPrivilege: cdr,all\r\nAccountCode: \r\nSource: %s\r\n"
              "Destination: %s\r\nDestinationContext: ddi\r\nCallerID: %s\r\nChannel: %s\r\n"
              "DestinationChannel: %s\r\nLastApplication: Dial\r\nLastData: x\r\n"
              "StartTime: x\r\nAnswerTime: \r\nEndTime: x\r\nDuration: 1\r\nBillableSeconds: 0\r\n"
              "Disposition: NO ANSWER\r\nAMAFlags: DOCUMENTATION\r\nUniqueID: %s\r\n"
              "UserField: \r\nLinkedid: %s\r\n\r\n",
              root->number, root->exten, root->number, root->name, call->legs[1].name,
              root->uniqueid, root->uniqueid);
    call->over = true;
    call->state = call_state_ENDED;
}

// --- how calls begin
static bool goes_out(const struct pbx_call *call)
{
    return call->story == STORY_OUTBOUND || call->story == STORY_OUTBOUND_BUSY;
}

static bool is_busy(const struct pbx_call *call)
{
    return call->story == STORY_BUSY || call->story == STORY_OUTBOUND_BUSY;
}

void story_begin(struct sim *sim, struct pbx_call *call)
{
    bool inside = goes_out(call) || call->story == STORY_INTERNAL;
    char phone[16];
    struct pbx_leg *root;

    snprintf(phone, sizeof phone, "%d", 101 + (int)sim_below(sim, SIM_PHONES));
    root = leg_new(sim, call, inside ? phone : "trunk");
    root->state = 4;
    if (!inside) {
        root->context = "from-trunk";
        snprintf(root->number, sizeof root->number, "%s",
                 sim_caller_number((size_t)sim_below(sim, SIM_CALLERS)));
    }
    if (goes_out(call))
        snprintf(call->called, sizeof call->called, "%s",
                 sim_caller_number((size_t)sim_below(sim, SIM_CALLERS)));
    else if (call->story == STORY_INTERNAL)
        snprintf(call->called, sizeof call->called, "%d", phone[2] == '1' ? 102 : 101);
    else
        snprintf(call->called, sizeof call->called, "%s",
                 sim_own_number((size_t)sim_below(sim, SIM_NUMBERS)));
    snprintf(root->exten, sizeof root->exten, "%s", call->called);
    snprintf(call->bridge, sizeof call->bridge, "%08x-aaaa-4aaa-8aaa-%012x",
             (unsigned)sim->pbx->serial, (unsigned)sim_below(sim, 1u << 30));
    call->state = call_state_WAITING;
    call->next_us = sim_now(sim) + 1 + (int64_t)sim_below(sim, SECONDS(3));
    sim_say(sim, "pbx: call %s, story %d, to %s%s", root->uniqueid, (int)call->story, call->called,
            call->whole ? "" : ", unseen");
    event(sim, "Newchannel", call, root, "");
}

static void call_phone(struct sim *sim, struct pbx_call *call, const char *endpoint)
{
    struct pbx_leg *root = &call->legs[0];
    struct pbx_leg *leg = leg_new(sim, call, endpoint);

    root->application = "Dial";
    leg->application = "AppDial";
    if (goes_out(call)) {
        leg->context = "from-trunk";
        snprintf(leg->number, sizeof leg->number, "<unknown>");
    } else {
        snprintf(root->exten, sizeof root->exten, "%s", endpoint);
    }
    event(sim, "Newchannel", call, leg, "");
    if (goes_out(call))
        snprintf(leg->number, sizeof leg->number, "%s", call->called);
    snprintf(leg->exten, sizeof leg->exten, "%s", root->exten);
    dial(sim, "DialBegin", call, root, leg, "DialString: x\r\n");
}

static void ring(struct sim *sim, struct pbx_call *call, struct pbx_leg *leg)
{
    leg->state = 5;
    event(sim, "Newstate", call, leg, "");
    dial(sim, "DialState", call, &call->legs[0], leg, "DialStatus: RINGING\r\n");
    call->state = call_state_RINGING;
}

static void lift(struct sim *sim, struct pbx_call *call, struct pbx_leg *leg)
{
    struct pbx_leg *root = &call->legs[0];

    leg->state = 6;
    event(sim, "Newstate", call, leg, "");
    dial(sim, "DialEnd", call, root, leg, "DialStatus: ANSWER\r\n");
    if (root->state != 6) {
        root->state = 6;
        event(sim, "Newstate", call, root, "");
    }
    bridge(sim, "BridgeEnter", call, leg, true);
    bridge(sim, "BridgeEnter", call, root, true);
    call->state = call_state_TALKING;
    call->talk_since_us = sim_now(sim);
}

static void stop_talking(struct sim *sim, struct pbx_call *call)
{
    call->talk_us += sim_now(sim) - call->talk_since_us;
}

static void part(struct sim *sim, struct pbx_call *call, struct pbx_leg *first, struct pbx_leg *leg)
{
    struct pbx_leg *second = first == leg ? &call->legs[0] : leg;

    request(sim, call, first, 16);
    bridge(sim, "BridgeLeave", call, first, false);
    bridge(sim, "BridgeLeave", call, second, false);
    stop_talking(sim, call);
    hangup(sim, call, leg, 16);
    end(sim, call, 16);
}

// --- how they end unanswered
static void give_up(struct sim *sim, struct pbx_call *call)
{
    struct pbx_leg *root = &call->legs[0], *leg = &call->legs[1];

    if (call->story == STORY_MISSED) {
        request(sim, call, root, 127);
        dial(sim, "DialEnd", call, root, leg, "DialStatus: CANCEL\r\n");
        hangup(sim, call, leg, 127);
        end(sim, call, 127);
    } else if (call->story == STORY_TIMED_OUT) {
        dial(sim, "DialEnd", call, root, leg, "DialStatus: NOANSWER\r\n");
        hangup(sim, call, leg, 0);
        end(sim, call, 16);
    } else {
        bool busy = is_busy(call);

        request(sim, call, leg, busy ? 17 : 21);
        dial(sim, "DialEnd", call, root, leg,
             busy ? "DialStatus: BUSY\r\n" : "DialStatus: NOANSWER\r\n");
        hangup(sim, call, leg, busy ? 17 : 21);
        end(sim, call, busy ? 17 : 21);
    }
}

static void pass_on(struct sim *sim, struct pbx_call *call)
{
    struct pbx_leg *root = &call->legs[0], *leg = &call->legs[1];
    char to[16];

    snprintf(to, sizeof to, "%d", strstr(leg->name, "/102-") ? 103 : 102);
    pbx_print(sim->pbx, "Event: BlindTransfer\r\nPrivilege: call,all\r\nResult: Success\r\n");
    pbx_print_leg(sim->pbx, "Transferer", leg, call);
    pbx_print_leg(sim->pbx, "Transferee", root, call);
    pbx_print(sim->pbx,
              "BridgeUniqueid: %s\r\nBridgeType: basic\r\nBridgeNumChannels: 2\r\n"
              "IsExternal: No\r\nContext: from-internal\r\nExtension: %s\r\n\r\n",
              call->bridge, to);
    bridge(sim, "BridgeLeave", call, leg, false);
    snprintf(root->exten, sizeof root->exten, "%s", to);
    bridge(sim, "BridgeLeave", call, root, false);
    stop_talking(sim, call);
    hangup(sim, call, leg, 16);
    call->bridge[0] = 'f';
    call_phone(sim, call, to);
}

// --- a click to dial: the phone of the house rings, and is lifted or not
static void dial_own(struct sim *sim, const char *name, struct pbx_call *call, const char *more)
{
    pbx_print(sim->pbx, "Event: %s\r\nPrivilege: call,all\r\n", name);
    pbx_print_leg(sim->pbx, "Dest", &call->legs[0], call);
    pbx_print(sim->pbx, "%s\r\n", more);
}

static void originated(struct sim *sim, const struct pbx_call *call, bool lifted)
{
    const struct pbx_leg *root = &call->legs[0];

    pbx_print(sim->pbx,
              "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: %s\r\n"
              "Response: %s\r\nChannel: %s\r\nContext: from-internal\r\nExten: %s\r\n"
              "Reason: %d\r\nUniqueid: %s\r\nCallerIDNum: %s\r\nCallerIDName: x\r\n\r\n",
              call->asked, lifted ? "Success" : "Failure", root->name, call->called, lifted ? 4 : 3,
              lifted ? root->uniqueid : "<unknown>", call->called);
}

void story_click(struct sim *sim, struct pbx_call *call, const struct pbx_ask *ask)
{
    const char *slash = strchr(ask->channel, '/');
    struct pbx_leg *root = leg_new(sim, call, slash ? slash + 1 : "101");

    snprintf(root->uniqueid, sizeof root->uniqueid, "%s", ask->uniqueid);
    snprintf(call->called, sizeof call->called, "%s", ask->exten);
    snprintf(call->asked, sizeof call->asked, "%s", ask->id);
    call->state = call_state_WAITING;
    call->next_us = sim_now(sim) + 1 + (int64_t)sim_below(sim, SECONDS(3));
    sim_say(sim, "pbx: dials %s for %s", call->called, root->uniqueid);
    event(sim, "Newchannel", call, root, "");
    dial_own(sim, "DialBegin", call, "DialString: x\r\n");
}

static void click_act(struct sim *sim, struct pbx_call *call)
{
    struct pbx_leg *root = &call->legs[0];

    if (++call->act == 1) {
        root->state = 5;
        event(sim, "Newstate", call, root, "");
        dial_own(sim, "DialState", call, "DialStatus: RINGING\r\n");
    } else if (call->act == 2 && sim_below(sim, 2)) {
        root->state = 6;
        sim->pbx->dials[call->dial].lifted = true;
        event(sim, "Newstate", call, root, "");
        dial_own(sim, "DialEnd", call, "DialStatus: ANSWER\r\n");
        originated(sim, call, true);
    } else {
        if (root->state != 6)
            originated(sim, call, false);
        hangup(sim, call, root, 16);
        call->over = true;
        call->state = call_state_ENDED;
    }
}

// --- act by act
static void act_late(struct sim *sim, struct pbx_call *call)
{
    struct pbx_leg *leg = &call->legs[call->leg_count - 1];
    bool caller = call->story == STORY_ANSWERED_CALLER || call->story == STORY_OUTBOUND;

    if (call->story != STORY_BLIND)
        part(sim, call, caller ? &call->legs[0] : leg, leg);
    else if (call->act == 5)
        pass_on(sim, call);
    else if (call->act == 6)
        ring(sim, call, leg);
    else if (call->act == 7)
        lift(sim, call, leg);
    else
        part(sim, call, leg, leg);
}

void story_act(struct sim *sim, struct pbx_call *call)
{
    char phone[16];

    if (call->story == STORY_CLICK) {
        click_act(sim, call);
        return;
    }
    snprintf(phone, sizeof phone, "%d", 101 + (int)sim_below(sim, SIM_PHONES));
    switch (++call->act) {
    case 1:
        call_phone(sim, call,
                   goes_out(call)                  ? "trunk"
                   : call->story == STORY_INTERNAL ? call->called
                                                   : phone);
        break;
    case 2:
        if (!is_busy(call))
            ring(sim, call, &call->legs[1]);
        break;
    case 3:
        if ((call->story >= STORY_MISSED && call->story <= STORY_REJECTED) || is_busy(call))
            give_up(sim, call);
        break;
    case 4: lift(sim, call, &call->legs[1]); break;
    default: act_late(sim, call); break;
    }
    if (sim->verbose)
        sim_say(sim, "pbx: call %s, act %d%s", call->legs[0].uniqueid, call->act,
                call->over ? ", over" : "");
}

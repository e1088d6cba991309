// SPDX-License-Identifier: Apache-2.0
// A PBX with a manager interface: prints what happens on its channels, and answers what it is
// asked.
#include "tests/sim/pbx.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pbx_print(struct pbx *pbx, const char *format, ...)
{
    va_list list;
    int size;

    if (pbx->out_room - pbx->out_size < 4096) {
        pbx->out_room = 2 * pbx->out_room + 8192;
        pbx->out = realloc(pbx->out, pbx->out_room);
        if (!pbx->out)
            abort();
    }
    va_start(list, format);
    size = vsnprintf(pbx->out + pbx->out_size, pbx->out_room - pbx->out_size, format, list);
    va_end(list);
    pbx->out_size += (size_t)size;
}

void pbx_print_leg(struct pbx *pbx, const char *prefix, const struct pbx_leg *leg,
                   const struct pbx_call *call)
{
    static const char *const states[] = { "Down", "Rsrvd",   "OffHook", "Dialing",
                                          "Ring", "Ringing", "Up" };
    const char *p = prefix;

    pbx_print(pbx,
              "%sChannel: %s\r\n%sChannelState: %d\r\n%sChannelStateDesc: %s\r\n"
              "%sCallerIDNum: %s\r\n%sCallerIDName: <unknown>\r\n%sConnectedLineNum: <unknown>\r\n"
              "%sConnectedLineName: <unknown>\r\n%sLanguage: en\r\n%sAccountCode: \r\n"
              "%sContext: %s\r\n%sExten: %s\r\n%sPriority: 1\r\n%sUniqueid: %s\r\n"
              "%sLinkedid: %s\r\n",
              p, leg->name, p, leg->state, p, states[leg->state], p, leg->number, p, p, p, p, p, p,
              leg->context, p, leg->exten, p, p, leg->uniqueid, p, call->legs[0].uniqueid);
}

struct pbx *pbx_new(struct sim *sim)
{
    struct pbx *pbx = calloc(1, sizeof *pbx);

    if (!pbx)
        abort();
    pbx->next_us = sim_now(sim) + (int64_t)sim_below(sim, SECONDS(5));
    return pbx;
}

void pbx_free(struct pbx *pbx)
{
    free(pbx->calls);
    free(pbx->dials);
    free(pbx->out);
    free(pbx);
}

static void flush(struct sim *sim)
{
    struct pbx *pbx = sim->pbx;

    if (pbx->out_size)
        link_bytes(sim, pbx->out, pbx->out_size);
    pbx->out_size = 0;
}

// --- what it is asked
void pbx_connected(struct sim *sim)
{
    sim->pbx->logged_in = false;
    sim->pbx->ask_count = 0;
    pbx_print(sim->pbx, "Asterisk Call Manager/11.0.0\r\n");
    flush(sim);
}

static void read_header(const char *text, const char *name, char *out, size_t size)
{
    char wanted[40];
    const char *at;

    snprintf(wanted, sizeof wanted, "%s: ", name);
    at = strstr(text, wanted);
    if (at)
        snprintf(out, size, "%.*s", (int)strcspn(at + strlen(wanted), "\r\n"), at + strlen(wanted));
}

void pbx_asked(struct sim *sim, struct bytes bytes)
{
    struct pbx *pbx = sim->pbx;
    struct pbx_ask *ask;
    char text[1100];

    if (pbx->ask_count == PBX_ASKS || bytes.size >= sizeof text)
        return;
    ask = &pbx->asks[pbx->ask_count++];
    *ask = (struct pbx_ask){ .due_us = sim_now(sim) };
    if (pbx->ask_count > 1)
        ask->due_us = pbx->asks[pbx->ask_count - 2].due_us;
    // A busy PBX goes on telling before it answers.
    if (sim_below(sim, 3) == 0)
        ask->due_us += (int64_t)sim_below(sim, sim->calm ? MILLISECONDS(500) : SECONDS(4));
    memcpy(text, bytes.data, bytes.size);
    text[bytes.size] = '\0';
    read_header(text, "Action", ask->action, sizeof ask->action);
    read_header(text, "ActionID", ask->id, sizeof ask->id);
    const char *shown = strstr(ask->id, "shown-");
    snprintf(ask->uniqueid, sizeof ask->uniqueid, "%s", shown ? shown + 6 : "");
    if (strcmp(ask->action, "Originate") == 0) {
        read_header(text, "ChannelId", ask->uniqueid, sizeof ask->uniqueid);
        read_header(text, "Channel", ask->channel, sizeof ask->channel);
        read_header(text, "Exten", ask->exten, sizeof ask->exten);
        dial_asked(sim, ask->uniqueid);
    }
}

static void print_item(struct sim *sim, const char *event, const char *id,
                       const struct pbx_call *call, const struct pbx_leg *leg)
{
    struct pbx *pbx = sim->pbx;
    bool status = strcmp(event, "Status") == 0;

    pbx_print(pbx, "Event: %s\r\n%sActionID: %s\r\n", event, status ? "Privilege: Call\r\n" : "",
              id);
    pbx_print_leg(pbx, "", leg, call);
    if (status && leg == &call->legs[0])
        pbx_print(pbx, "DNID: %s\r\n", call->called);
    pbx_print(pbx, "Application: %s\r\n%s: %s\r\n\r\n", leg->application,
              status ? "BridgeID" : "BridgeId", leg->bridged ? call->bridge : "");
}

static void print_list(struct sim *sim, const struct pbx_ask *ask, const char *event)
{
    struct pbx *pbx = sim->pbx;
    size_t items = 0;
    bool status = strcmp(event, "Status") == 0;

    pbx_print(pbx, "Response: Success\r\nActionID: %s\r\nEventList: start\r\nMessage: %s\r\n\r\n",
              ask->id, status ? "Channel status will follow" : "Channels will follow");
    for (size_t i = 0; i < pbx->count; i++)
        for (size_t l = 0; l < pbx->calls[i].leg_count; l++) {
            if (!pbx->calls[i].legs[l].alive)
                continue;
            print_item(sim, event, ask->id, &pbx->calls[i], &pbx->calls[i].legs[l]);
            items++;
        }
    pbx_print(pbx, "Event: %s\r\nActionID: %s\r\nEventList: Complete\r\n%s: %zu\r\n\r\n",
              status ? "StatusComplete" : "CoreShowChannelsComplete", ask->id,
              status ? "Items" : "ListItems", items);
}

static bool lives(const struct pbx *pbx, const char *uniqueid)
{
    for (size_t i = pbx->count; i-- > 0;)
        for (size_t l = 0; l < pbx->calls[i].leg_count; l++)
            if (strcmp(pbx->calls[i].legs[l].uniqueid, uniqueid) == 0)
                return pbx->calls[i].legs[l].alive;
    return false;
}

static struct pbx_call *call_new(struct pbx *pbx)
{
    if (pbx->count == pbx->room) {
        pbx->room = pbx->room ? 2 * pbx->room : 32;
        pbx->calls = realloc(pbx->calls, pbx->room * sizeof *pbx->calls);
        if (!pbx->calls)
            abort();
    }
    return &pbx->calls[pbx->count++];
}

static void originate(struct sim *sim, const struct pbx_ask *ask)
{
    struct pbx *pbx = sim->pbx;
    struct pbx_dial dial = { .rang = sim_below(sim, 6) > 0 };
    struct pbx_call *call;

    if (!id_parse(ask->uniqueid, &dial.act))
        return;
    if (pbx->dial_count == pbx->dial_room) {
        pbx->dial_room = 2 * pbx->dial_room + 16;
        pbx->dials = realloc(pbx->dials, pbx->dial_room * sizeof *pbx->dials);
        if (!pbx->dials)
            abort();
    }
    pbx->dials[pbx->dial_count++] = dial;
    pbx_print(pbx, "Response: %s\r\nActionID: %s\r\nMessage: %s\r\n\r\n",
              dial.rang ? "Success" : "Error", ask->id,
              dial.rang ? "Originate successfully queued" : "Permission denied");
    if (!dial.rang)
        return;
    call = call_new(pbx);
    *call = (struct pbx_call){ .story = STORY_CLICK, .dial = pbx->dial_count - 1 };
    story_click(sim, call, ask);
}

static void answer(struct sim *sim, const struct pbx_ask *ask)
{
    struct pbx *pbx = sim->pbx;

    if (strcmp(ask->action, "Login") == 0) {
        pbx->logged_in = true;
        pbx_print(pbx,
                  "Response: Success\r\nActionID: %s\r\nMessage: Authentication accepted\r\n\r\n"
                  "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 900000\r\n"
                  "LastReload: 900000\r\nStatus: Fully Booted\r\n\r\n",
                  ask->id);
    } else if (strcmp(ask->action, "CoreShowChannels") == 0) {
        print_list(sim, ask, "CoreShowChannel");
    } else if (strcmp(ask->action, "Status") == 0) {
        print_list(sim, ask, "Status");
    } else if (strcmp(ask->action, "Originate") == 0) {
        originate(sim, ask);
    } else if (strcmp(ask->action, "Getvar") == 0 && lives(pbx, ask->uniqueid)) {
        pbx_print(pbx,
                  "Response: Success\r\nActionID: %s\r\nVariable: CALLERID(pres)\r\n"
                  "Value: allowed_not_screened\r\n\r\n",
                  ask->id);
    } else if (strcmp(ask->action, "Getvar") == 0) {
        pbx_print(pbx, "Response: Error\r\nActionID: %s\r\nMessage: No such channel\r\n\r\n",
                  ask->id);
    } else {
        pbx_print(pbx, "Response: Success\r\nActionID: %s\r\nPing: Pong\r\n\r\n", ask->id);
    }
    flush(sim);
}

static void answer_due(struct sim *sim)
{
    struct pbx *pbx = sim->pbx;

    while (pbx->ask_count && pbx->asks[0].due_us <= sim_now(sim)) {
        struct pbx_ask ask = pbx->asks[0];

        memmove(&pbx->asks[0], &pbx->asks[1], --pbx->ask_count * sizeof ask);
        answer(sim, &ask);
    }
}

// --- calls
static void call_begin(struct sim *sim)
{
    struct pbx *pbx = sim->pbx;

    pbx->next_us = sim_now(sim) + (int64_t)sim_below(sim, SECONDS(12));
    struct pbx_call *call = call_new(pbx);
    *call =
        (struct pbx_call){ .story = (enum story)sim_below(sim, STORIES), .whole = pbx->logged_in };
    story_begin(sim, call);
    flush(sim);
}

static bool frozen(const struct sim *sim)
{
    return sim->calm && !sim->quiet;
}

void pbx_turn(struct sim *sim)
{
    struct pbx *pbx = sim->pbx;
    int64_t now_us = sim_now(sim);

    answer_due(sim);
    if (frozen(sim))
        return;
    if (!sim->calm && now_us >= pbx->next_us)
        call_begin(sim);
    for (size_t i = 0; i < pbx->count; i++) {
        if (pbx->calls[i].over || now_us < pbx->calls[i].next_us)
            continue;
        story_act(sim, &pbx->calls[i]);
        pbx->calls[i].next_us =
            now_us + 1 + (int64_t)sim_below(sim, sim->quiet ? SECONDS(2) : SECONDS(15));
        flush(sim);
    }
}

int64_t pbx_due_us(const struct sim *sim)
{
    const struct pbx *pbx = sim->pbx;
    int64_t due = pbx->ask_count ? pbx->asks[0].due_us : INT64_MAX;

    if (frozen(sim))
        return due;
    if (!sim->calm && pbx->next_us < due)
        due = pbx->next_us;
    for (size_t i = 0; i < pbx->count; i++)
        if (!pbx->calls[i].over && pbx->calls[i].next_us < due)
            due = pbx->calls[i].next_us;
    return due;
}

bool pbx_empty(const struct sim *sim)
{
    for (size_t i = 0; i < sim->pbx->count; i++)
        if (!sim->pbx->calls[i].over)
            return false;
    return true;
}

size_t pbx_calls(const struct sim *sim)
{
    return sim->pbx->count;
}

// SPDX-License-Identifier: Apache-2.0
// The port: sources as the options name them.
#include "services/telephony/port.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/run/setting.h"
#include "services/telephony/acting.h"
#include "services/telephony/source.h"

#define KEEP_DAYS_MAX 99999

struct telephony {
    struct switchboard board; // first: it is request.context
    struct ami_endpoints endpoints;
    struct source *sources[LINKS_MAX];
    size_t source_count;
    struct acting *acting;
};

static void *create(const struct app *app, struct err *err)
{
    (void)app;
    (void)err;
    struct telephony *telephony = calloc(1, sizeof *telephony);
    if (!telephony)
        abort();
    telephony->board.home = (struct phone_home){ .country = "49" };
    return telephony;
}

static bool settle_numbers(struct switchboard *board, const struct app_start *start,
                           struct err *err)
{
    int64_t calls_days, notes_days;
    if (!setting_place(start, &board->home, err) ||
        !setting_number(start, "diversion-calls", 1, 1000, &board->diversion_calls, err) ||
        !setting_number(start, "keep-calls", 0, KEEP_DAYS_MAX, &calls_days, err) ||
        !setting_number(start, "keep-notes", 0, KEEP_DAYS_MAX, &notes_days, err))
        return false;
    board->keep_calls_us = DAYS(calls_days);
    board->keep_notes_us = DAYS(notes_days);
    return true;
}

static void settle_dialling(struct telephony *telephony, const struct app_start *start)
{
    telephony->board.dialling = (struct dialling){
        .home = telephony->board.home,
        .outside = start->value(start, "dial-outside", 0),
        .context = start->value(start, "dial-context", 0),
        .channel = start->value(start, "dial-channel", 0),
        .premium = *start->value(start, "dial-premium", 0) != '\0',
        .emergency = *start->value(start, "dial-emergency", 0) != '\0',
    };
}

static bool settle_endpoints(struct telephony *telephony, const struct app_start *start,
                             const char *option, struct err *err)
{
    bool phone = strcmp(option, "phone") == 0;
    const char *spec;
    for (int i = 0; (spec = start->value(start, option, i)) != NULL && *spec; i++) {
        if (!ami_endpoints_add(&telephony->endpoints, phone, spec))
            return fail(err, ERR_INVALID, option, TEXT_SOURCE_ENDPOINT, spec, NULL);
    }
    return true;
}

static bool add(struct telephony *telephony, struct source *source)
{
    if (source)
        telephony->sources[telephony->source_count++] = source;
    return source != NULL;
}

// Extension 10 of one box is another phone than that of the next one.
static bool prefixes_differ(const struct telephony *telephony, struct err *err)
{
    for (size_t i = 0; i < telephony->source_count; i++) {
        const char *one = source_fritz_prefix(telephony->sources[i]);
        for (size_t k = 0; one && k < i; k++) {
            const char *other = source_fritz_prefix(telephony->sources[k]);
            if (other && strcmp(one, other) == 0)
                return fail(err, ERR_INVALID, "fritz", TEXT_FRITZ_PREFIX,
                            source_called(telephony->sources[k]),
                            source_called(telephony->sources[i]), NULL);
        }
    }
    return true;
}

static bool start_port(void *port, const struct app_start *start, struct err *err)
{
    struct telephony *telephony = port;
    struct source_place place = { start->loop, start->server, &telephony->board, NULL,
                                  &telephony->endpoints };
    if (!settle_numbers(&telephony->board, start, err) ||
        !settle_endpoints(telephony, start, "phone", err) ||
        !settle_endpoints(telephony, start, "trunk", err))
        return false;
    settle_dialling(telephony, start);
    telephony->acting = acting_new(&place, telephony->sources, &telephony->source_count);
    place.ear = acting_ear(telephony->acting);
    acting_recover(telephony->acting);
    const char *spec;
    for (int i = 0; (spec = start->value(start, "ami", i)) != NULL && *spec; i++) {
        if (!add(telephony, source_live(&place, spec, err)))
            return false;
    }
    for (int i = 0; (spec = start->value(start, "fritz", i)) != NULL && *spec; i++) {
        if (!add(telephony, source_fritz(&place, spec, err)) || !prefixes_differ(telephony, err))
            return false;
    }
    bool real_pace = strcmp(start->value(start, "replay-pace", 0), "real") == 0;
    for (int i = 0; (spec = start->value(start, "replay", i)) != NULL && *spec; i++) {
        if (!add(telephony, source_replay(&place, spec, real_pace, err)))
            return false;
    }
    return true;
}

static void stop(void *port)
{
    struct telephony *telephony = port;
    while (telephony->source_count > 0)
        source_free(telephony->sources[--telephony->source_count]);
    acting_free(telephony->acting);
    free(telephony);
}

const struct option telephony_options[TELEPHONY_OPTIONS] = {
    { "ami", "NAME=BENUTZER:GEHEIMNIS@RECHNER:PORT", true, NULL,
      "Asterisk-Anlage (Manager-Schnittstelle), mehrfach möglich; das Geheimnis besser in "
      "telephony.conf",
      "Asterisk PBX (manager interface), may be repeated; keep the secret in telephony.conf" },
    { "fritz", "NAME=RECHNER[:PORT][,area=30][,machine=40-49][,prefix=7]", true, NULL,
      "Anrufmonitor einer FRITZ!Box (am Telefon #96*5* wählen), mehrfach möglich",
      "call monitor of a FRITZ!Box (dial #96*5* on a phone), may be repeated" },
    { "replay", "NAME=DATEI.ami", true, NULL, "eine Aufzeichnung abspielen, mehrfach möglich",
      "play a capture, may be repeated" },
    { "replay-pace", "fast|real", false, "fast", "so schnell es geht, oder wie es war",
      "as fast as possible, or as it was" },
    { "keep-calls", "TAGE", false, "0",
      "Anrufe und verpasste Anrufe nach so vielen Tagen löschen; 0: nie",
      "delete calls and missed calls after so many days; 0: never" },
    { "keep-notes", "TAGE", false, "0", "Telefonnotizen nach so vielen Tagen löschen; 0: nie",
      "delete call notes after so many days; 0: never" },
    { "phone", "MUSTER[=NEBENSTELLE]", true, NULL,
      "Kanäle, die ein Telefon des Hauses sind, z. B. „PJSIP/tisch*“ (* ist die Nebenstelle) oder "
      "„SCCP/anna=101“; sonst: Endpunkte aus höchstens sechs Ziffern; mehrfach möglich",
      "channels that are a phone of the house, as \"PJSIP/desk*\" (* is the extension) or "
      "\"SCCP/anna=101\"; otherwise: endpoints of at most six digits; may be repeated" },
    { "trunk", "MUSTER", true, NULL,
      "Kanäle, die nach draußen führen, obwohl sie wie ein Telefon heißen, z. B. „SIP/4711“; "
      "mehrfach möglich",
      "channels that lead outside although named like a phone, as \"SIP/4711\"; may be repeated" },
    SETTING_PLACE_OPTIONS,
    { "diversion-calls", "ZAHL", false, "10",
      "nach so vielen Anrufen mit der eigenen Nummer des Mandanten gilt er als umgeleitet ohne "
      "Rufnummernübermittlung",
      "after so many calls with the client's own number it counts as diverted without number "
      "transmission" },
    { "dial-context", "KONTEXT", false, "from-internal",
      "Kontext des Wählplans, in dem die eigenen Nebenstellen wählen",
      "context of the dialplan in which the house's phones dial" },
    { "dial-channel", "KANAL", false, "PJSIP/{}", "Kanal einer Nebenstelle; {} steht für sie",
      "channel of an extension; {} stands for it" },
    { "dial-outside", "ZIFFERN", false, NULL, "was vor einer Nummer außerhalb zu wählen ist (0)",
      "what is dialled before a number outside (0)" },
    { "dial-premium", NULL, false, NULL, "kostenpflichtige Sondernummern auf Knopfdruck erlauben",
      "allow premium numbers by request" },
    { "dial-emergency", NULL, false, NULL, "Notrufnummern auf Knopfdruck erlauben",
      "allow emergency numbers by request" },
};

const struct port telephony_port = { create, start_port, stop };

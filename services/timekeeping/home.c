// SPDX-License-Identifier: Apache-2.0
// Carries the options to the handlers, and owns the pick-up of mails.
#include "services/timekeeping/home.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/holiday.h"
#include "common/base/zone.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/port_imap.h"

#define MINUTE_US   SECONDS(60)
#define MINUTES_MAX 100000
#define COUNT_MAX   10000000
#define COUNTRY_MAX 3
#define AREA_MAX    6

struct home {
    struct timekeeping_house house; // first: it is request.context
    struct imap_port *imap;
    char country[COUNTRY_MAX + 1], area[AREA_MAX + 1], zone[64], holidays[6];
};

const struct option home_options[HOME_OPTIONS] = {
    { .name = "country",
      .value = "VORWAHL",
      .otherwise = "49",
      .german = "Landesvorwahl des Hauses: 49, 43, 41 oder 423",
      .english = "country code of the house: 49, 43, 41 or 423" },
    { .name = "area",
      .value = "VORWAHL",
      .german =
          "Ortsvorwahl des Hauses ohne 0, etwa 30; ohne sie werden Nummern ohne Vorwahl nicht "
          "verstanden",
      .english = "area code of the house without its 0, such as 30; without it, numbers without "
                 "area code are not understood" },
    { .name = "zone",
      .value = "ZONE",
      .otherwise = "Europe/Berlin",
      .german = "Zeitzone des Hauses: nach ihr beginnen die Tage",
      .english = "time zone of the house: days begin by it" },
    { .name = "holidays",
      .value = "LAND",
      .german = "Feiertage des Hauses: DE, DE-BE, AT, CH-ZH; ohne Angabe keine",
      .english = "holidays of the house: DE, DE-BE, AT, CH-ZH; none if not given" },
    { .name = "hold-counts",
      .value = "yes|no",
      .otherwise = "yes",
      .german = "ob Zeit, in der ein Gespräch gehalten wird, mitzählt",
      .english = "whether time on hold counts" },
    { .name = "clock-remind-minutes",
      .value = "MINUTEN",
      .otherwise = "30",
      .german =
          "so lange darf ein Zeitzähler über jedes Gespräch hinaus laufen, bis erinnert wird; "
          "0: nie",
      .english = "a clock may run so long beyond any call until somebody is reminded; 0: never" },
    { .name = "clock-limit-minutes",
      .value = "MINUTEN",
      .otherwise = "600",
      .german = "nach so langer Zeit hört ein Zeitzähler auf zu zählen; 0: nie",
      .english = "after so long a clock stops counting; 0: never" },
    { .name = "attachments-max-megabytes",
      .value = "MB",
      .otherwise = "10240",
      .german = "so viel dürfen Anlagen zusammen belegen; 0: ohne Grenze",
      .english = "so much may all attachments take up; 0: no limit" },
    { .name = "attachments-keep-days",
      .value = "TAGE",
      .otherwise = "0",
      .german = "so lange nach dem Abschluss des Vorgangs bleiben Anlagen; 0: immer",
      .english = "attachments stay so long after their inquiry was closed; 0: for ever" },
    { .name = "callbacks-keep-days",
      .value = "TAGE",
      .otherwise = "0",
      .german = "so lange bleiben erledigte Rückrufe und Wiedervorlagen; 0: immer",
      .english = "callbacks and resubmissions stay so long after they were settled; 0: for ever" },
    IMAP_OPTIONS_ROWS,
};

static void *create(const struct app *app, struct err *err)
{
    (void)app;
    (void)err;
    struct home *home = calloc(1, sizeof *home);
    if (!home)
        abort();
    home->house.home.country = home->country;
    home->house.zone = home->zone;
    return home;
}

static bool copy_digits(const char *text, char *out, size_t room)
{
    size_t size = strlen(text);
    if (size >= room || strspn(text, "0123456789") != size)
        return false;
    memcpy(out, text, size + 1);
    return true;
}

static bool read_place(struct home *home, const struct app_start *start, struct err *err)
{
    const char *country = start->value(start, "country", 0);
    const char *area = start->value(start, "area", 0);
    if (!*country || !copy_digits(country, home->country, sizeof home->country))
        return fail(err, ERR_INVALID, "country", TEXT_HOME_COUNTRY, country, NULL);
    if (!copy_digits(area, home->area, sizeof home->area))
        return fail(err, ERR_INVALID, "area", TEXT_HOME_AREA, area, NULL);
    home->house.home.area = home->area[0] ? home->area : NULL;
    return true;
}

// "DE" or "DE-BE".
static bool place_known(const char *holidays)
{
    char country[3] = "";
    size_t size = strlen(holidays);
    if (size != 2 && (size < 4 || size > 5 || holidays[2] != '-'))
        return false;
    memcpy(country, holidays, 2);
    return holiday_place_known(country, size > 2 ? holidays + 3 : "");
}

static bool read_zone(struct home *home, const struct app_start *start, struct err *err)
{
    struct zone zone;
    const char *name = start->value(start, "zone", 0);
    const char *holidays = start->value(start, "holidays", 0);
    if (strlen(name) >= sizeof home->zone || !zone_load(name, &zone))
        return fail(err, ERR_INVALID, "zone", TEXT_ZONE_UNKNOWN, name, NULL);
    (void)snprintf(home->zone, sizeof home->zone, "%s", name);
    if (*holidays && !place_known(holidays))
        return fail(err, ERR_INVALID, "holidays", TEXT_HOLIDAYS_UNKNOWN, holidays, NULL);
    (void)snprintf(home->holidays, sizeof home->holidays, "%s", holidays);
    home->house.holidays = *holidays ? home->holidays : NULL;
    return true;
}

static bool read_count(const struct app_start *start, const char *option, int64_t unit,
                       int64_t *ret, struct err *err)
{
    char *end;
    const char *value = start->value(start, option, 0);
    errno = 0;
    int64_t count = strtoll(value, &end, 10);
    if (errno || !*value || *end || count < 0 || count > COUNT_MAX)
        return fail(err, ERR_INVALID, option, TEXT_HOME_COUNT, value, int_text(COUNT_MAX).text,
                    NULL);
    *ret = unit * count;
    return true;
}

static bool read_minutes(const struct app_start *start, const char *option, int64_t *ret_us,
                         struct err *err)
{
    char *end;
    const char *value = start->value(start, option, 0);
    errno = 0;
    int64_t minutes = strtoll(value, &end, 10);
    if (errno || !*value || *end || minutes < 0 || minutes > MINUTES_MAX)
        return fail(err, ERR_INVALID, option, TEXT_HOME_MINUTES, value, int_text(MINUTES_MAX).text,
                    NULL);
    *ret_us = MINUTE_US * minutes;
    return true;
}

static bool read_yes(const struct app_start *start, const char *option, bool *ret, struct err *err)
{
    const char *value = start->value(start, option, 0);
    *ret = strcmp(value, "yes") == 0;
    if (*ret || strcmp(value, "no") == 0)
        return true;
    return fail(err, ERR_INVALID, option, TEXT_PICK_UNKNOWN, "yes, no", NULL);
}

static bool start_home(void *port, const struct app_start *start, struct err *err)
{
    struct home *home = port;
    struct timekeeping_house *house = &home->house;
    bool read =
        read_place(home, start, err) && read_zone(home, start, err) &&
        read_yes(start, "hold-counts", &house->hold_counts, err) &&
        read_minutes(start, "clock-remind-minutes", &house->remind_us, err) &&
        read_minutes(start, "clock-limit-minutes", &house->limit_us, err) &&
        read_count(start, "attachments-max-megabytes", 1 << 20, &house->attachments_max_bytes,
                   err) &&
        read_count(start, "attachments-keep-days", DAYS(1), &house->attachments_keep_us, err) &&
        read_count(start, "callbacks-keep-days", DAYS(1), &house->todo_keep_us, err);
    home->imap = read ? imap_port_start(start, house, err) : NULL;
    return home->imap != NULL;
}

static void stop_home(void *port)
{
    struct home *home = port;
    imap_port_stop(home->imap);
    free(home);
}

const struct port home_port = { .create = create, .start = start_home, .stop = stop_home };

// SPDX-License-Identifier: Apache-2.0
// A port without a peer: it only carries the options, and chance from the system, to the handlers.
#include "services/contacts/home.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/zone.h"
#include "proto/settings.h"
#include "services/contacts/house.h"

#define DAYS_MAX 36500

struct home {
    struct contacts_house house; // first: it is request.context
    char country[4], area[7], zone[64], holidays[6];
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
      .german = "Zeitzone des Hauses",
      .english = "time zone of the house" },
    { .name = "holidays",
      .value = "LAND",
      .german = "Feiertage des Hauses: DE, DE-BE, AT, CH-ZH; ohne Angabe keine",
      .english = "holidays of the house: DE, DE-BE, AT, CH-ZH; none if not given" },
    { .name = "purge-days",
      .value = "TAGE",
      .otherwise = "180",
      .german = "reine Anrufer werden nach so vielen Tagen ohne Bearbeitung gelöscht",
      .english = "mere callers are deleted after so many days without an edit" },
    { .name = "purge-announce-days",
      .value = "TAGE",
      .otherwise = "7",
      .german = "so viele Tage vorher wird die Löschung angekündigt",
      .english = "so many days before, the deletion is announced" },
    { .name = "purge-grace-days",
      .value = "TAGE",
      .otherwise = "14",
      .german = "so viele Tage lang kann eine Löschung zurückgenommen werden",
      .english = "for so many days a deletion can be undone" },
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
    memcpy(home->country, "49", sizeof "49");
    randombytes_buf(home->house.secret, sizeof home->house.secret);
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

// Those whose numbering plans the reader knows.
static bool is_known(const char *country)
{
    static const char *const known[] = { "49", "43", "41", "423" };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(known[i], country) == 0)
            return true;
    }
    return false;
}

static bool read_place(struct home *home, const struct app_start *start, struct err *err)
{
    const char *country = start->value(start, "country", 0);
    const char *area = start->value(start, "area", 0);
    if (!is_known(country) || !copy_digits(country, home->country, sizeof home->country))
        return fail(err, ERR_INVALID, "country", TEXT_HOME_COUNTRY, country, NULL);
    if (!copy_digits(area, home->area, sizeof home->area))
        return fail(err, ERR_INVALID, "area", TEXT_HOME_AREA, area, NULL);
    home->house.home.area = home->area[0] ? home->area : NULL;
    return true;
}

static bool read_calendar(struct home *home, const struct app_start *start, struct err *err)
{
    const char *zone = start->value(start, "zone", 0);
    const char *holidays = start->value(start, "holidays", 0);
    const char *given = *holidays ? holidays : NULL;
    const struct settings settings = { .zone = &zone, .holidays = &given };
    if (!settings_read(&settings, NULL, err))
        return false;
    (void)snprintf(home->zone, sizeof home->zone, "%s", zone);
    (void)snprintf(home->holidays, sizeof home->holidays, "%s", holidays);
    home->house.holidays = given ? home->holidays : NULL;
    return true;
}

static bool read_days(const struct app_start *start, const char *option, int64_t least,
                      int64_t *ret, struct err *err)
{
    char *end;
    const char *value = start->value(start, option, 0);
    errno = 0;
    *ret = strtoll(value, &end, 10);
    if (!errno && *value && !*end && *ret >= least && *ret <= DAYS_MAX)
        return true;
    return fail(err, ERR_INVALID, option, TEXT_HOME_DAYS, value, int_text(least).text,
                int_text(DAYS_MAX).text, NULL);
}

static bool start_home(void *port, const struct app_start *start, struct err *err)
{
    struct home *home = port;
    struct contacts_house *house = &home->house;
    return read_place(home, start, err) && read_calendar(home, start, err) &&
           read_days(start, "purge-days", 1, &house->idle_days, err) &&
           read_days(start, "purge-announce-days", 0, &house->announce_days, err) &&
           read_days(start, "purge-grace-days", 0, &house->grace_days, err);
}

const struct port home_port = { .create = create, .start = start_home, .stop = free };

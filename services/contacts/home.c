// SPDX-License-Identifier: Apache-2.0
// A port without a peer: it only carries the options, and chance from the system, to the handlers.
#include "services/contacts/home.h"

#include <sodium.h>
#include <stdlib.h>

#include "common/run/setting.h"
#include "services/contacts/house.h"

#define DAYS_MAX 36500

const struct option home_options[HOME_OPTIONS] = {
    SETTING_PLACE_OPTIONS,
    SETTING_ZONE_OPTION("", ""),
    SETTING_HOLIDAYS_OPTION,
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
    struct contacts_house *house = calloc(1, sizeof *house);
    if (!house)
        abort();
    house->home.country = "49";
    house->zone = "Europe/Berlin";
    randombytes_buf(house->secret, sizeof house->secret);
    return house;
}

static bool start_home(void *port, const struct app_start *start, struct err *err)
{
    struct contacts_house *house = port;
    return setting_place(start, &house->home, err) && setting_zone(start, &house->zone, err) &&
           setting_holidays(start, &house->holidays, err) &&
           setting_number(start, "purge-days", 1, DAYS_MAX, &house->idle_days, err) &&
           setting_number(start, "purge-announce-days", 0, DAYS_MAX, &house->announce_days, err) &&
           setting_number(start, "purge-grace-days", 0, DAYS_MAX, &house->grace_days, err);
}

const struct port home_port = { .create = create, .start = start_home, .stop = free };

// SPDX-License-Identifier: Apache-2.0
// Carries the options to the handlers, and owns the pick-up of mails.
#include "services/timekeeping/home.h"

#include <stdlib.h>

#include "common/base/civil.h"
#include "common/run/setting.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/port_imap.h"

#define MINUTES_MAX 100000
#define COUNT_MAX   10000000
#define REPLY_MAX   100 // MB: the mail room has a whole mail in memory

struct home {
    struct timekeeping_house house; // first: it is request.context
    struct imap_port *imap;
};

const struct option home_options[HOME_OPTIONS] = {
    SETTING_PLACE_OPTIONS,
    SETTING_ZONE_OPTION(": nach ihr beginnen die Tage", ": days begin by it"),
    SETTING_HOLIDAYS_OPTION,
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
    { .name = "reply-max-megabytes",
      .value = "MB",
      .otherwise = "20",
      .german = "so viel dürfen die Anlagen einer Antwort zusammen haben (bis 100; in der Mail ein "
                "Drittel mehr); 0: keine Anlagen",
      .english = "so much may the attachments of one answer have together (up to 100; in the mail "
                 "a third more); 0: no attachments" },
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
    home->house.home.country = "49";
    home->house.zone = "Europe/Berlin";
    return home;
}

static bool read_house(const struct app_start *start, struct timekeeping_house *house,
                       struct err *err)
{
    int hold = 0;
    int64_t remind_minutes, limit_minutes, megabytes, days, reply_megabytes, todo_days;
    if (!setting_place(start, &house->home, err) || !setting_zone(start, &house->zone, err) ||
        !setting_holidays(start, &house->holidays, err) ||
        !setting_pick(start, "hold-counts", "yes, no", &hold, err) ||
        !setting_number(start, "clock-remind-minutes", 0, MINUTES_MAX, &remind_minutes, err) ||
        !setting_number(start, "clock-limit-minutes", 0, MINUTES_MAX, &limit_minutes, err) ||
        !setting_number(start, "attachments-max-megabytes", 0, COUNT_MAX, &megabytes, err) ||
        !setting_number(start, "attachments-keep-days", 0, COUNT_MAX, &days, err) ||
        !setting_number(start, "reply-max-megabytes", 0, REPLY_MAX, &reply_megabytes, err) ||
        !setting_number(start, "callbacks-keep-days", 0, COUNT_MAX, &todo_days, err))
        return false;
    house->hold_counts = hold == 0;
    house->remind_us = SECONDS(60) * remind_minutes;
    house->limit_us = SECONDS(60) * limit_minutes;
    house->attachments_max_bytes = megabytes << 20;
    house->attachments_keep_us = DAYS(days);
    house->reply_max_bytes = reply_megabytes << 20;
    house->todo_keep_us = DAYS(todo_days);
    return true;
}

static bool start_home(void *port, const struct app_start *start, struct err *err)
{
    struct home *home = port;
    bool read = read_house(start, &home->house, err);
    home->imap = read ? imap_port_start(start, &home->house, err) : NULL;
    return home->imap != NULL;
}

static void stop_home(void *port)
{
    struct home *home = port;
    imap_port_stop(home->imap);
    free(home);
}

const struct port home_port = { .create = create, .start = start_home, .stop = stop_home };

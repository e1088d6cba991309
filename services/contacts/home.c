// SPDX-License-Identifier: Apache-2.0
// A port without a peer: it only carries the two options to the handlers.
#include "services/contacts/home.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/phone.h"

struct home {
    struct phone_home place; // first: it is request.context
    char country[4], area[7];
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
};

static void *create(const struct app *app, struct err *err)
{
    (void)app;
    (void)err;
    struct home *home = calloc(1, sizeof *home);
    if (!home)
        abort();
    home->place.country = home->country;
    memcpy(home->country, "49", sizeof "49");
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

static bool start_home(void *port, const struct app_start *start, struct err *err)
{
    struct home *home = port;
    const char *country = start->value(start, "country", 0);
    const char *area = start->value(start, "area", 0);
    if (!is_known(country) || !copy_digits(country, home->country, sizeof home->country))
        return fail(err, ERR_INVALID, "country", TEXT_HOME_COUNTRY, country, NULL);
    if (!copy_digits(area, home->area, sizeof home->area))
        return fail(err, ERR_INVALID, "area", TEXT_HOME_AREA, area, NULL);
    home->place.area = home->area[0] ? home->area : NULL;
    return true;
}

const struct port home_port = { .create = create, .start = start_home, .stop = free };

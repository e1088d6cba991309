// SPDX-License-Identifier: Apache-2.0
// What services make of an option's value. All return false with ERR_INVALID, which names the
// option and what it may be. Texts that are returned live as long as the app.
#pragma once

#include "common/base/phone.h"
#include "common/run/app.h"
#include "common/run/options.h"

MUST_USE bool setting_number(const struct app_start *start, const char *option, int64_t least,
                             int64_t most, int64_t *ret, struct err *err);
// Which of the words, "required, try, none", it is.
MUST_USE bool setting_pick(const struct app_start *start, const char *option, const char *words,
                           int *ret, struct err *err);

// --- the house: called the same in each service that asks for it
// Options "country" and "area".
MUST_USE bool setting_place(const struct app_start *start, struct phone_home *ret, struct err *err);
MUST_USE bool setting_zone(const struct app_start *start, const char **ret, struct err *err);
// NULL: none.
MUST_USE bool setting_holidays(const struct app_start *start, const char **ret, struct err *err);

// Rows of the app's options. What the numbers and the zone are for, the service says.
#define SETTING_PLACE_OPTIONS                                                                      \
    { .name = "country",                                                                           \
      .value = "VORWAHL",                                                                          \
      .otherwise = "49",                                                                           \
      .german = "Landesvorwahl des Hauses: 49, 43, 41 oder 423",                                   \
      .english = "country code of the house: 49, 43, 41 or 423" },                                 \
    {                                                                                              \
        .name = "area", .value = "VORWAHL",                                                        \
        .german = "Ortsvorwahl des Hauses ohne 0, etwa 30; ohne sie werden Nummern ohne Vorwahl "  \
                  "nicht verstanden",                                                              \
        .english = "area code of the house without its 0, such as 30; without it, numbers "        \
                   "without area code are not understood"                                          \
    }
#define SETTING_ZONE_OPTION(for_what, for_what_english)                                            \
    {                                                                                              \
        .name = "zone", .value = "ZONE", .otherwise = "Europe/Berlin",                             \
        .german = "Zeitzone des Hauses" for_what,                                                  \
        .english = "time zone of the house" for_what_english                                       \
    }
#define SETTING_HOLIDAYS_OPTION                                                                    \
    {                                                                                              \
        .name = "holidays", .value = "LAND",                                                       \
        .german = "Feiertage des Hauses: DE, DE-BE, AT, CH-ZH; ohne Angabe keine",                 \
        .english = "holidays of the house: DE, DE-BE, AT, CH-ZH; none if not given"                \
    }

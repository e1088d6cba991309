// SPDX-License-Identifier: Apache-2.0
// Times as people say them.
#include "common/base/when.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "tests/harness/test.h"

// Saturday, 28 November 2026, 15:30 in Berlin.
#define NOW INT64_C(1795876200000000)

static const struct {
    const char *text;
    const char *from, *until; // local; NULL: none; from NULL: refused
} cases[] = {
    { "jetzt", "28.11.2026 15:30:00", NULL },
    { "heute", "28.11.2026 15:30:00", NULL },
    { "heute 17:00", "28.11.2026 17:00:00", NULL },
    { "Heute um 17 Uhr", "28.11.2026 17:00:00", NULL },
    { "morgen 10-12", "29.11.2026 10:00:00", "29.11.2026 12:00:00" },
    { "morgen 10:30–12:00", "29.11.2026 10:30:00", "29.11.2026 12:00:00" },
    { "morgen von 10 bis 12 Uhr", "29.11.2026 10:00:00", "29.11.2026 12:00:00" },
    { "morgen 10 - 12", "29.11.2026 10:00:00", "29.11.2026 12:00:00" },
    { "morgen früh", "29.11.2026 08:00:00", "29.11.2026 12:00:00" },
    { "morgen Nachmittag", "29.11.2026 13:00:00", "29.11.2026 17:00:00" },
    { "morgen", "29.11.2026 09:00:00", NULL },
    { "Übermorgen 8.15", "30.11.2026 08:15:00", NULL },
    { "17:00", "28.11.2026 17:00:00", NULL },
    { "ab 16", "28.11.2026 16:00:00", NULL },
    { "Montag 9", "30.11.2026 09:00:00", NULL },
    { "nächsten Mo 9 Uhr", "30.11.2026 09:00:00", NULL },
    { "Samstag", "05.12.2026 09:00:00", NULL },
    { "So 10-11", "29.11.2026 10:00:00", "29.11.2026 11:00:00" },
    { "24.12. 8:15", "24.12.2026 08:15:00", NULL },
    { "1.3.", "01.03.2027 09:00:00", NULL },
    { "29.2. 10", "29.02.2028 10:00:00", NULL },
    { "24.12.2026 10-11", "24.12.2026 10:00:00", "24.12.2026 11:00:00" },
    { "2026-12-01 09:00", "01.12.2026 09:00:00", NULL },
    { "in 30 min", "28.11.2026 16:00:00", NULL },
    { "in 30min", "28.11.2026 16:00:00", NULL },
    { "in 2 Stunden", "28.11.2026 17:30:00", NULL },
    { "in einer Stunde", "28.11.2026 16:30:00", NULL },
    { "in 3 Tagen", "01.12.2026 15:30:00", NULL },
    { "in einer Woche", "05.12.2026 15:30:00", NULL },
    { "in 180 Tagen", "27.05.2027 15:30:00", NULL }, // summer time has begun
    { "tomorrow 10-12", "29.11.2026 10:00:00", "29.11.2026 12:00:00" },
    { "friday 9:00", "04.12.2026 09:00:00", NULL },
    { "", NULL, NULL },
    { "irgendwann", NULL, NULL },
    { "morgen 25", NULL, NULL },
    { "morgen 10:75", NULL, NULL },
    { "morgen 12-10", NULL, NULL },
    { "morgen 10-12 14", NULL, NULL },
    { "31.2. 10", NULL, NULL },
    { "morgen heute", NULL, NULL },
    { "in", NULL, NULL },
    { "in 3 Monden", NULL, NULL },
    { "in -3 min", NULL, NULL },
    { "a b c d e f g h i", NULL, NULL },
};

TEST(times_are_read_as_people_say_them)
{
    struct zone zone;
    CHECK(zone_load("Europe/Berlin", &zone));
    CHECK_STR(civil_local(NOW, "Europe/Berlin").text, "28.11.2026 15:30:00");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct when when;
        struct err err = { 0 };
        bool read = when_read(cases[i].text, NOW, &zone, &when, &err);
        CHECK(read == (cases[i].from != NULL));
        if (read != (cases[i].from != NULL))
            (void)printf("  case: %s\n", cases[i].text);
        if (!read || !cases[i].from) {
            CHECK(read || err.text == TEXT_WHEN_FORM || err.text == TEXT_ENDS_BEFORE);
            continue;
        }
        CHECK_STR(civil_local(when.from_us, "Europe/Berlin").text, cases[i].from);
        CHECK(when.has_until == (cases[i].until != NULL));
        if (when.has_until && cases[i].until)
            CHECK_STR(civil_local(when.until_us, "Europe/Berlin").text, cases[i].until);
    }
}

TEST(a_long_text_is_refused)
{
    char text[500];
    struct zone zone;
    struct when when;
    struct err err = { 0 };
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    CHECK(zone_load("Europe/Berlin", &zone));
    CHECK(!when_read(text, NOW, &zone, &when, &err));
}

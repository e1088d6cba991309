// SPDX-License-Identifier: Apache-2.0
// The rules, worked out for the year of the day that is asked for.
#include "common/base/holiday.h"

#include <string.h>

#include "common/base/civil.h"

static const struct holiday holidays[] = {
#define HOLIDAY(country, region, rule, name, kind, from, until)                                    \
    { #country, region, rule, name, HOLIDAY_##kind, from, until },
#include "common/base/holidays.def"
#undef HOLIDAY
};

static int number(const char *text, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

// The first such weekday (1 Monday) on or after the date.
static int64_t weekday_from(int year, int month, int day, int weekday)
{
    int64_t first = civil_day((struct civil_date){ year, month, day });
    return first + (weekday - civil_weekday(first) + 7) % 7;
}

static int64_t easter_rule(const char *rule, int year)
{
    int64_t days = 0;
    for (const char *at = rule + 2; *at; at++)
        days = days * 10 + (*at - '0');
    return civil_easter(year) + (rule[1] == '-' ? -days : days);
}

static int64_t fahrtsfest(int year)
{
    int64_t day = weekday_from(year, 4, 1, 4);
    return day == civil_easter(year) - 3 ? day + 7 : day;
}

// Days since 1970 in that year; a rule for one year only gives that year's day.
static int64_t rule_day(const char *rule, int year)
{
    if (rule[0] == 'E')
        return easter_rule(rule, year);
    if (strcmp(rule, "BB") == 0)
        return weekday_from(year, 11, 16, 3);
    if (strcmp(rule, "JG") == 0)
        return weekday_from(year, 9, 1, 7) + 4;
    if (strcmp(rule, "BM") == 0)
        return weekday_from(year, 9, 15, 7) + 1;
    if (strcmp(rule, "NF") == 0)
        return fahrtsfest(year);
    if (strlen(rule) == 10)
        return civil_day(
            (struct civil_date){ number(rule, 4), number(rule + 5, 2), number(rule + 8, 2) });
    return civil_day((struct civil_date){ year, number(rule, 2), number(rule + 3, 2) });
}

static bool holds_in(const struct holiday *holiday, const char *region)
{
    return strcmp(holiday->region, "*") == 0 || (region && strcmp(holiday->region, region) == 0);
}

const struct holiday *holiday_on(const char *country, const char *region, int64_t day)
{
    const struct holiday *found = NULL;
    int year = civil_date(day).year;
    for (size_t i = 0; i < COUNT_OF(holidays); i++) {
        const struct holiday *holiday = &holidays[i];
        if (strcmp(holiday->country, country) != 0 || !holds_in(holiday, region) ||
            (holiday->from_year && year < holiday->from_year) ||
            (holiday->until_year && year > holiday->until_year) ||
            rule_day(holiday->rule, year) != day)
            continue;
        if (!found || holiday->kind < found->kind)
            found = holiday;
    }
    return found;
}

bool holiday_place_known(const char *country, const char *region)
{
    bool any = !region || !*region;
    // Austria's nine lands have the same holidays, so the rules do not name them.
    if (!any && strcmp(country, "AT") == 0)
        return region[0] >= '1' && region[0] <= '9' && !region[1];
    for (size_t i = 0; i < COUNT_OF(holidays); i++) {
        if (strcmp(holidays[i].country, country) == 0 &&
            (any || (region[0] != '*' && strcmp(holidays[i].region, region) == 0)))
            return true;
    }
    return false;
}

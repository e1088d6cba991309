// SPDX-License-Identifier: Apache-2.0
#include "common/base/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define YEAR_S (INT64_C(366) * 86400)

static const struct unit {
    const char *word;
    int64_t seconds;
} units[] = {
    { "h", 3600 },     { "std", 3600 },  { "stunde", 3600 }, { "stunden", 3600 }, { "hour", 3600 },
    { "hours", 3600 }, { "m", 60 },      { "min", 60 },      { "minute", 60 },    { "minuten", 60 },
    { "minutes", 60 }, { "s", 1 },       { "sek", 1 },       { "sec", 1 },        { "sekunde", 1 },
    { "sekunden", 1 }, { "seconds", 1 },
};

struct duration_text duration_text(int64_t seconds)
{
    struct duration_text out;
    int64_t whole = seconds > 0 ? seconds : 0;
    (void)snprintf(out.text, sizeof out.text, "%" PRId64 ":%02d:%02d", whole / 3600,
                   (int)(whole / 60 % 60), (int)(whole % 60));
    return out;
}

static bool take_digits(const char **at, int64_t *ret)
{
    size_t size = strspn(*at, "0123456789");
    int64_t value = 0;
    if (size == 0 || size > 9)
        return false;
    for (size_t i = 0; i < size; i++)
        value = 10 * value + ((*at)[i] - '0');
    *at += size;
    *ret = value;
    return true;
}

// "1:23" and "1:23:45".
static bool read_clock(const char *at, int64_t *ret)
{
    int64_t hours, minutes, seconds = 0;
    if (!take_digits(&at, &hours) || *at++ != ':' || !take_digits(&at, &minutes) || minutes > 59)
        return false;
    if (*at == ':' && (at++, !take_digits(&at, &seconds) || seconds > 59))
        return false;
    *ret = hours * 3600 + minutes * 60 + seconds;
    return !*at;
}

static bool take_unit(const char **at, int64_t *ret)
{
    size_t size = strcspn(*at, " .0123456789");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strlen(units[i].word) != size || strncasecmp(units[i].word, *at, size) != 0)
            continue;
        *at += size;
        *at += **at == '.';
        *ret = units[i].seconds;
        return true;
    }
    return false;
}

// One decimal is enough for hours: "1,5h".
static bool take_tenth(const char **at, int64_t *ret)
{
    *ret = 0;
    if (**at != ',' && **at != '.')
        return true;
    ++*at;
    return strspn(*at, "0123456789") == 1 && take_digits(at, ret);
}

// "1h 30min"; a number at the end without a unit counts in the next smaller one.
static bool read_units(const char *at, int64_t *ret)
{
    int64_t sum = 0, unit = 3600, number, tenth, smaller;
    bool any = false;
    for (at += strspn(at, " "); *at; at += strspn(at, " ")) {
        if (!take_digits(&at, &number) || !take_tenth(&at, &tenth))
            return false;
        at += strspn(at, " ");
        if (!*at)
            smaller = unit == 3600 ? 60 : 1;
        else if (!take_unit(&at, &smaller))
            return false;
        if (any && smaller >= unit)
            return false;
        unit = smaller;
        any = true;
        sum += number * unit + tenth * unit / 10;
    }
    *ret = sum;
    return any;
}

bool duration_read(const char *text, int64_t *ret_seconds)
{
    int64_t seconds;
    if (!(strchr(text, ':') ? read_clock(text, &seconds) : read_units(text, &seconds)) ||
        seconds > YEAR_S)
        return false;
    *ret_seconds = seconds;
    return true;
}

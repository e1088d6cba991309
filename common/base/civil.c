// SPDX-License-Identifier: Apache-2.0
// Dates by arithmetic in UTC; zones by the system's zone data.
#include "common/base/civil.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

// Days since 1970-01-01 of a date in the Gregorian calendar (H. Hinnant, days_from_civil).
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

struct civil_text civil_rfc3339(int64_t time_us)
{
    struct civil_text text;
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    snprintf(text.text, sizeof text.text, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
             (tm.tm_year + 1900) % 10000, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
             tm.tm_sec, (int)(time_us % 1000000));
    return text;
}

// Exactly `count` digits; moves *at behind them.
static bool digits(const char **at, int count, int *ret)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *at += count;
    *ret = value;
    return true;
}

static bool mark(const char **at, const char *marks)
{
    if (!**at || !strchr(marks, **at))
        return false;
    ++*at;
    return true;
}

static bool read_date(const char **at, int64_t *ret_days)
{
    int year, month, day;
    if (!digits(at, 4, &year) || !mark(at, "-") || !digits(at, 2, &month) || !mark(at, "-") ||
        !digits(at, 2, &day))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *ret_days = days_of(year, month, day);
    return true;
}

static bool read_clock(const char **at, int64_t *ret_us)
{
    int hour, minute, second;
    if (!digits(at, 2, &hour) || !mark(at, ":") || !digits(at, 2, &minute) || !mark(at, ":") ||
        !digits(at, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    int64_t fraction = 0;
    if (mark(at, ".")) {
        int count = 0, digit;
        for (int64_t weight = 100000; count < 6 && digits(at, 1, &digit); count++, weight /= 10)
            fraction += digit * weight;
        if (count == 0)
            return false;
    }
    *ret_us = SECONDS((int64_t)hour * 3600 + minute * 60 + second) + fraction;
    return true;
}

static bool read_offset(const char **at, int64_t *ret_us)
{
    *ret_us = 0;
    if (mark(at, "Zz"))
        return true;
    int sign = **at == '-' ? -1 : 1, hour, minute;
    if (!mark(at, "+-") || !digits(at, 2, &hour) || !mark(at, ":") || !digits(at, 2, &minute))
        return false;
    *ret_us = sign * SECONDS((int64_t)hour * 3600 + minute * 60);
    return hour <= 23 && minute <= 59;
}

bool civil_parse_rfc3339(const char *text, int64_t *ret_time_us)
{
    int64_t days, clock, offset;
    if (!read_date(&text, &days) || !mark(&text, "Tt ") || !read_clock(&text, &clock) ||
        !read_offset(&text, &offset) || *text)
        return false;
    int64_t time_us = DAYS(days) + clock - offset;
    if (time_us < 0 || time_us > CIVIL_TIME_MAX)
        return false;
    *ret_time_us = time_us;
    return true;
}

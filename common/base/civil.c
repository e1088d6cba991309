// SPDX-License-Identifier: Apache-2.0
// Dates by arithmetic in UTC; zones by the system's zone data.
#include "common/base/civil.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ERA_DAYS    146097 // 400 years
#define EPOCH_SHIFT 719468 // days from 0000-03-01 to 1970-01-01

// H. Hinnant's arithmetic: years that begin in March have their leap day at the end.
int64_t civil_day(struct civil_date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

struct civil_date civil_date(int64_t day)
{
    int64_t since = day + EPOCH_SHIFT;
    int64_t era = (since >= 0 ? since : since - (ERA_DAYS - 1)) / ERA_DAYS;
    int64_t of_era = since - era * ERA_DAYS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (ERA_DAYS - 1)) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (int)((5 * of_year + 2) / 153);
    struct civil_date date = {
        .day = (int)(of_year - (153 * month + 2) / 5 + 1),
        .month = month + (month < 10 ? 3 : -9),
    };
    date.year = (int)(year + era * 400) + (date.month <= 2);
    return date;
}

int civil_weekday(int64_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7) + 1;
}

// The anonymous Gregorian computus.
int64_t civil_easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int n = h + l - 7 * m + 114;
    return civil_day((struct civil_date){ year, n / 31, n % 31 + 1 });
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
    *ret_days = civil_day((struct civil_date){ year, month, day });
    return true;
}

static bool read_german_date(const char **at, int64_t *ret_day)
{
    int year, month, day;
    if (!digits(at, 2, &day) || !mark(at, ".") || !digits(at, 2, &month) || !mark(at, ".") ||
        !digits(at, 4, &year))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *ret_day = civil_day((struct civil_date){ year, month, day });
    return true;
}

bool civil_parse_date(const char *text, int64_t *ret_day)
{
    const char *at = text;
    if (read_date(&at, ret_day))
        return !*at;
    at = text;
    return read_german_date(&at, ret_day) && !*at;
}

struct civil_text civil_date_text(int64_t day)
{
    struct civil_text text;
    struct civil_date date = civil_date(day);
    snprintf(text.text, sizeof text.text, "%04d-%02d-%02d", date.year, date.month, date.day);
    return text;
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

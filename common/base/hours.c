// SPDX-License-Identifier: Apache-2.0
// A small reader: days, then times, until the text ends.
#include "common/base/hours.h"

#include <stdio.h>
#include <string.h>

#define WEEK 7

static const char *const german_days[] = { "Mo", "Di", "Mi", "Do", "Fr", "Sa", "So" };

struct reader {
    const char *at, *typed;
    struct hours *hours;
    struct err *err;
};

static bool broken(const struct reader *reader)
{
    return fail(reader->err, ERR_INVALID, NULL, TEXT_HOURS_FORM, reader->typed, NULL);
}

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\n\r");
}

static bool take(struct reader *reader, const char *sign)
{
    size_t size = strlen(sign);
    skip_blanks(reader);
    if (strncmp(reader->at, sign, size) != 0)
        return false;
    reader->at += size;
    return true;
}

static bool take_dash(struct reader *reader)
{
    return take(reader, "-") || take(reader, "–") || take(reader, "—") || take(reader, "bis") ||
           take(reader, "to ");
}

static bool is_letter(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 0x80 || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

static bool word_is(const char *word, size_t size, const char *name)
{
    for (size_t i = 0; i < size; i++) {
        char lower = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] | 32) : word[i];
        if (lower != name[i])
            return false;
    }
    return name[size] == '\0';
}

// 1 .. 7; 0: no day.
static int day_of(const char *word, size_t size)
{
    static const struct {
        const char *name;
        int weekday;
    } names[] = {
        { "mo", 1 },      { "montag", 1 },    { "mon", 1 },      { "monday", 1 },
        { "di", 2 },      { "dienstag", 2 },  { "tu", 2 },       { "tue", 2 },
        { "tuesday", 2 }, { "mi", 3 },        { "mittwoch", 3 }, { "we", 3 },
        { "wed", 3 },     { "wednesday", 3 }, { "do", 4 },       { "donnerstag", 4 },
        { "th", 4 },      { "thu", 4 },       { "thursday", 4 }, { "fr", 5 },
        { "freitag", 5 }, { "fri", 5 },       { "friday", 5 },   { "sa", 6 },
        { "samstag", 6 }, { "sat", 6 },       { "saturday", 6 }, { "so", 7 },
        { "sonntag", 7 }, { "su", 7 },        { "sun", 7 },      { "sunday", 7 },
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (word_is(word, size, names[i].name))
            return names[i].weekday;
    }
    return 0;
}

static size_t word_size(const char *text)
{
    size_t size = 0;
    // A dash of several bytes ends a word too.
    while (is_letter(text[size]) && strncmp(text + size, "–", 3) != 0 &&
           strncmp(text + size, "—", 3) != 0)
        size++;
    return size;
}

static bool take_day(struct reader *reader, int *ret_day)
{
    skip_blanks(reader);
    size_t size = word_size(reader->at);
    *ret_day = day_of(reader->at, size);
    if (*ret_day == 0)
        return broken(reader);
    reader->at += size;
    (void)take(reader, ".");
    return true;
}

// "täglich" or days; a bit for each in *ret_days.
static bool take_days(struct reader *reader, unsigned *ret_days)
{
    *ret_days = 0;
    if (take(reader, "täglich") || take(reader, "Täglich") || take(reader, "daily")) {
        *ret_days = (1u << WEEK) - 1;
        return true;
    }
    do {
        int first, last;
        if (!take_day(reader, &first))
            return false;
        last = first;
        if (take_dash(reader) && !take_day(reader, &last))
            return false;
        for (int day = first;; day = day % WEEK + 1) {
            *ret_days |= 1u << (day - 1);
            if (day == last)
                break;
        }
    } while (take(reader, ","));
    (void)take(reader, ":");
    return true;
}

static bool take_number(struct reader *reader, int most, int *ret)
{
    int value = 0, digits = 0;
    for (; digits < 2 && *reader->at >= '0' && *reader->at <= '9'; digits++)
        value = value * 10 + (*reader->at++ - '0');
    *ret = value;
    return digits > 0 && value <= most && (*reader->at < '0' || *reader->at > '9');
}

// "8", "08:00", "8.30", "24:00", each with or without "Uhr".
static bool take_time(struct reader *reader, int *ret_minute)
{
    int hour, minute = 0;
    skip_blanks(reader);
    if (!take_number(reader, 24, &hour))
        return broken(reader);
    if (*reader->at == ':' || *reader->at == '.') {
        const char *digit = ++reader->at;
        if (!take_number(reader, 59, &minute) || reader->at - digit != 2)
            return broken(reader);
    }
    (void)take(reader, "Uhr");
    *ret_minute = hour * 60 + minute;
    return *ret_minute <= DAY_MINUTES || broken(reader);
}

static bool add_span(struct reader *reader, int weekday, int from, int until)
{
    if (reader->hours->count == HOURS_SPANS_MAX)
        return fail(reader->err, ERR_INVALID, NULL, TEXT_HOURS_MANY, int_text(HOURS_SPANS_MAX).text,
                    NULL);
    reader->hours->spans[reader->hours->count++] = (struct hours_span){ weekday, from, until };
    return true;
}

static bool add_days(struct reader *reader, unsigned days, int from, int until)
{
    for (int day = 1; day <= WEEK; day++) {
        if (!(days & (1u << (day - 1))))
            continue;
        bool passes = until <= from;
        if (!add_span(reader, day, from, passes ? DAY_MINUTES : until))
            return false;
        if (passes && until > 0 && !add_span(reader, day % WEEK + 1, 0, until))
            return false;
    }
    return true;
}

// Behind a comma either another time or the next days.
static bool more_times(struct reader *reader)
{
    if (!take(reader, ","))
        return false;
    skip_blanks(reader);
    return *reader->at >= '0' && *reader->at <= '9';
}

static bool take_times(struct reader *reader, unsigned days)
{
    do {
        int from, until;
        if (!take_time(reader, &from) || (!take_dash(reader) && !broken(reader)) ||
            !take_time(reader, &until))
            return false;
        if (from == until || from == DAY_MINUTES)
            return broken(reader);
        if (!add_days(reader, days, from, until))
            return false;
    } while (more_times(reader));
    return true;
}

static int span_order(const struct hours_span *a, const struct hours_span *b)
{
    return (a->weekday - b->weekday) * DAY_MINUTES + a->from_minute - b->from_minute;
}

static void sort(struct hours *hours)
{
    for (size_t i = 1; i < hours->count; i++) {
        struct hours_span span = hours->spans[i];
        size_t k = i;
        for (; k > 0 && span_order(&span, &hours->spans[k - 1]) < 0; k--)
            hours->spans[k] = hours->spans[k - 1];
        hours->spans[k] = span;
    }
}

// In order; what touches becomes one span, what overlaps is a slip of the pen.
static bool tidy(struct hours *hours, struct err *err)
{
    size_t kept = 0;
    sort(hours);
    for (size_t i = 0; i < hours->count; i++) {
        struct hours_span *span = &hours->spans[i];
        struct hours_span *last = kept ? &hours->spans[kept - 1] : NULL;
        bool same_day = last && last->weekday == span->weekday;
        if (same_day && span->from_minute < last->until_minute)
            return fail(err, ERR_INVALID, NULL, TEXT_HOURS_OVERLAP, german_days[span->weekday - 1],
                        NULL);
        if (same_day && span->from_minute == last->until_minute)
            last->until_minute = span->until_minute;
        else
            hours->spans[kept++] = *span;
    }
    hours->count = kept;
    return true;
}

bool hours_read(const char *typed, struct hours *out, struct err *err)
{
    struct reader reader = { .at = typed, .typed = typed, .hours = out, .err = err };
    out->count = 0;
    do {
        unsigned days;
        if (!take_days(&reader, &days) || !take_times(&reader, days))
            return false;
        (void)take(&reader, ";");
        skip_blanks(&reader);
    } while (*reader.at);
    return tidy(out, err);
}

// --- the text form
static size_t spans_of(const struct hours *hours, int weekday, const struct hours_span **ret)
{
    size_t first = 0, count = 0;
    while (first < hours->count && hours->spans[first].weekday != weekday)
        first++;
    *ret = &hours->spans[first];
    while (first + count < hours->count && hours->spans[first + count].weekday == weekday)
        count++;
    return count;
}

static bool same_times(const struct hours *hours, int one, int two)
{
    const struct hours_span *a, *b;
    size_t count = spans_of(hours, one, &a);
    if (count != spans_of(hours, two, &b))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (a[i].from_minute != b[i].from_minute || a[i].until_minute != b[i].until_minute)
            return false;
    }
    return true;
}

static size_t show_days(int first, int last, char *out, size_t room)
{
    if (first == last)
        return (size_t)snprintf(out, room, "%s", german_days[first - 1]);
    return (size_t)snprintf(out, room, "%s%s%s", german_days[first - 1],
                            last == first + 1 ? ", " : "–", german_days[last - 1]);
}

void hours_show(const struct hours *hours, char out[HOURS_TEXT_MAX])
{
    size_t used = 0;
    out[0] = '\0';
    for (int first = 1; first <= WEEK; first++) {
        const struct hours_span *spans;
        size_t count = spans_of(hours, first, &spans);
        int last = first;
        if (count == 0)
            continue;
        while (last < WEEK && same_times(hours, first, last + 1))
            last++;
        used += (size_t)snprintf(out + used, HOURS_TEXT_MAX - used, "%s", used ? "; " : "");
        used += show_days(first, last, out + used, HOURS_TEXT_MAX - used);
        for (size_t i = 0; i < count && used < HOURS_TEXT_MAX; i++)
            used += (size_t)snprintf(out + used, HOURS_TEXT_MAX - used, "%s%02d:%02d–%02d:%02d",
                                     i ? ", " : " ", spans[i].from_minute / 60,
                                     spans[i].from_minute % 60, spans[i].until_minute / 60,
                                     spans[i].until_minute % 60);
        first = last;
    }
}

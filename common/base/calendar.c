// SPDX-License-Identifier: Apache-2.0
// Day by day, span by span; an hour that the clocks show twice counts from its first, a skipped one
// is empty, so that all questions see the same spans.
#include "common/base/calendar.h"

#include <string.h>

#include "common/base/civil.h"

struct open_span {
    int64_t from_us, until_us;
};

static const struct hours always = {
    .spans = { { 1, 0, DAY_MINUTES },
               { 2, 0, DAY_MINUTES },
               { 3, 0, DAY_MINUTES },
               { 4, 0, DAY_MINUTES },
               { 5, 0, DAY_MINUTES },
               { 6, 0, DAY_MINUTES },
               { 7, 0, DAY_MINUTES } },
    .count = 7,
};

const char *calendar_closed_day(const struct calendar *calendar, int64_t day)
{
    for (size_t i = 0; i < calendar->closure_count; i++) {
        const struct closure *closure = &calendar->closures[i];
        if (day >= closure->from_day && day <= closure->until_day)
            return closure->name ? closure->name : "";
    }
    if (!calendar->country)
        return NULL;
    const struct holiday *holiday = holiday_on(calendar->country, calendar->region, day);
    bool counts = holiday && (holiday->kind == HOLIDAY_LEGAL || calendar->usual_too);
    return counts ? holiday->name : NULL;
}

// A walk over open spans in order, from the day of a moment.
struct spans {
    const struct calendar *calendar;
    int64_t day, last_day;
    size_t next; // span of the week's table
};

static struct spans spans_from(const struct calendar *calendar, int64_t at_us)
{
    int64_t day = zone_local(calendar->zone, at_us).day;
    return (struct spans){ calendar, day, day + CALENDAR_DAYS_MAX, 0 };
}

static bool spans_next(struct spans *spans, struct open_span *out)
{
    const struct calendar *calendar = spans->calendar;
    const struct hours *hours = calendar->hours ? calendar->hours : &always;
    for (; spans->day < spans->last_day; spans->day++, spans->next = 0) {
        int weekday = civil_weekday(spans->day);
        if (spans->next == 0 && calendar_closed_day(calendar, spans->day))
            continue;
        while (spans->next < hours->count) {
            const struct hours_span *span = &hours->spans[spans->next++];
            if (span->weekday != weekday)
                continue;
            out->from_us =
                zone_time_us(calendar->zone, spans->day, span->from_minute * 60, ZONE_FIRST);
            out->until_us =
                zone_time_us(calendar->zone, spans->day, span->until_minute * 60, ZONE_FIRST);
            if (out->from_us < out->until_us)
                return true;
        }
    }
    return false;
}

// The first span that ends behind the moment.
static bool span_at(struct spans *spans, int64_t at_us, struct open_span *out)
{
    do {
        if (!spans_next(spans, out))
            return false;
    } while (out->until_us <= at_us);
    return true;
}

bool calendar_open(const struct calendar *calendar, int64_t at_us)
{
    return calendar_next_open(calendar, at_us) == at_us;
}

int64_t calendar_next_open(const struct calendar *calendar, int64_t at_us)
{
    struct spans spans = spans_from(calendar, at_us);
    struct open_span span;
    if (!span_at(&spans, at_us, &span))
        return CALENDAR_NEVER;
    return span.from_us > at_us ? span.from_us : at_us;
}

int64_t calendar_closes(const struct calendar *calendar, int64_t at_us)
{
    struct spans spans = spans_from(calendar, at_us);
    struct open_span span, next;
    if (!span_at(&spans, at_us, &span) || span.from_us > at_us)
        return CALENDAR_NEVER;
    while (spans_next(&spans, &next)) {
        if (next.from_us != span.until_us)
            return span.until_us;
        span = next;
    }
    return CALENDAR_NEVER;
}

int64_t calendar_add(const struct calendar *calendar, int64_t at_us, int64_t duration_us)
{
    struct spans spans = spans_from(calendar, at_us);
    struct open_span span;
    bool found = span_at(&spans, at_us, &span);
    while (found) {
        int64_t from_us = span.from_us > at_us ? span.from_us : at_us;
        if (duration_us <= span.until_us - from_us)
            return from_us + duration_us;
        duration_us -= span.until_us - from_us;
        found = spans_next(&spans, &span);
    }
    return CALENDAR_NEVER;
}

int64_t calendar_between(const struct calendar *calendar, int64_t from_us, int64_t until_us)
{
    struct spans spans = spans_from(calendar, from_us);
    struct open_span span;
    int64_t open_us = 0;
    while (span_at(&spans, from_us, &span) && span.from_us < until_us) {
        int64_t begin = span.from_us > from_us ? span.from_us : from_us;
        int64_t end = span.until_us < until_us ? span.until_us : until_us;
        open_us += end - begin;
    }
    return open_us;
}

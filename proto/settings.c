// SPDX-License-Identifier: Apache-2.0
// One form for what people type, and a calendar made of it.
#include "proto/settings.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/gaps.h"

static bool too_large(const char *field, struct err *err)
{
    return fail(err, ERR_TOO_LARGE, field, TEXT_ROW_TOO_LARGE, NULL);
}

static bool read_hours(const char **hours, struct arena *arena, struct err *err)
{
    struct hours read;
    char shown[HOURS_TEXT_MAX];
    if (!hours || !*hours)
        return true;
    if (!hours_read(*hours, &read, err)) {
        memcpy(err->field, "hours", sizeof "hours");
        return false;
    }
    hours_show(&read, shown);
    *hours = arena_text(arena, shown, strlen(shown));
    return *hours || too_large("hours", err);
}

static bool read_zone(const char **zone, struct err *err)
{
    struct zone loaded;
    if (!zone || !*zone || zone_load(*zone, &loaded))
        return true;
    return fail(err, ERR_INVALID, "zone", TEXT_ZONE_UNKNOWN, *zone, NULL);
}

// "DE-BE" into country and region.
static void holidays_split(const char *holidays, char country[3], char region[3])
{
    memcpy(country, holidays, 2);
    country[2] = '\0';
    (void)snprintf(region, 3, "%s", holidays[2] == '-' ? holidays + 3 : "");
}

static bool check_holidays(const char **holidays, struct err *err)
{
    char country[3], region[3];
    if (!holidays || !*holidays)
        return true;
    size_t size = strlen(*holidays);
    bool formed = size == 2 || (size > 3 && size < 6 && (*holidays)[2] == '-');
    if (formed)
        holidays_split(*holidays, country, region);
    if (formed && holiday_place_known(country, region))
        return true;
    return fail(err, ERR_INVALID, "holidays", TEXT_HOLIDAYS_UNKNOWN, *holidays, NULL);
}

// --- closed days
static bool read_day(const char **text, struct arena *arena, struct err *err)
{
    int64_t day;
    if (!civil_parse_date(*text, &day))
        return fail(err, ERR_INVALID, NULL, TEXT_DATE_FORM, *text, NULL);
    *text = arena_format(arena, "%s", civil_date_text(day).text);
    return *text || too_large(NULL, err);
}

static bool read_closed(struct closed_day *closed, struct arena *arena, const char **ret_field,
                        struct err *err)
{
    *ret_field = "from";
    if (!read_day(&closed->from, arena, err))
        return false;
    *ret_field = "until";
    if (closed->until && !read_day(&closed->until, arena, err))
        return false;
    if (closed->until && strcmp(closed->until, closed->from) < 0)
        return fail(err, ERR_INVALID, NULL, TEXT_ENDS_BEFORE, NULL);
    return true;
}

static bool read_closed_days(const struct settings *settings, struct arena *arena, struct err *err)
{
    size_t count = settings->closed_count;
    if (!settings->closed_days || count == 0)
        return true;
    struct closed_day *days = arena_array(arena, count, sizeof *days);
    if (!days)
        return too_large("closed_days", err);
    for (size_t i = 0; i < count; i++) {
        const char *field;
        days[i] = (*settings->closed_days)[i];
        if (read_closed(&days[i], arena, &field, err))
            continue;
        (void)snprintf(err->field, sizeof err->field, "closed_days[%zu].%s", i, field);
        return false;
    }
    *settings->closed_days = days;
    return true;
}

bool settings_read(const struct settings *settings, struct arena *arena, struct err *err)
{
    return read_hours(settings->hours, arena, err) && read_zone(settings->zone, err) &&
           check_holidays(settings->holidays, err) && read_closed_days(settings, arena, err) &&
           gaps_check("greeting", settings->greeting, err) &&
           gaps_check("guide", settings->guide, err);
}

// --- a calendar
struct calendar_room {
    struct calendar calendar;
    struct zone zone;
    struct hours hours;
    char country[3], region[3];
};

static bool closures_make(const struct calendar_source *source, struct calendar *calendar,
                          struct arena *arena)
{
    struct closure *closures = arena_array(arena, source->closed_count, sizeof *closures);
    for (size_t i = 0; closures && i < source->closed_count; i++) {
        const struct closed_day *closed = &source->closed_days[i];
        struct closure *closure = &closures[calendar->closure_count];
        closure->name = closed->name;
        if (!civil_parse_date(closed->from, &closure->from_day))
            continue; // a row of a newer form: better open than wrong
        if (!closed->until || !civil_parse_date(closed->until, &closure->until_day))
            closure->until_day = closure->from_day;
        calendar->closure_count++;
    }
    calendar->closures = closures;
    return closures != NULL;
}

const struct calendar *calendar_make(const struct calendar_source *source, struct arena *arena)
{
    struct calendar_room *room = arena_alloc(arena, sizeof *room);
    struct err unread = { 0 };
    if (!room || !closures_make(source, &room->calendar, arena))
        return NULL;
    (void)!zone_load(source->zone, &room->zone);
    room->calendar.zone = &room->zone;
    if (source->hours && hours_read(source->hours, &room->hours, &unread))
        room->calendar.hours = &room->hours;
    if (source->holidays && strlen(source->holidays) >= 2) {
        holidays_split(source->holidays, room->country, room->region);
        room->calendar.country = room->country;
        room->calendar.region = room->region;
    }
    room->calendar.usual_too = source->holidays_usual;
    return &room->calendar;
}

// SPDX-License-Identifier: Apache-2.0
// Only writes, and only what our own store holds: nothing foreign is parsed here.
#include "services/contacts/port_ical.h"

#include <libical/ical.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/contacts/appointment.h"

static icaltimetype moment(int64_t time_us)
{
    return icaltime_from_timet_with_zone((time_t)(time_us / 1000000), 0,
                                         icaltimezone_get_utc_timezone());
}

// The local day as a date; `later` days on.
static icaltimetype whole_day(const struct zone *zone, int64_t time_us, int64_t later)
{
    struct civil_date date = civil_date(zone_local(zone, time_us).day + later);
    icaltimetype day = icaltime_null_date();
    day.year = date.year;
    day.month = date.month;
    day.day = date.day;
    return day;
}

static void add_alarm(icalcomponent *component, const struct appointment *appointment)
{
    struct icaltriggertype trigger = { .time = icaltime_null_time() };
    trigger.duration = icaldurationtype_from_int((int)(-60 * appointment->remind_minutes));
    icalcomponent *alarm = icalcomponent_new(ICAL_VALARM_COMPONENT);
    icalcomponent_add_property(alarm, icalproperty_new_action(ICAL_ACTION_DISPLAY));
    icalcomponent_add_property(alarm, icalproperty_new_description(appointment->title));
    icalcomponent_add_property(alarm, icalproperty_new_trigger(trigger));
    icalcomponent_add_component(component, alarm);
}

static void add_texts(icalcomponent *component, const struct appointment *appointment)
{
    char uid[60];
    (void)snprintf(uid, sizeof uid, "%s@rufbus", id_text(appointment->id).text);
    icalcomponent_add_property(component, icalproperty_new_uid(uid));
    icalcomponent_add_property(component, icalproperty_new_dtstamp(moment(appointment->edited_at)));
    icalcomponent_add_property(component,
                               icalproperty_new_sequence((int)(appointment->version - 1)));
    icalcomponent_add_property(component, icalproperty_new_summary(appointment->title));
    if (appointment->place)
        icalcomponent_add_property(component, icalproperty_new_location(appointment->place));
    if (appointment->text)
        icalcomponent_add_property(component, icalproperty_new_description(appointment->text));
}

static enum icalproperty_status status_of(const struct appointment *appointment)
{
    bool action = appointment->kind == appointment_kind_ACTION;
    if (appointment->has_cancelled && appointment->cancelled)
        return ICAL_STATUS_CANCELLED;
    if (!action)
        return ICAL_STATUS_CONFIRMED;
    return appointment_open(appointment) ? ICAL_STATUS_NEEDSACTION : ICAL_STATUS_COMPLETED;
}

static void add_times(icalcomponent *component, const struct appointment *appointment,
                      const struct zone *zone)
{
    bool whole = appointment->has_all_day && appointment->all_day;
    int64_t ends_at = appointment->has_ends_at ? appointment->ends_at : appointment->starts_at;
    icaltimetype start =
        whole ? whole_day(zone, appointment->starts_at, 0) : moment(appointment->starts_at);
    if (appointment->kind == appointment_kind_ACTION) {
        icalcomponent_add_property(component, icalproperty_new_due(start));
        return;
    }
    // The end of a whole day is the day behind it.
    icaltimetype end = whole ? whole_day(zone, ends_at, 1) : moment(ends_at);
    icalcomponent_add_property(component, icalproperty_new_dtstart(start));
    icalcomponent_add_property(component, icalproperty_new_dtend(end));
}

static icalcomponent *entry_of(const struct appointment *appointment, const struct zone *zone)
{
    bool action = appointment->kind == appointment_kind_ACTION;
    icalcomponent *component =
        icalcomponent_new(action ? ICAL_VTODO_COMPONENT : ICAL_VEVENT_COMPONENT);
    add_texts(component, appointment);
    add_times(component, appointment, zone);
    icalcomponent_add_property(component, icalproperty_new_status(status_of(appointment)));
    if (appointment->has_remind_minutes && appointment_open(appointment))
        add_alarm(component, appointment);
    return component;
}

struct bytes ical_write(const struct ical_feed *feed, struct arena *arena)
{
    icalcomponent *calendar = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
    icalproperty *name = icalproperty_new_x(feed->name);
    icalproperty_set_x_name(name, "X-WR-CALNAME");
    icalcomponent_add_property(calendar, icalproperty_new_version("2.0"));
    icalcomponent_add_property(calendar, icalproperty_new_prodid("-//Rufbus//Kalender//DE"));
    icalcomponent_add_property(calendar, name);
    for (size_t i = 0; i < feed->count; i++)
        icalcomponent_add_component(calendar, entry_of(&feed->appointments[i], feed->zone));
    char *text = icalcomponent_as_ical_string_r(calendar);
    size_t size = text ? strlen(text) : 0;
    const char *copy = text ? arena_text(arena, text, size) : NULL;
    icalmemory_free_buffer(text);
    icalcomponent_free(calendar);
    return (struct bytes){ (const uint8_t *)copy, copy ? size : 0 };
}

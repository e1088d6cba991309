// SPDX-License-Identifier: Apache-2.0
// What a client's person is made of, and what is inherited from the client.
#include "services/contacts/member.h"

#include <string.h>

#include "common/base/gaps.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "proto/settings.h"
#include "services/contacts/check.h"

#define INHERITED_MAX 20
#define CLOSED_MAX    120

static bool member_check(struct member *member, const struct editor *editor, struct err *err)
{
    const struct settings settings = {
        .hours = &member->hours,
        .zone = &member->zone,
        .holidays = &member->holidays,
        .closed_days = &member->closed_days,
        .closed_count = member->closed_days_count,
        .greeting = member->greeting,
        .guide = member->guide,
    };
    return record_check(member_record(), member, err) && check_language(member->language, err) &&
           check_email(member->email, err) && settings_read(&settings, editor->arena, err);
}

static bool read_phones(struct member *member, const struct editor *editor, struct err *err)
{
    if (member->phones_count == 0)
        return true;
    member->phones = numbers_noted(member->phones, member->phones_count, editor, err);
    return member->phones != NULL;
}

bool member_make(const struct member_new *in, const struct editor *editor, struct id id,
                 struct member *out, struct err *err)
{
    *out = (struct member){
        .id = id,
        .version = 1,
        .edited_at = editor->now_us,
        .edited_by = editor->actor,
    };
    row_take(member_record(), out, (struct given){ member_new_record(), in });
    return row_trim(member_record(), out, editor->arena, err) && read_phones(out, editor, err) &&
           member_check(out, editor, err);
}

bool member_apply(const struct member *row, const struct member_change *change,
                  const struct editor *editor, struct member *out, struct err *err)
{
    struct given given = { member_change_record(), change };
    *out = *row;
    row_take(member_record(), out, given);
    if (!row_clear(member_record(), out, given, change->clear, change->clear_count, err) ||
        !row_trim(member_record(), out, editor->arena, err) ||
        (change->phones_count && !read_phones(out, editor, err)) || !member_check(out, editor, err))
        return false;
    if (row_equal(member_record(), row, out))
        return true;
    out->version = row->version + 1;
    out->edited_at = editor->now_us;
    out->edited_by = editor->actor;
    return true;
}

// --- what holds
struct inheriting {
    struct effective *out;
    const char **names;
};

// The client's where the person has none of their own.
static const char *inherit(struct inheriting *inheriting, const char *name, const char *own,
                           const char *clients)
{
    if (!own && clients)
        inheriting->names[inheriting->out->inherited_count++] = name;
    return own ? own : clients;
}

static void inherit_choices(struct inheriting *inheriting, const struct client_row *client,
                            const struct member *member)
{
    struct effective *out = inheriting->out;
    bool own_style = member && member->style, own = member && member->has_transmission;
    out->style = own_style ? member->style : client->style;
    if (!own_style && client->style)
        inheriting->names[out->inherited_count++] = "style";
    out->has_transmission = own || client->has_transmission;
    out->transmission = own ? member->transmission : client->transmission;
    if (!own && client->has_transmission)
        inheriting->names[out->inherited_count++] = "transmission";
}

// Holidays and whether customs count are one choice.
static void inherit_holidays(struct inheriting *inheriting, const struct client_row *client,
                             const struct member *member)
{
    struct effective *out = inheriting->out;
    bool own = member && member->holidays;
    out->holidays =
        inherit(inheriting, "holidays", own ? member->holidays : NULL, client->holidays);
    out->has_holidays_usual = own ? member->has_holidays_usual : client->has_holidays_usual;
    out->holidays_usual = own ? member->holidays_usual : client->holidays_usual;
}

static void inherit_texts(struct inheriting *inheriting, const struct client_row *client,
                          const struct member *member)
{
    static const struct member nobody;
    const struct member *own = member ? member : &nobody;
    struct effective *out = inheriting->out;
    out->greeting = inherit(inheriting, "greeting", own->greeting, client->greeting);
    out->language = inherit(inheriting, "language", own->language, client->language);
    out->guide = inherit(inheriting, "guide", own->guide, client->guide);
    out->hours = inherit(inheriting, "hours", own->hours, client->hours);
    out->zone = inherit(inheriting, "zone", own->zone, client->zone);
}

static bool join_closed(const struct effective_of *of, struct arena *arena, struct effective *out)
{
    const struct closed_day *const lists[] = { of->client->closed_days,
                                               of->member ? of->member->closed_days : NULL };
    const size_t counts[] = { of->client->closed_days_count,
                              of->member ? of->member->closed_days_count : 0 };
    struct closed_day *days = arena_array(arena, counts[0] + counts[1], sizeof *days);
    for (size_t i = 0; days && i < COUNT_OF(lists); i++) {
        for (size_t k = 0; k < counts[i] && out->closed_days_count < CLOSED_MAX; k++)
            days[out->closed_days_count++] = lists[i][k];
    }
    out->closed_days = days;
    return days != NULL;
}

static bool show_openings(const struct calendar *calendar, struct arena *arena,
                          struct effective *out)
{
    size_t count = calendar->hours ? calendar->hours->count : 0;
    struct opening *openings = arena_array(arena, count, sizeof *openings);
    for (size_t i = 0; openings && i < count; i++) {
        const struct hours_span *span = &calendar->hours->spans[i];
        openings[i] = (struct opening){ span->weekday, span->from_minute, span->until_minute };
    }
    out->openings = openings;
    out->openings_count = openings ? count : 0;
    return openings != NULL;
}

static void show_times(const struct calendar *calendar, struct effective *out)
{
    const char *closed = calendar_closed_day(calendar, zone_local(calendar->zone, out->at).day);
    int64_t next = calendar_next_open(calendar, out->at);
    out->open = next == out->at;
    if (closed)
        out->closed_why = *closed ? closed : "Schließtag";
    out->has_opens_at = !out->open && next != CALENDAR_NEVER;
    out->opens_at = next;
    out->closes_at = calendar_closes(calendar, out->at);
    out->has_closes_at = out->closes_at != CALENDAR_NEVER;
}

static bool fill_texts(const struct effective_of *of, const struct calendar *calendar,
                       struct arena *arena, struct effective *out)
{
    const struct gap_values values = {
        .client = of->client->name,
        .member = of->member ? of->member->name : NULL,
        .agent = of->agent,
        .caller = of->caller,
        .local_hour = zone_local(calendar->zone, of->at_us).second / 3600,
    };
    if (out->greeting)
        out->greeting = gaps_fill(out->greeting, &values, arena);
    if (!out->guide)
        return true;
    out->guide = gaps_fill(out->guide, &values, arena);
    return out->guide != NULL;
}

bool effective_make(const struct effective_of *of, struct arena *arena, struct effective *out,
                    struct err *err)
{
    struct inheriting inheriting = { out, arena_array(arena, INHERITED_MAX, sizeof(char *)) };
    *out = (struct effective){
        .client = of->client->id,
        .client_name = of->client->name,
        .at = of->at_us,
    };
    if (!inheriting.names)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (of->member) {
        out->member = of->member->id;
        out->member_name = of->member->name;
    }
    inherit_texts(&inheriting, of->client, of->member);
    inherit_choices(&inheriting, of->client, of->member);
    inherit_holidays(&inheriting, of->client, of->member);
    out->inherited = inheriting.names;
    if (!of->member)
        out->inherited_count = 0;
    if (!out->zone)
        out->zone = of->zone;
    bool joined = join_closed(of, arena, out);
    const struct calendar_source source = { out->hours,       out->zone,
                                            out->holidays,    out->holidays_usual,
                                            out->closed_days, out->closed_days_count };
    const struct calendar *calendar = joined ? calendar_make(&source, arena) : NULL;
    if (!calendar || !show_openings(calendar, arena, out) || !fill_texts(of, calendar, arena, out))
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    show_times(calendar, out);
    return true;
}

// --- recognition
static bool is_inherited(const struct effective *effective, const char *name)
{
    for (size_t i = 0; i < effective->inherited_count; i++) {
        if (strcmp(effective->inherited[i], name) == 0)
            return true;
    }
    return id_is_zero(effective->member);
}

static void hinder(struct recognition *out, enum obstacle obstacle, bool from_client)
{
    static const enum text_id texts[] = {
        [obstacle_STYLE_UNSET] = TEXT_OBSTACLE_STYLE_UNSET,
        [obstacle_STYLE_INFORMAL] = TEXT_OBSTACLE_STYLE_INFORMAL,
        [obstacle_TRANSMISSION_UNSET] = TEXT_OBSTACLE_TRANSMISSION_UNSET,
        [obstacle_TRANSMISSION_OFF] = TEXT_OBSTACLE_TRANSMISSION_OFF,
        [obstacle_OWN_NUMBER] = TEXT_OBSTACLE_OWN_NUMBER,
    };
    struct obstacle_row *rows = (struct obstacle_row *)(uintptr_t)out->obstacles;
    rows[out->obstacles_count++] = (struct obstacle_row){
        .obstacle = obstacle,
        .from_client = from_client,
        .german = text_german(texts[obstacle]),
        .english = text_english(texts[obstacle]),
    };
    out->recognised = false;
}

bool recognition_make(const struct effective *effective, const struct client_diversion *diversion,
                      struct arena *arena, struct recognition *out, struct err *err)
{
    *out = (struct recognition){ .client = effective->client, .recognised = true };
    out->obstacles = arena_array(arena, obstacle_COUNT, sizeof *out->obstacles);
    if (!out->obstacles)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    bool style = is_inherited(effective, "style");
    bool transmission = is_inherited(effective, "transmission");
    if (!effective->style)
        hinder(out, obstacle_STYLE_UNSET, true);
    if (effective->style == style_INFORMAL)
        hinder(out, obstacle_STYLE_INFORMAL, style);
    if (!effective->has_transmission)
        hinder(out, obstacle_TRANSMISSION_UNSET, true);
    else if (!effective->transmission)
        hinder(out, obstacle_TRANSMISSION_OFF, transmission);
    if (diversion && diversion->diverted)
        hinder(out, obstacle_OWN_NUMBER, true);
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// Clients' settings and those of their people: read, inherited, filled in; who is found again.
#include "proto/settings.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/gaps.h"
#include "services/contacts/client.h"
#include "services/contacts/member.h"
#include "tests/harness/test.h"

static const struct phone_home berlin = { .country = "49", .area = "30" };
static const struct id some_id = { { 1 } }, other_id = { { 2 } };

static struct editor editor_new(void)
{
    return (struct editor){ arena_new((size_t)1 << 20), &berlin, 7, "anna" };
}

static int64_t at(const char *rfc3339)
{
    int64_t time_us = 0;
    CHECK(civil_parse_rfc3339(rfc3339, &time_us));
    return time_us;
}

static struct client_row made(const struct client_new *in, const struct editor *editor)
{
    struct client_row client = { 0 };
    struct err err = { 0 };
    CHECK(client_make(in, editor, some_id, &client, &err));
    CHECK_OK(&err);
    return client;
}

static struct member person(struct member_new in, const struct editor *editor)
{
    struct member member = { 0 };
    struct err err = { 0 };
    in.client = some_id;
    in.name = "Herr Seidel";
    CHECK(member_make(&in, editor, other_id, &member, &err));
    CHECK_OK(&err);
    return member;
}

static void refuse(const struct client_new *in, const char *field)
{
    struct editor editor = editor_new();
    struct client_row client;
    struct err err = { 0 };
    CHECK(!client_make(in, &editor, some_id, &client, &err));
    CHECK_REFUSED(&err, ERR_INVALID, field);
    arena_free(editor.arena);
}

TEST(settings_get_one_form)
{
    struct editor editor = editor_new();
    const struct closed_day days[] = { { .from = "24.12.2026", .until = "31.12.2026" },
                                       { .from = "2026-07-01", .name = "Ausflug" } };
    struct client_new in = { .name = "Kanzlei",
                             .hours = "Mo-Fr 8-12,13-17",
                             .zone = "Europe/Zurich",
                             .holidays = "CH-ZH",
                             .closed_days = days,
                             .closed_days_count = 2,
                             .greeting = "{tageszeit}, {mandant}" };
    struct client_row client = made(&in, &editor);
    CHECK_STR(client.hours, "Mo–Fr 08:00–12:00, 13:00–17:00");
    CHECK_STR(client.closed_days[0].from, "2026-12-24");
    CHECK_STR(client.closed_days[0].until, "2026-12-31");
    CHECK_STR(client.closed_days[1].from, "2026-07-01");
    CHECK_STR(client.greeting, "{tageszeit}, {mandant}");
    // The same again changes nothing.
    struct client_change same = { .id = some_id, .version = 1, .hours = "Mo-Fr 8-12, 13-17" };
    struct client_row out;
    struct err err = { 0 };
    CHECK(client_apply(&client, &same, &editor, &out, &err));
    CHECK_INT(out.version, 1);
    arena_free(editor.arena);
}

TEST(bad_settings_are_refused_by_field)
{
    const struct closed_day turned[] = { { .from = "2026-01-02", .until = "2026-01-01" } };
    const struct closed_day none[] = { { .from = "2026-01-02" }, { .from = "2026-02-30" } };
    refuse(&(struct client_new){ .name = "A", .hours = "immer" }, "hours");
    refuse(&(struct client_new){ .name = "A", .zone = "Berlin" }, "zone");
    refuse(&(struct client_new){ .name = "A", .holidays = "DE-" }, "holidays");
    refuse(&(struct client_new){ .name = "A", .holidays = "DE-XX" }, "holidays");
    refuse(&(struct client_new){ .name = "A", .holidays = "DEU" }, "holidays");
    refuse(&(struct client_new){ .name = "A", .guide = "{name}" }, "guide");
    refuse(&(struct client_new){ .name = "A", .greeting = "{mandant" }, "greeting");
    refuse(&(struct client_new){ .name = "A", .greeting = "mandant}" }, "greeting");
    refuse(&(struct client_new){ .name = "A", .closed_days = turned, .closed_days_count = 1 },
           "closed_days[0].until");
    refuse(&(struct client_new){ .name = "A", .closed_days = none, .closed_days_count = 2 },
           "closed_days[1].from");
}

TEST(gaps_are_filled)
{
    struct arena *arena = arena_new(10000);
    struct gap_values values = { .client = "Radwerk {anrufer}", .agent = "Anna", .local_hour = 9 };
    CHECK_STR(gaps_fill("{tageszeit}, {mandant}, {bearbeiter}.", &values, arena),
              "Guten Morgen, Radwerk {anrufer}, Anna.");
    CHECK_STR(gaps_fill("{anrufer}{mitarbeiter}", &values, arena), "……");
    values.local_hour = 18;
    CHECK_STR(gaps_fill("{tageszeit}", &values, arena), "Guten Abend");
    // What an older rule let in stays as it is.
    CHECK_STR(gaps_fill("{x} {", &values, arena), "{x} {");
    CHECK_STR(gaps_fill("", &values, arena), "");
    arena_free(arena);
}

static struct effective holds(const struct client_row *client, const struct member *member,
                              const char *when, struct arena *arena)
{
    const struct effective_of of = { .client = client,
                                     .member = member,
                                     .agent = "Anna",
                                     .zone = "Europe/Berlin",
                                     .at_us = at(when) };
    struct effective out = { 0 };
    struct err err = { 0 };
    CHECK(effective_make(&of, arena, &out, &err));
    CHECK_OK(&err);
    return out;
}

static const char *inherited(const struct effective *effective)
{
    static char names[300];
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < effective->inherited_count; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? " " : "",
                                 effective->inherited[i]);
    return names;
}

TEST(a_person_inherits_what_they_do_not_set)
{
    struct editor editor = editor_new();
    const struct closed_day feast[] = { { .from = "2026-03-03", .name = "Ausflug" } };
    const struct closed_day trip[] = { { .from = "2026-03-04" } };
    struct client_row client = made(&(struct client_new){ .name = "Kanzlei",
                                                          .greeting = "Kanzlei, {bearbeiter}",
                                                          .style = style_FORMAL,
                                                          .has_transmission = true,
                                                          .transmission = true,
                                                          .language = "de",
                                                          .hours = "Mo-Fr 8-17",
                                                          .holidays = "DE-BE",
                                                          .closed_days = feast,
                                                          .closed_days_count = 1 },
                                    &editor);
    struct member member = person((struct member_new){ .greeting = "{mitarbeiter} am Apparat",
                                                       .hours = "Mo-Do 9-12",
                                                       .has_transmission = true,
                                                       .closed_days = trip,
                                                       .closed_days_count = 1 },
                                  &editor);
    struct effective out = holds(&client, NULL, "2026-03-02T07:30:00Z", editor.arena);
    CHECK_STR(out.greeting, "Kanzlei, Anna");
    CHECK_STR(out.zone, "Europe/Berlin");
    CHECK_STR(inherited(&out), "");
    CHECK(out.open);
    CHECK_INT(out.closes_at, at("2026-03-02T16:00:00Z"));
    CHECK_INT((int64_t)out.openings_count, 5);
    out = holds(&client, &member, "2026-03-02T07:30:00Z", editor.arena);
    CHECK_STR(out.greeting, "Herr Seidel am Apparat");
    CHECK_STR(inherited(&out), "language style holidays");
    CHECK_INT(out.style, style_FORMAL);
    CHECK(out.has_transmission && !out.transmission);
    CHECK(!out.open && !out.has_closes_at);
    CHECK_INT(out.opens_at, at("2026-03-02T08:00:00Z"));
    CHECK_INT((int64_t)out.closed_days_count, 2);
    // Closed for the whole house on Tuesday, for the person on Wednesday.
    out = holds(&client, &member, "2026-03-03T09:00:00Z", editor.arena);
    CHECK(!out.open);
    CHECK_STR(out.closed_why, "Ausflug");
    CHECK_INT(out.opens_at, at("2026-03-05T08:00:00Z"));
    out = holds(&client, &member, "2026-05-01T09:00:00Z", editor.arena);
    CHECK_STR(out.closed_why, "Tag der Arbeit");
    arena_free(editor.arena);
}

TEST(an_emptied_setting_is_the_clients_again)
{
    struct editor editor = editor_new();
    struct client_row client =
        made(&(struct client_new){ .name = "Kanzlei", .style = style_FORMAL }, &editor);
    struct member member = person((struct member_new){ .style = style_INFORMAL }, &editor), out;
    const char *const names[] = { "style" };
    struct member_change change = {
        .id = other_id, .version = 1, .clear = names, .clear_count = 1
    };
    struct err err = { 0 };
    CHECK_INT(holds(&client, &member, "2026-03-02T08:00:00Z", editor.arena).style, style_INFORMAL);
    CHECK(member_apply(&member, &change, &editor, &out, &err));
    CHECK_INT(out.version, 2);
    struct effective effective = holds(&client, &out, "2026-03-02T08:00:00Z", editor.arena);
    CHECK_INT(effective.style, style_FORMAL);
    CHECK_STR(inherited(&effective), "style");
    CHECK(effective.open); // without hours: day and night
    arena_free(editor.arena);
}

// --- C5
static struct recognition recognised(const struct client_row *client, const struct member *member,
                                     const struct client_diversion *diversion, struct arena *arena)
{
    struct effective effective = holds(client, member, "2026-03-02T08:00:00Z", arena);
    struct recognition out = { 0 };
    struct err err = { 0 };
    CHECK(recognition_make(&effective, diversion, arena, &out, &err));
    return out;
}

TEST(whoever_is_not_found_again_is_told_why)
{
    struct editor editor = editor_new();
    struct client_row good = made(&(struct client_new){ .name = "Kanzlei",
                                                        .style = style_FORMAL,
                                                        .has_transmission = true,
                                                        .transmission = true },
                                  &editor);
    struct recognition out = recognised(&good, NULL, NULL, editor.arena);
    CHECK(out.recognised);
    CHECK_INT((int64_t)out.obstacles_count, 0);

    struct client_row bare = made(&(struct client_new){ .name = "Neu" }, &editor);
    out = recognised(&bare, NULL, NULL, editor.arena);
    CHECK(!out.recognised);
    CHECK_INT((int64_t)out.obstacles_count, 2);
    CHECK_INT(out.obstacles[0].obstacle, obstacle_STYLE_UNSET);
    CHECK_INT(out.obstacles[1].obstacle, obstacle_TRANSMISSION_UNSET);

    struct member loose = person((struct member_new){ .style = style_INFORMAL }, &editor);
    out = recognised(&good, &loose, NULL, editor.arena);
    CHECK_INT((int64_t)out.obstacles_count, 1);
    CHECK_INT(out.obstacles[0].obstacle, obstacle_STYLE_INFORMAL);
    CHECK(!out.obstacles[0].from_client);
    CHECK(strstr(out.obstacles[0].german, "förmlich") != NULL);

    struct client_row off = made(
        &(struct client_new){ .name = "Alt", .style = style_INFORMAL, .has_transmission = true },
        &editor);
    struct client_diversion diversion = { .id = some_id, .diverted = true, .calls = 10 };
    struct member bert = person((struct member_new){ 0 }, &editor);
    out = recognised(&off, &bert, &diversion, editor.arena);
    CHECK_INT((int64_t)out.obstacles_count, 3);
    CHECK(out.obstacles[0].from_client);
    CHECK_INT(out.obstacles[1].obstacle, obstacle_TRANSMISSION_OFF);
    CHECK_INT(out.obstacles[2].obstacle, obstacle_OWN_NUMBER);
    diversion.diverted = false;
    CHECK(recognised(&good, NULL, &diversion, editor.arena).recognised);
    arena_free(editor.arena);
}

// SPDX-License-Identifier: Apache-2.0
// Appointments, reminders told once, and feeds that another program reads back.
#include <libical/ical.h>
#include <stdlib.h>

#include "tests/harness/house.h"
#include "tests/service/contacts_world.h"

static const struct id house = { { 0 } };

static struct staff staff_with(struct fixture *fx, const char *name)
{
    struct staff out = { 0 };
    CHECK_INT(call_staff_add(&fx->client, &(struct staff_new){ .name = name }, &out), CALL_DONE);
    return out;
}

static struct appointment add(struct fixture *fx, const struct appointment_new *in)
{
    struct appointment out = { 0 };
    CHECK_INT(call_appointment_add(&fx->client, in, &out), CALL_DONE);
    return out;
}

TEST(an_appointment_belongs_to_its_contacts_client)
{
    struct fixture *fx = world_new();
    struct id one = client_with(fx, "Eins", NULL).id, two = client_with(fx, "Zwei", NULL).id;
    struct contact eva = contact_with(fx, one, "Eva", NULL);
    struct appointment out;
    struct appointment_new in = { .title = "Besprechung",
                                  .starts_at = DAYS(30000),
                                  .contact = eva.id };
    CHECK(id_equal(add(fx, &in).client, one));
    in.client = two;
    refused(fx, call_appointment_add(&fx->client, &in, &out), ERR_INVALID, "client");
    in =
        (struct appointment_new){ .title = "B", .starts_at = 5, .has_ends_at = true, .ends_at = 4 };
    refused(fx, call_appointment_add(&fx->client, &in, &out), ERR_INVALID, "ends_at");
    const struct id nobody[] = { { { 9 } } };
    in =
        (struct appointment_new){ .title = "B", .starts_at = 5, .staff = nobody, .staff_count = 1 };
    refused(fx, call_appointment_add(&fx->client, &in, &out), ERR_NOT_FOUND, "staff[0]");
    const struct id twice[] = { eva.id, eva.id };
    in.staff = twice;
    in.staff_count = 2;
    refused(fx, call_appointment_add(&fx->client, &in, &out), ERR_INVALID, "staff");
    fixture_free(fx);
}

TEST(appointments_are_listed_by_whose_and_when)
{
    struct fixture *fx = world_new();
    struct staff anna = staff_with(fx, "Anna"), bert = staff_with(fx, "Bert");
    struct contact eva = contact_with(fx, house, "Eva", NULL);
    struct id first = { { 0 } };
    for (int i = 0; i < 6; i++) {
        char title[2] = { (char)('0' + i), 0 };
        struct appointment_new in = { .title = title,
                                      .starts_at = DAYS(100 + i),
                                      .staff = i % 2 ? &anna.id : &bert.id,
                                      .staff_count = 1,
                                      .contact = i < 3 ? eva.id : house };
        struct appointment made = add(fx, &in), out;
        if (i == 0)
            first = made.id;
        if (i == 5) {
            struct appointment_change done = {
                .id = made.id, .version = 1, .has_done = true, .done = true
            };
            CHECK_INT(call_appointment_edit(&fx->client, &done, &out), CALL_DONE);
        }
    }
    static const struct {
        bool anna, eva, open, range;
        const char *titles;
    } cases[] = { { false, false, false, false, "012345" }, { true, false, false, false, "135" },
                  { false, true, false, false, "012" },     { true, false, true, false, "13" },
                  { false, false, false, true, "234" },     { true, false, false, true, "3" } };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct appointment_query query = { .staff = cases[i].anna ? anna.id : house,
                                           .contact = cases[i].eva ? eva.id : house,
                                           .has_open = cases[i].open,
                                           .open = true,
                                           .has_from = cases[i].range,
                                           .from = DAYS(102),
                                           .has_until = cases[i].range,
                                           .until = DAYS(105),
                                           .has_limit = true,
                                           .limit = 2 };
        struct appointment_page page;
        char seen[20] = "";
        do {
            CHECK_INT(call_appointment_list(&fx->client, &query, &page), CALL_DONE);
            for (size_t k = 0; k < page.appointments_count; k++)
                strncat(seen, page.appointments[k].title, 1);
            if (page.appointments_count)
                query.after = page.appointments[page.appointments_count - 1].id;
        } while (page.more && strlen(seen) < 10);
        CHECK_STR(seen, cases[i].titles);
    }
    struct appointment out;
    CHECK_INT(call_appointment_get(&fx->client, &(struct by_id){ first }, &out), CALL_DONE);
    CHECK_STR(out.title, "0");
    fixture_free(fx);
}

// --- reminders
static struct appointment_new soon(struct fixture *fx, int64_t minutes, int64_t before)
{
    return (struct appointment_new){ .title = "Termin",
                                     .starts_at = fixture_now(fx) + SECONDS(60 * minutes),
                                     .has_remind_minutes = true,
                                     .remind_minutes = before };
}

TEST(a_reminder_comes_at_its_time_and_once)
{
    struct fixture *fx = world_new();
    struct appointment_new in = soon(fx, 60, 30);
    struct appointment made = add(fx, &in), out;
    struct reminder told;
    struct fact fact;
    fixture_wait(fx, SECONDS(29 * 60 + 50));
    CHECK_INT(fixture_facts(fx, "reminder"), 0);
    fixture_wait(fx, SECONDS(12));
    CHECK_INT(fixture_facts(fx, "reminder"), 1);
    CHECK(fixture_fact_at(fx, "reminder", 0, &fact, &told));
    CHECK(id_equal(fact.entity, made.id));
    CHECK_INT(told.due_at, in.starts_at - SECONDS(1800));
    CHECK(told.told_at >= told.due_at && told.told_at < told.due_at + SECONDS(2));
    fixture_wait(fx, SECONDS(600));
    fixture_restart(fx);
    CHECK_INT(fixture_facts(fx, "reminder"), 1);
    // Moved: whoever shows it learns at once that it is not now, and it comes again.
    struct appointment_change later = {
        .id = made.id, .version = 1, .has_starts_at = true, .starts_at = in.starts_at + DAYS(1)
    };
    CHECK_INT(call_appointment_edit(&fx->client, &later, &out), CALL_DONE);
    CHECK(fixture_fact_at(fx, "reminder", -1, &fact, &told));
    CHECK(!told.has_told_at);
    fx->house->now_us = in.starts_at + DAYS(1) - SECONDS(1800) + 1;
    fixture_restart(fx);
    CHECK_INT(fixture_facts(fx, "reminder"), 3);
    CHECK(fixture_fact_at(fx, "reminder", -1, &fact, &told));
    CHECK(told.has_told_at);
    fixture_free(fx);
}

TEST(reminders_missed_while_down_come_at_the_start)
{
    struct fixture *fx = world_new();
    for (int i = 0; i < 250; i++) {
        struct appointment_new in = soon(fx, 60 + i, 30);
        (void)add(fx, &in);
        fixture_reset(fx);
    }
    fixture_crash(fx);
    fx->house->now_us += DAYS(2);
    fixture_start(fx);
    for (int i = 0; i < 2; i++) {
        (void)house_step(fx->house);
        fixture_crash(fx);
        fixture_start(fx);
    }
    fixture_settle(fx);
    CHECK_INT(fixture_facts(fx, "reminder"), 250);
    fixture_wait(fx, SECONDS(5));
    CHECK_INT(fixture_facts(fx, "reminder"), 250);
    fixture_free(fx);
}

TEST(what_is_done_or_cancelled_reminds_nobody)
{
    struct fixture *fx = world_new();
    struct appointment_new in = soon(fx, 60, 30);
    struct appointment one = add(fx, &in), two = add(fx, &in), out;
    const char *const names[] = { "remind_minutes" };
    struct appointment_change done = { .id = one.id, .version = 1, .has_done = true, .done = true };
    struct appointment_change quiet = {
        .id = two.id, .version = 1, .clear = names, .clear_count = 1
    };
    CHECK_INT(call_appointment_edit(&fx->client, &done, &out), CALL_DONE);
    CHECK_INT(call_appointment_edit(&fx->client, &quiet, &out), CALL_DONE);
    fixture_wait(fx, SECONDS(3600));
    CHECK_INT(fixture_facts(fx, "reminder"), 0);
    fixture_free(fx);
}

// --- feeds
static const char *text_of(icalcomponent *component, icalproperty_kind kind)
{
    icalproperty *property = icalcomponent_get_first_property(component, kind);
    return property ? icalproperty_get_value_as_string(property) : NULL;
}

static icalcomponent *entry_titled(icalcomponent *calendar, const char *title)
{
    icalcomponent *entry = icalcomponent_get_first_component(calendar, ICAL_ANY_COMPONENT);
    while (entry && strcmp(icalcomponent_get_summary(entry), title) != 0)
        entry = icalcomponent_get_next_component(calendar, ICAL_ANY_COMPONENT);
    CHECK(entry != NULL);
    return entry;
}

TEST(a_feed_reads_back)
{
    struct fixture *fx = world_new();
    struct staff anna = staff_with(fx, "Anna Lindner");
    int64_t begin = fixture_now(fx) + DAYS(1);
    struct appointment_new in = { .title = "Jahresgespräch; Müller, Söhne",
                                  .starts_at = begin,
                                  .has_ends_at = true,
                                  .ends_at = begin + SECONDS(5400),
                                  .place = "Zimmer 4",
                                  .text = "Erstens\nZweitens, mit \\ und einer Zeile, die so lang "
                                          "ist, dass sie nach den Regeln gefaltet werden muss",
                                  .staff = &anna.id,
                                  .staff_count = 1,
                                  .has_remind_minutes = true,
                                  .remind_minutes = 15 };
    (void)add(fx, &in);
    struct appointment_new day = { .title = "Messe",
                                   .starts_at = DAYS(20536) - SECONDS(1800),
                                   .has_all_day = true,
                                   .all_day = true,
                                   .staff = &anna.id,
                                   .staff_count = 1 };
    (void)add(fx, &day);
    struct appointment_new action = { .kind = appointment_kind_ACTION,
                                      .title = "Anrufen",
                                      .starts_at = begin,
                                      .staff = &anna.id,
                                      .staff_count = 1 };
    struct appointment made = add(fx, &action), out;
    struct appointment_change done = {
        .id = made.id, .version = 1, .has_done = true, .done = true
    };
    CHECK_INT(call_appointment_edit(&fx->client, &done, &out), CALL_DONE);
    struct calendar_feed_out feed;
    CHECK_INT(
        call_calendar_feed(&fx->client, &(struct calendar_feed_in){ .staff = anna.id }, &feed),
        CALL_DONE);
    CHECK_STR(feed.content_type, "text/calendar; charset=utf-8");
    char *text = strndup((const char *)feed.content.data, feed.content.size);
    icalcomponent *calendar = icalparser_parse_string(text);
    CHECK(calendar != NULL);
    CHECK_INT(icalcomponent_count_errors(calendar), 0);
    CHECK(icalrestriction_check(calendar));
    icalcomponent *event = entry_titled(calendar, in.title);
    CHECK_STR(icalcomponent_get_description(event), in.text);
    CHECK_STR(icalcomponent_get_location(event), in.place);
    CHECK_INT((int64_t)icaltime_as_timet(icalcomponent_get_dtstart(event)), begin / 1000000);
    CHECK_INT((int64_t)icaltime_as_timet(icalcomponent_get_dtend(event)), begin / 1000000 + 5400);
    CHECK(icalcomponent_get_first_component(event, ICAL_VALARM_COMPONENT) != NULL);
    // 23:30 UTC is already the next day in Berlin.
    event = entry_titled(calendar, "Messe");
    CHECK_STR(text_of(event, ICAL_DTSTART_PROPERTY), "20260324");
    CHECK_STR(text_of(event, ICAL_DTEND_PROPERTY), "20260325");
    event = entry_titled(calendar, "Anrufen");
    CHECK_INT(icalcomponent_isa(event), ICAL_VTODO_COMPONENT);
    CHECK_STR(text_of(event, ICAL_STATUS_PROPERTY), "COMPLETED");
    CHECK_STR(text_of(event, ICAL_SEQUENCE_PROPERTY), "1");
    icalcomponent_free(calendar);
    free(text);
    fixture_free(fx);
}

TEST(a_secret_opens_one_calendar_until_it_is_renewed)
{
    struct fixture *fx = world_new();
    struct staff anna = staff_with(fx, "Anna"), bert = staff_with(fx, "Bert");
    struct calendar_token_out one, two, three;
    struct calendar_feed_out feed;
    CHECK_INT(call_calendar_token(&fx->client, &(struct calendar_token_in){ anna.id }, &one),
              CALL_DONE);
    CHECK_INT(call_calendar_token(&fx->client, &(struct calendar_token_in){ bert.id }, &two),
              CALL_DONE);
    CHECK(strcmp(one.token, two.token) != 0);
    // Whoever has the secret needs no sight of the staff.
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, { { 5 } } }, "gate");
    struct calendar_feed_in in = { .token = one.token };
    CHECK_INT(call_calendar_feed(&fx->client, &in, &feed), CALL_DONE);
    CHECK(id_equal(feed.staff, anna.id));
    refused(fx,
            call_calendar_feed(&fx->client, &(struct calendar_feed_in){ .staff = anna.id }, &feed),
            ERR_NOT_FOUND, "staff");
    refused(fx, call_calendar_feed(&fx->client, &(struct calendar_feed_in){ 0 }, &feed),
            ERR_INVALID, "staff");
    refused(fx,
            call_calendar_feed(&fx->client,
                               &(struct calendar_feed_in){ .staff = anna.id, .token = one.token },
                               &feed),
            ERR_INVALID, "staff");
    as_admin(fx);
    CHECK_INT(call_calendar_token(&fx->client, &(struct calendar_token_in){ anna.id }, &three),
              CALL_DONE);
    refused(fx, call_calendar_feed(&fx->client, &in, &feed), ERR_NOT_FOUND, "token");
    in.token = three.token;
    CHECK_INT(call_calendar_feed(&fx->client, &in, &feed), CALL_DONE);
    // Who has left has no calendar any more.
    struct staff out;
    struct staff_change left = { .id = anna.id, .version = 1, .has_left = true, .left = true };
    CHECK_INT(call_staff_edit(&fx->client, &left, &out), CALL_DONE);
    refused(fx, call_calendar_feed(&fx->client, &in, &feed), ERR_NOT_FOUND, "token");
    fixture_free(fx);
}

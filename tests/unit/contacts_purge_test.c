// SPDX-License-Identifier: Apache-2.0
// The rule of 180 days: who counts as a mere caller, and on which second of which local day.
#include "services/contacts/purge.h"

#include "common/base/civil.h"
#include "tests/harness/test.h"

static struct zone berlin;

static struct purge_rules rules_of_berlin(void)
{
    CHECK(zone_load("Europe/Berlin", &berlin));
    return (struct purge_rules){ 180, 7, 14, &berlin };
}

static int64_t at(const char *rfc3339)
{
    int64_t time_us = 0;
    CHECK(civil_parse_rfc3339(rfc3339, &time_us));
    return time_us;
}

static struct contact caller(int64_t edited_at)
{
    static const char *const categories[] = { "Anrufer" };
    return (struct contact){ .id = { { 1 } },
                             .version = 1,
                             .categories = categories,
                             .categories_count = 1,
                             .edited_at = edited_at };
}

TEST(only_callers_and_nothing_else_count)
{
    static const struct {
        const char *categories[3];
        size_t count;
        bool keep, is;
    } cases[] = {
        { { "Anrufer" }, 1, false, true }, { { "ANRUFER", "caller" }, 2, false, true },
        { { "Anrufer" }, 1, true, false }, { { "Anrufer", "Kunde" }, 2, false, false },
        { { "Kunde" }, 1, false, false },  { { "Anruferin" }, 1, false, false },
        { { "Anrufe" }, 1, false, false }, { { 0 }, 0, false, false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct contact contact = { .categories = cases[i].categories,
                                   .categories_count = cases[i].count,
                                   .has_keep = cases[i].keep,
                                   .keep = cases[i].keep };
        CHECK_INT(purge_is_caller(&contact), cases[i].is);
    }
}

// Local days: 180 of them hold 180 * 24 hours less or more one when the clocks change between.
TEST(one_hundred_and_eighty_days_by_the_local_calendar)
{
    static const struct {
        const char *edited, *gone;
    } cases[] = {
        // neither change between
        { "2026-04-01T10:00:00Z", "2026-09-28T10:00:00Z" },
        // spring: 12:00 winter time until 12:00 summer time
        { "2026-01-15T11:00:00.000001Z", "2026-07-14T10:00:00.000001Z" },
        // autumn: 12:00 summer time until 12:00 winter time
        { "2026-07-15T10:00:00Z", "2027-01-11T11:00:00Z" },
        // 02:30 on the day on which the clocks skip that hour: the moment of the change
        { "2025-09-30T00:30:00Z", "2026-03-29T01:00:00Z" },
        // 02:30 on the day on which it comes twice: the second, never too early
        { "2026-04-28T00:30:00Z", "2026-10-25T01:30:00Z" },
        // last second of a day, over the end of February
        { "2027-12-31T22:59:59Z", "2028-06-28T21:59:59Z" },
    };
    struct purge_rules rules = rules_of_berlin();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t edited = at(cases[i].edited), gone = at(cases[i].gone);
        CHECK_INT(purge_delete_at(&rules, edited), gone);
        struct contact contact = caller(edited);
        struct purge_notice notice = { .id = contact.id,
                                       .last_edit_at = edited,
                                       .announced_at = gone - DAYS(7),
                                       .delete_at = gone };
        CHECK_INT(purge_judge(&rules, &notice, &contact, gone - SECONDS(1)), PURGE_WAIT);
        CHECK_INT(purge_judge(&rules, &notice, &contact, gone - 1), PURGE_WAIT);
        CHECK_INT(purge_judge(&rules, &notice, &contact, gone), PURGE_GO);
        CHECK_INT(purge_judge(&rules, &notice, &contact, gone + SECONDS(1)), PURGE_GO);
    }
}

TEST(days_on_and_back_keep_the_time_of_day)
{
    struct purge_rules rules = rules_of_berlin();
    for (int64_t time = at("2026-01-01T00:00:00Z"); time < at("2027-01-01T00:00:00Z");
         time += SECONDS(7 * 3600 + 11)) {
        int64_t gone = purge_delete_at(&rules, time);
        int64_t drift = gone - time - DAYS(180);
        CHECK(drift >= -SECONDS(3600) && drift <= SECONDS(3600));
        struct zone_local from = zone_local(&berlin, time), to = zone_local(&berlin, gone);
        CHECK_INT(to.day - from.day, 180);
        // But for the hour that is skipped.
        CHECK(to.second == from.second || to.second == 3 * 3600);
        CHECK(purge_announce_at(&rules, time) < gone);
    }
}

TEST(an_announcement_made_late_still_gives_its_days)
{
    struct purge_rules rules = rules_of_berlin();
    struct contact contact = caller(at("2026-01-15T11:00:00Z"));
    struct purge_notice notice = purge_notice_make(&rules, &contact, at("2026-07-07T10:00:00Z"));
    CHECK_INT(notice.delete_at, at("2026-07-14T10:00:00Z"));
    notice = purge_notice_make(&rules, &contact, at("2026-07-13T10:00:00Z"));
    CHECK_INT(notice.delete_at, at("2026-07-20T10:00:00Z"));
    CHECK_INT(purge_judge(&rules, &notice, &contact, at("2026-07-19T10:00:00Z")), PURGE_WAIT);
}

TEST(what_changed_since_makes_an_announcement_void)
{
    struct purge_rules rules = rules_of_berlin();
    int64_t edited = at("2026-01-15T11:00:00Z"), now = at("2026-08-15T10:00:00Z");
    struct contact contact = caller(edited);
    struct purge_notice notice = purge_notice_make(&rules, &contact, at("2026-07-07T10:00:00Z"));
    CHECK_INT(purge_judge(&rules, &notice, &contact, now), PURGE_GO);
    CHECK_INT(purge_judge(&rules, &notice, NULL, now), PURGE_VOID);
    contact.edited_at++;
    CHECK_INT(purge_judge(&rules, &notice, &contact, now), PURGE_VOID);
    contact = caller(edited);
    contact.has_keep = contact.keep = true;
    CHECK_INT(purge_judge(&rules, &notice, &contact, now), PURGE_VOID);
    contact = caller(edited);
    static const char *const both[] = { "Anrufer", "Kunde" };
    contact.categories = both;
    contact.categories_count = 2;
    CHECK_INT(purge_judge(&rules, &notice, &contact, now), PURGE_VOID);
    // A clock that ran ahead announced it.
    contact = caller(edited);
    CHECK_INT(purge_judge(&rules, &notice, &contact, notice.announced_at - 1), PURGE_VOID);
    // The rule has become milder: not yet.
    rules.idle_days = 365;
    CHECK_INT(purge_judge(&rules, &notice, &contact, now), PURGE_WAIT);
}

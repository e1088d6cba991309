// SPDX-License-Identifier: Apache-2.0
// Who is there, who stands in, and who is reminded of what.
#include "services/contacts/presence.h"

#include <string.h>

#include "common/base/civil.h"
#include "services/contacts/appointment.h"
#include "services/contacts/staff.h"
#include "tests/harness/test.h"

// A book of four people: 1 Anna, 2 Bert, 3 Cem, 4 Dora.
struct pages {
    struct staff staff[4];
    struct absence absences[4];
    size_t absence_count;
};

static struct id number(uint8_t n)
{
    return (struct id){ { n } };
}

static const struct staff *page_staff(void *context, struct id id)
{
    struct pages *pages = context;
    for (size_t i = 0; i < COUNT_OF(pages->staff); i++) {
        if (id_equal(pages->staff[i].id, id))
            return &pages->staff[i];
    }
    return NULL;
}

static const struct absence *page_absence(void *context, struct id staff, int64_t at_us)
{
    struct pages *pages = context;
    for (size_t i = 0; i < pages->absence_count; i++) {
        const struct absence *absence = &pages->absences[i];
        if (id_equal(absence->staff, staff) && absence->from <= at_us && at_us < absence->until)
            return absence;
    }
    return NULL;
}

static struct staff_book book_of(struct pages *pages)
{
    static const char *const names[] = { "Anna", "Bert", "Cem", "Dora" };
    for (uint8_t i = 0; i < COUNT_OF(names); i++)
        pages->staff[i] = (struct staff){ .id = number(i + 1), .version = 1, .name = names[i] };
    return (struct staff_book){ .context = pages,
                                .staff = page_staff,
                                .absence = page_absence,
                                .zone = "Europe/Berlin",
                                .holidays = "DE-BE",
                                .arena = arena_new((size_t)1 << 20) };
}

static int64_t at(const char *rfc3339)
{
    int64_t time_us = 0;
    CHECK(civil_parse_rfc3339(rfc3339, &time_us));
    return time_us;
}

static void away(struct pages *pages, uint8_t who, const char *from, const char *until)
{
    pages->absences[pages->absence_count++] = (struct absence){ .staff = number(who),
                                                                .reason = absence_reason_VACATION,
                                                                .from = at(from),
                                                                .until = at(until) };
}

static struct attendance there(const struct staff_book *book, uint8_t who, const char *when)
{
    struct attendance out = { 0 };
    struct err err = { 0 };
    CHECK(attendance_make(book, page_staff(book->context, number(who)), at(when), &out, &err));
    CHECK_OK(&err);
    return out;
}

TEST(hours_holidays_and_absences_decide)
{
    struct pages pages = { 0 };
    struct staff_book book = book_of(&pages);
    pages.staff[0].hours = "Mo–Fr 08:00–16:00";
    CHECK_INT(there(&book, 1, "2026-03-02T08:00:00Z").state, attendance_state_PRESENT);
    struct attendance out = there(&book, 1, "2026-03-06T16:00:00Z");
    CHECK_INT(out.state, attendance_state_OFF_HOURS);
    CHECK_INT(out.back_at, at("2026-03-09T07:00:00Z"));
    out = there(&book, 1, "2026-05-01T08:00:00Z");
    CHECK_INT(out.state, attendance_state_HOLIDAY);
    CHECK_STR(out.holiday, "Tag der Arbeit");
    CHECK_INT(out.back_at, at("2026-05-04T06:00:00Z"));
    // Two absences, one leading into the other, then a weekend.
    away(&pages, 1, "2026-03-02T00:00:00Z", "2026-03-04T12:00:00Z");
    away(&pages, 1, "2026-03-04T12:00:00Z", "2026-03-07T12:00:00Z");
    out = there(&book, 1, "2026-03-02T08:00:00Z");
    CHECK_INT(out.state, attendance_state_AWAY);
    CHECK_INT(out.reason, absence_reason_VACATION);
    CHECK_INT(out.back_at, at("2026-03-09T07:00:00Z"));
    CHECK_INT(there(&book, 1, "2026-03-09T07:00:00Z").state, attendance_state_PRESENT);
    pages.staff[0].has_left = pages.staff[0].left = true;
    out = there(&book, 1, "2026-03-09T07:00:00Z");
    CHECK_INT(out.state, attendance_state_LEFT);
    CHECK(!out.has_back_at);
    // Without hours: day and night, but for holidays.
    CHECK_INT(there(&book, 2, "2026-03-07T01:00:00Z").state, attendance_state_PRESENT);
    arena_free(book.arena);
}

TEST(absent_deputies_are_skipped)
{
    struct pages pages = { 0 };
    struct staff_book book = book_of(&pages);
    const char *const when = "2026-03-02T08:00:00Z";
    pages.staff[0].deputy = number(2);
    pages.staff[1].deputy = number(3);
    pages.staff[2].deputy = number(4);
    CHECK(id_is_zero(there(&book, 1, when).deputy)); // she is there
    away(&pages, 1, "2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z");
    CHECK_STR(there(&book, 1, when).deputy_name, "Bert");
    away(&pages, 2, "2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z");
    struct attendance out = there(&book, 1, when);
    CHECK_STR(out.deputy_name, "Cem");
    CHECK_INT((int64_t)out.skipped_count, 1);
    pages.staff[2].has_left = pages.staff[2].left = true;
    CHECK_STR(there(&book, 1, when).deputy_name, "Dora");
    // An absence's own deputy goes first; being off duty is no absence.
    pages.absences[0].deputy = number(4);
    pages.staff[3].hours = "Sa 08:00–09:00";
    out = there(&book, 1, when);
    CHECK_STR(out.deputy_name, "Dora");
    CHECK_INT((int64_t)out.skipped_count, 0);
    // All away, in a circle that an absence has closed: nobody.
    away(&pages, 4, "2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z");
    pages.absences[2].deputy = number(2);
    pages.staff[1].deputy = number(1);
    out = there(&book, 1, when);
    CHECK(id_is_zero(out.deputy));
    CHECK_INT((int64_t)out.skipped_count, 2);
    arena_free(book.arena);
}

TEST(nobody_stands_in_for_themselves)
{
    struct pages pages = { 0 };
    struct staff_book book = book_of(&pages);
    struct err err = { 0 };
    pages.staff[0].deputy = number(2);
    pages.staff[1].deputy = number(3);
    struct staff cem = pages.staff[2];
    CHECK(deputy_check(&book, &cem, &err));
    cem.deputy = number(4);
    CHECK(deputy_check(&book, &cem, &err));
    cem.deputy = number(1);
    CHECK(!deputy_check(&book, &cem, &err));
    CHECK_REFUSED(&err, ERR_CONFLICT, "deputy");
    CHECK(strstr(err.german, "Cem → Anna → Bert → Cem") != NULL);
    err = (struct err){ 0 };
    cem.deputy = cem.id;
    CHECK(!deputy_check(&book, &cem, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "deputy");
    err = (struct err){ 0 };
    cem.deputy = number(9);
    CHECK(!deputy_check(&book, &cem, &err));
    CHECK_REFUSED(&err, ERR_NOT_FOUND, "deputy");
    arena_free(book.arena);
}

TEST(absences_end_after_they_begin)
{
    struct editor editor = { arena_new(100000), NULL, 7, "anna" };
    struct absence_new in = {
        .staff = number(1), .reason = absence_reason_ILLNESS, .from = 5, .until = 5
    };
    struct absence row, out;
    struct err err = { 0 };
    CHECK(!absence_make(&in, &editor, number(9), &row, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "until");
    err = (struct err){ 0 };
    in.until = 6;
    in.deputy = number(1);
    CHECK(!absence_make(&in, &editor, number(9), &row, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "deputy");
    err = (struct err){ 0 };
    in.deputy = number(2);
    CHECK(absence_make(&in, &editor, number(9), &row, &err));
    struct absence_change change = { .id = row.id, .version = 1, .has_from = true, .from = 7 };
    CHECK(!absence_apply(&row, &change, &editor, &out, &err));
    CHECK_REFUSED(&err, ERR_INVALID, "until");
    arena_free(editor.arena);
}

// --- reminders
static struct appointment appointment_at(int64_t starts_at, int64_t minutes)
{
    return (struct appointment){ .id = number(1),
                                 .version = 1,
                                 .kind = appointment_kind_APPOINTMENT,
                                 .title = "Besprechung",
                                 .starts_at = starts_at,
                                 .has_remind_minutes = true,
                                 .remind_minutes = minutes };
}

TEST(a_reminder_follows_its_appointment)
{
    struct appointment appointment = appointment_at(DAYS(10), 30);
    struct reminder first, next;
    CHECK(reminder_follow(&appointment, NULL, DAYS(9), &first));
    CHECK_INT(first.due_at, DAYS(10) - SECONDS(1800));
    CHECK(!first.has_told_at);
    first.has_told_at = true;
    first.told_at = first.due_at;
    // Another title: it was told, and is not told again.
    appointment.title = "Termin";
    CHECK(reminder_follow(&appointment, &first, DAYS(9), &next));
    CHECK(next.has_told_at);
    CHECK_STR(next.title, "Termin");
    CHECK_INT(next.version, first.version + 1);
    // Another time: told again.
    appointment.starts_at = DAYS(11);
    CHECK(reminder_follow(&appointment, &first, DAYS(9), &next));
    CHECK(!next.has_told_at);
    appointment.has_done = appointment.done = true;
    CHECK(reminder_follow(&appointment, &first, DAYS(9), &next));
    CHECK(next.off);
    // What is over when it is entered needs none.
    appointment = appointment_at(DAYS(1), 30);
    CHECK(!reminder_follow(&appointment, NULL, DAYS(9), &next));
    appointment.has_ends_at = true;
    appointment.ends_at = DAYS(10);
    CHECK(reminder_follow(&appointment, NULL, DAYS(9), &next));
    appointment.has_remind_minutes = false;
    CHECK(!reminder_follow(&appointment, NULL, DAYS(9), &next));
}

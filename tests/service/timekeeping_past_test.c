// SPDX-License-Identifier: Apache-2.0
// Inquiries of the program before this one: taken over once, faults told row by row.
#include <stdlib.h>
#include <string.h>

#include "common/base/civil.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static const struct id client_a = { { 0xA, 1 } }, client_b = { { 0xB, 1 } };

static struct inquiry_import_result take(struct fixture *fx, struct inquiry_import_in in)
{
    struct inquiry_import_result out = { 0 };

    CHECK_INT(call_inquiry_import(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(what_is_taken_over_counts_once_and_faults_are_told_row_by_row)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct inquiry_old rows[] = {
        { .row = 1, .source = "17", .subject = "Toner", .solution = "Getauscht" },
        { .row = 2,
          .source = "18",
          .subject = "Papier",
          .has_opened_at = true,
          .opened_at = SECONDS(100),
          .has_closed_at = true,
          .closed_at = SECONDS(50) },
        { .row = 3, .source = "19", .subject = "Offen" },
    };
    struct inquiry_import_result out =
        take(fx, (struct inquiry_import_in){ .rows = rows, .rows_count = 3 });
    struct fact fact;
    struct inquiry told;

    CHECK_INT(out.added, 2);
    CHECK_INT((int64_t)out.rejects_count, 1);
    CHECK_INT(out.rejects[0].row, 2);
    CHECK_STR(out.rejects[0].field, "closed_at");
    CHECK_INT(fixture_facts(fx, "inquiry"), 2);
    CHECK(fixture_fact_at(fx, "inquiry", 0, &fact, &told));
    CHECK_STR(told.number, "ALT-000017");
    CHECK_STR(told.source, "17");
    CHECK_INT(told.state, inquiry_state_CLOSED);
    // Again, also after the process died: nothing is there twice.
    fixture_restart(fx);
    out = take(fx, (struct inquiry_import_in){ .rows = rows, .rows_count = 3 });
    CHECK_INT(out.added, 0);
    CHECK_INT(out.known, 2);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 2);
    // The same id with another content is another program's.
    rows[0].subject = "Ganz anderes";
    out = take(fx, (struct inquiry_import_in){ .rows = rows, .rows_count = 1 });
    CHECK_INT(out.added + out.known, 0);
    CHECK_STR(out.rejects[0].field, "source");
    out = take(fx, (struct inquiry_import_in){ .archive = "NEU", .rows = rows, .rows_count = 1 });
    CHECK_INT(out.added, 1);
    fixture_free(fx);
}

static void tell_people(struct fixture *fx)
{
    struct id id = { { 9 } };
    struct number number = { .typed = "0171 3920061", .e164 = "+491713920061" };
    struct staff kern = { .id = id, .version = 1, .name = "Anna Kern", .edited_at = 1 };
    struct contact meier = { .id = id,
                             .version = 1,
                             .kind = contact_kind_PERSON,
                             .name = "Karl Meier",
                             .phones = &number,
                             .phones_count = 1,
                             .created_at = 1,
                             .edited_at = 1,
                             .edited_by = "x" };
    struct file file = { .id = id,
                         .version = 1,
                         .number = "P-7",
                         .kind = file_kind_PROJECT,
                         .state = file_state_OPEN,
                         .opened_at = 1,
                         .edited_at = 1,
                         .edited_by = "x" };
    kern.edited_by = "x";
    fixture_fact(fx, "contacts", "staff", &kern, false);
    fixture_fact(fx, "contacts", "contact", &meier, false);
    fixture_fact(fx, "contacts", "file", &file, false);
}

// G3: open ones come with whoever works on them, on what, until when.
TEST(open_ones_are_taken_over_with_clerk_file_and_time)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct inquiry_old rows[] = {
        { .row = 1,
          .source = "21",
          .subject = "Server langsam",
          .phone = "0171 3920061",
          .staff_name = "anna KERN",
          .file_number = "p-7",
          .has_due_at = true,
          .due_at = fixture_now(fx) + 1 },
        { .row = 2, .source = "22", .subject = "Rückfrage", .state = inquiry_state_WAITING },
        { .row = 3,
          .source = "23",
          .subject = "Neu",
          .solution = "Versuch 1",
          .state = inquiry_state_OPEN },
        { .row = 4, .source = "24", .subject = "x", .staff_name = "Berta" },
        { .row = 5, .source = "25", .subject = "x", .file_number = "P-8" },
        { .row = 6, .source = "26", .subject = "x", .number = "ALT-000021" },
    };
    struct inquiry_import_in in = {
        .rows = rows, .rows_count = 6, .has_check = true, .check = true
    };
    struct inquiry row = { 0 };
    struct fact fact;
    tell_people(fx);
    // Looked at first: nothing is there, and all but the number that is taken only now is said.
    struct inquiry_import_result out = take(fx, in);
    CHECK_INT(out.added, 4);
    CHECK_INT((int64_t)out.rejects_count, 2);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 0);
    CHECK_INT(fixture_facts(fx, "inquiry"), 0);
    in.check = false;
    out = take(fx, in);
    CHECK_INT(out.added, 3);
    CHECK_INT((int64_t)out.rejects_count, 3);
    CHECK_STR(out.rejects[0].field, "staff_name");
    CHECK_STR(out.rejects[1].field, "file_number");
    CHECK_STR(out.rejects[2].field, "number");
    in.check = true; // now that is seen beforehand too
    out = take(fx, in);
    CHECK_INT(out.added, 0);
    CHECK_INT(out.known, 3);
    CHECK_STR(out.rejects[2].field, "number");
    CHECK(fixture_fact_at(fx, "inquiry", 0, &fact, &row));
    CHECK_STR(row.contact_name, "Karl Meier");
    CHECK(row.contact.bytes[0] == 9 && row.staff.bytes[0] == 9 && row.file.bytes[0] == 9);
    CHECK(row.state == inquiry_state_OPEN && row.has_due_at && !row.has_solve_by);
    struct inquiry_ref ref = { .id = row.id };
    struct inquiry_moves moves = { 0 };
    CHECK_INT(call_inquiry_history(&fx->client, &ref, &moves), CALL_DONE);
    CHECK_INT((int64_t)moves.moves_count, 1);
    CHECK_STR(moves.moves[0].reason, "aus dem früheren Programm übernommen");
    CHECK(fixture_fact_at(fx, "inquiry", 1, &fact, &row));
    CHECK(row.state == inquiry_state_WAITING && row.has_waiting_since);
    CHECK(fixture_fact_at(fx, "inquiry", 2, &fact, &row));
    CHECK(row.state == inquiry_state_OPEN && row.solution && !row.has_solved_at);
    // They are worked on like others.
    struct inquiry_taking taking = { .id = row.id, .staff = { { 9 } } };
    CHECK_INT(call_inquiry_take(&fx->client, &taking, &row), CALL_DONE);
    CHECK_INT(row.moves, 2);
    fixture_free(fx);
}

TEST(only_who_may_takes_over_and_only_into_the_own_scope)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct inquiry_old row = { .row = 1, .source = "1", .subject = "Toner" };
    struct inquiry_import_in in = { .rows = &row, .rows_count = 1 };
    struct inquiry_import_result out = { 0 };

    fixture_as(fx, ROLE_BIT(AGENT), scope_house, "agent");
    CHECK_INT(call_inquiry_import(&fx->client, &in, &out), CALL_REFUSED);
    fixture_as(fx, ROLE_BIT(LEADER), (struct scope){ SCOPE_CLIENT, client_a }, "leader");
    CHECK_INT((int64_t)take(fx, in).rejects_count, 1);
    in.client = client_b;
    CHECK_INT(call_inquiry_import(&fx->client, &in, &out), CALL_REFUSED);
    CHECK_INT(fixture_rows(fx, &inquiry_table), 0);
    fixture_free(fx);
}

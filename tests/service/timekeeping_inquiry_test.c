// SPDX-License-Identifier: Apache-2.0
// D1-D5: inquiries are opened by hand or of a call, numbered without a gap, moved with a reason,
// come back by themselves, and are closed when nothing is missing.
#include <stdio.h>
#include <string.h>

#include "tests/service/timekeeping_inquiry_world.h"

// --- opening
TEST(one_opened_by_hand_has_a_number_and_whoever_opened_it)
{
    struct fixture *fx = world_new();
    as_anna(fx);
    struct inquiry row = add(fx, (struct inquiry_new){ .subject = " Drucker druckt nicht ",
                                                       .channel = channel_FAX,
                                                       .client = CLIENT_A,
                                                       .contact = EVA });
    CHECK_STR(row.number, "2026-000001");
    CHECK_STR(row.subject, "Drucker druckt nicht");
    CHECK_STR(row.contact_name, "Eva Müller");
    CHECK_STR(row.phone, "+4930123456");
    CHECK_INT(row.state, inquiry_state_OPEN);
    CHECK_INT(row.priority, priority_NORMAL);
    CHECK(row.chargeable && !row.has_responded_at);
    CHECK(id_equal(row.staff, ANNA) && id_equal(row.team, TEAM));
    CHECK_INT(row.moves, 1);
    struct inquiry again = get(fx, "1");
    CHECK(id_equal(again.id, row.id));
    CHECK_INT(fixture_facts(fx, "inquiry"), 1);
    fixture_free(fx);
}

TEST(what_it_refers_to_is_of_its_client)
{
    struct fixture *fx = world_new();
    struct inquiry out;
    struct inquiry_new in = { .subject = "x", .client = CLIENT_B, .contact = EVA };
    refused(fx, call_inquiry_add(&fx->client, &in, &out), ERR_NOT_FOUND, "contact");
    in = (struct inquiry_new){ .subject = "x", .client = CLIENT_B, .file = FILE_A };
    refused(fx, call_inquiry_add(&fx->client, &in, &out), ERR_NOT_FOUND, "file");
    in = (struct inquiry_new){ .subject = "x", .client = EVA };
    refused(fx, call_inquiry_add(&fx->client, &in, &out), ERR_NOT_FOUND, "client");
    in = (struct inquiry_new){ .subject = "x", .staff = EVA };
    refused(fx, call_inquiry_add(&fx->client, &in, &out), ERR_NOT_FOUND, "staff");
    in = (struct inquiry_new){ .channel = channel_FAX };
    refused(fx, call_inquiry_add(&fx->client, &in, &out), ERR_INVALID, "subject");
    in = (struct inquiry_new){ .subject = "x", .email = "kein Klammeraffe" };
    refused(fx, call_inquiry_add(&fx->client, &in, &out), ERR_INVALID, "email");
    // What was refused cost no number.
    CHECK_STR(add(fx, (struct inquiry_new){ .subject = "x" }).number, "2026-000001");
    // Whose contact or file it is need not be said as well, by whoever sees them.
    CHECK(
        id_equal(add(fx, (struct inquiry_new){ .subject = "x", .contact = EVA }).client, CLIENT_A));
    CHECK(
        id_equal(add(fx, (struct inquiry_new){ .subject = "x", .file = FILE_A }).client, CLIENT_A));
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ SCOPE_CLIENT, CLIENT_B }, "b");
    in = (struct inquiry_new){ .subject = "x", .contact = EVA };
    refused(fx, call_inquiry_add(&fx->client, &in, &out), ERR_NOT_FOUND, "contact");
    fixture_free(fx);
}

TEST(a_call_in_one_request_with_everything_it_knows)
{
    struct fixture *fx = world_new();
    struct shown_contact shown = { .contact = EVA, .certainty = certainty_EXACT };
    struct call call = call_of(fx, 900, CLIENT_A, "+4930123456");
    call.shown_contact = &shown;
    call.file = FILE_A;
    tell_call(fx, &call);
    fixture_wait(fx, SECONDS(5));
    answer_call(fx, &call);
    int64_t answered = fixture_now(fx);
    fixture_wait(fx, SECONDS(60));
    as_bert(fx);
    struct inquiry row = add(fx, (struct inquiry_new){ .call = call.id });
    CHECK_STR(row.subject, "Anruf von Eva Müller am 02.03.2026 um 09:00");
    CHECK(id_equal(row.client, CLIENT_A) && id_equal(row.contact, EVA));
    CHECK(id_equal(row.file, FILE_A));
    CHECK(id_equal(row.staff, ANNA)); // whose phone answered
    CHECK_STR(row.phone, "+4930123456");
    CHECK_INT(row.channel, channel_PHONE);
    CHECK_INT(row.opened_at, call.started_at);
    CHECK_INT(row.responded_at, answered);
    CHECK(row.calls_count == 1 && id_equal(row.calls[0], call.id));
    struct inquiry out;
    struct inquiry_new other = { .call = call.id, .client = CLIENT_B };
    refused(fx, call_inquiry_add(&fx->client, &other, &out), ERR_INVALID, "client");
    other = (struct inquiry_new){ .call = EVA };
    refused(fx, call_inquiry_add(&fx->client, &other, &out), ERR_NOT_FOUND, "call");
    fixture_free(fx);
}

// --- numbers
TEST(numbers_have_no_gaps_and_are_never_given_twice)
{
    struct fixture *fx = world_new();
    char want[20];
    struct inquiry out;
    for (int i = 1; i <= 12; i++) {
        struct inquiry_new bad = { .subject = "x", .staff = EVA };
        (void)call_inquiry_add(&fx->client, &bad, &out);
        snprintf(want, sizeof want, "2026-%06d", i);
        CHECK_STR(add(fx, (struct inquiry_new){ .subject = "x" }).number, want);
        if (i % 3 == 0) {
            fixture_crash(fx);
            fixture_start(fx);
        }
    }
    struct inquiry_year year;
    CHECK(fixture_row(fx, &inquiry_year_table, id_of_name("inquiry year", "2026"), &year));
    CHECK_INT(year.last, 12); // kept beside: deleting old ones frees no number
    // The same request again is the same inquiry.
    struct id request = id_number(77);
    struct inquiry_new in = { .subject = "einmal" };
    struct inquiry first, second;
    request.bytes[6] = 0x70;
    fixture_next_id(fx, request);
    enum call_result once = call_inquiry_add(&fx->client, &in, &first);
    fixture_next_id(fx, request);
    enum call_result twice = call_inquiry_add(&fx->client, &in, &second);
    if (once == CALL_DONE && twice == CALL_DONE)
        CHECK_STR(first.number, second.number);
    fixture_free(fx);
}

TEST(the_year_is_the_house_s)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    CHECK_STR(add(fx, (struct inquiry_new){ .subject = "x" }).number, "2026-000001");
    wait_until(fx, "2026-12-31T22:59:59Z");
    CHECK_STR(add(fx, (struct inquiry_new){ .subject = "x" }).number, "2026-000002");
    wait_until(fx, "2026-12-31T23:00:00Z"); // midnight in Berlin
    CHECK_STR(add(fx, (struct inquiry_new){ .subject = "x" }).number, "2027-000001");
    CHECK_STR(get(fx, "1").number, "2027-000001");
    CHECK_STR(get(fx, "2026-2").number, "2026-000002");
    fixture_free(fx);
}

// --- editing
TEST(a_stale_edit_is_refused_with_the_present_row)
{
    struct fixture *fx = world_new();
    struct inquiry row = add(fx, (struct inquiry_new){ .subject = "x", .text = "alt" }), out;
    struct inquiry_change in = { .number = "1", .version = row.version, .subject = "neu" };
    CHECK_INT(call_inquiry_edit(&fx->client, &in, &out), CALL_DONE);
    CHECK_STR(out.subject, "neu");
    CHECK_STR(out.number, "2026-000001");
    CHECK_INT(out.version, row.version + 1);
    in.subject = "anders";
    refused(fx, call_inquiry_edit(&fx->client, &in, &out), ERR_CONFLICT, "version");
    CHECK(fx->client.current.size > 0);
    // The same again changes nothing, and emptying needs a field that can be empty.
    in = (struct inquiry_change){ .number = "1", .version = row.version + 1, .subject = "neu" };
    CHECK_INT(call_inquiry_edit(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.version, row.version + 1);
    const char *clear[] = { "text" }, *wrong[] = { "staff" };
    in = (struct inquiry_change){
        .number = "1", .version = row.version + 1, .clear = clear, .clear_count = 1
    };
    CHECK_INT(call_inquiry_edit(&fx->client, &in, &out), CALL_DONE);
    CHECK(out.text == NULL);
    // A number is kept as it compares.
    in = (struct inquiry_change){ .number = "1", .version = out.version, .phone = "030 123456" };
    CHECK_INT(call_inquiry_edit(&fx->client, &in, &out), CALL_DONE);
    CHECK_STR(out.phone, "+4930123456");
    in = (struct inquiry_change){ .number = "1", .version = out.version, .clear_count = 1 };
    in.clear = wrong;
    refused(fx, call_inquiry_edit(&fx->client, &in, &out), ERR_INVALID, "clear");
    fixture_free(fx);
}

// --- moves
TEST(forwarded_taken_waiting_solved_and_closed_each_with_its_reason)
{
    struct fixture *fx = world_new();
    struct inquiry out;
    as_anna(fx);
    add(fx,
        (struct inquiry_new){ .subject = "Rechnung", .chargeable = false, .has_chargeable = true });
    struct inquiry_forwarding forward = { .number = "1",
                                          .staff = BERT,
                                          .reason = "kennt sich aus" };
    CHECK_INT(call_inquiry_forward(&fx->client, &forward, &out), CALL_DONE);
    CHECK_INT(out.state, inquiry_state_FORWARDED);
    CHECK(id_equal(out.staff, BERT) && !out.has_responded_at);
    as_bert(fx);
    struct inquiry_taking take = { .number = "1" };
    CHECK_INT(call_inquiry_take(&fx->client, &take, &out), CALL_DONE);
    CHECK(out.state == inquiry_state_OPEN && out.has_responded_at);
    struct inquiry_waiting wait = { .number = "1", .reason = "Kunde sucht den Beleg" };
    CHECK_INT(call_inquiry_wait(&fx->client, &wait, &out), CALL_DONE);
    CHECK(out.has_waiting_since);
    struct inquiry_solving solve = { .number = "1" };
    refused(fx, call_inquiry_solve(&fx->client, &solve, &out), ERR_INVALID, "solution");
    solve.solution = "Gutschrift";
    CHECK_INT(call_inquiry_solve(&fx->client, &solve, &out), CALL_DONE);
    struct inquiry_closing close = { .number = "1" };
    CHECK_INT(call_inquiry_close(&fx->client, &close, &out), CALL_DONE);
    CHECK_INT(out.state, inquiry_state_CLOSED);
    refused(fx, call_inquiry_take(&fx->client, &take, &out), ERR_CONFLICT, "state");
    refused(fx, call_inquiry_close(&fx->client, &close, &out), ERR_CONFLICT, "state");
    struct inquiry_reopening reopen = { .number = "1", .reason = "doch nicht" };
    CHECK_INT(call_inquiry_reopen(&fx->client, &reopen, &out), CALL_DONE);
    CHECK(out.state == inquiry_state_OPEN && !out.has_closed_at && id_equal(out.staff, BERT));
    refused(fx, call_inquiry_reopen(&fx->client, &reopen, &out), ERR_CONFLICT, "state");
    struct inquiry_ref ref = { .number = "1" };
    struct inquiry_moves moves;
    CHECK_INT(call_inquiry_history(&fx->client, &ref, &moves), CALL_DONE);
    static const struct {
        enum inquiry_state to;
        const char *reason;
    } want[] = {
        { inquiry_state_OPEN, NULL },        { inquiry_state_FORWARDED, "kennt sich aus" },
        { inquiry_state_OPEN, NULL },        { inquiry_state_WAITING, "Kunde sucht den Beleg" },
        { inquiry_state_SOLVED, NULL },      { inquiry_state_CLOSED, NULL },
        { inquiry_state_OPEN, "doch nicht" }
    };
    CHECK_INT((int64_t)moves.moves_count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        CHECK_INT(moves.moves[i].to, want[i].to);
        CHECK_INT(moves.moves[i].from, i == 0 ? 0 : want[i - 1].to);
        CHECK_INT(moves.moves[i].place, i + 1);
        CHECK_STR(moves.moves[i].reason ? moves.moves[i].reason : "",
                  want[i].reason ? want[i].reason : "");
    }
    CHECK_INT(get(fx, "1").moves, COUNT_OF(want));
    fixture_free(fx);
}

TEST(a_move_of_an_older_state_is_refused_when_the_version_is_given)
{
    struct fixture *fx = world_new();
    struct inquiry row = add(fx, (struct inquiry_new){ .subject = "x", .staff = ANNA }), out;
    struct inquiry_waiting wait = { .number = "1", .has_version = true, .version = row.version };
    CHECK_INT(call_inquiry_wait(&fx->client, &wait, &out), CALL_DONE);
    struct inquiry_taking take = {
        .number = "1", .has_version = true, .version = row.version, .staff = BERT
    };
    refused(fx, call_inquiry_take(&fx->client, &take, &out), ERR_CONFLICT, "version");
    // "tester" is no member of staff: who shall take it must be said.
    take = (struct inquiry_taking){ .number = "1" };
    refused(fx, call_inquiry_take(&fx->client, &take, &out), ERR_INVALID, "staff");
    fixture_free(fx);
}

// --- resubmission
static int returns_told(struct fixture *fx)
{
    int told = 0;
    struct inquiry row;
    struct fact fact;
    for (int i = 0; fixture_fact_at(fx, "inquiry", i, &fact, &row); i++)
        told += row.has_returned_at && row.state == inquiry_state_OPEN;
    return told;
}

static void put_off(struct fixture *fx, const char *number, int64_t wait_us)
{
    struct inquiry out;
    struct inquiry_putting_off in = { .number = number,
                                      .at = fixture_now(fx) + wait_us,
                                      .has_until = true,
                                      .until = fixture_now(fx) + wait_us + DAYS(1) };
    CHECK_INT(call_inquiry_resubmit(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.state, inquiry_state_RESUBMISSION);
}

TEST(it_comes_back_at_its_time_exactly_once)
{
    struct fixture *fx = world_new();
    add(fx, (struct inquiry_new){ .subject = "x" });
    put_off(fx, "1", SECONDS(60));
    int64_t at = fixture_now(fx) + SECONDS(60);
    fixture_wait(fx, SECONDS(60) - SECONDS(1));
    CHECK_INT(get(fx, "1").state, inquiry_state_RESUBMISSION);
    fixture_wait(fx, SECONDS(2));
    struct inquiry row = get(fx, "1");
    CHECK_INT(row.state, inquiry_state_OPEN);
    CHECK(row.has_returned_at && row.returned_at >= at && row.returned_at <= at + SECONDS(2));
    CHECK_INT(row.resubmit_until, at + DAYS(1)); // the window is still to be seen
    fixture_wait(fx, SECONDS(60));
    CHECK_INT(returns_told(fx), 1);
    struct inquiry_ref ref = { .number = "1" };
    struct inquiry_moves moves;
    CHECK_INT(call_inquiry_history(&fx->client, &ref, &moves), CALL_DONE);
    CHECK_INT((int64_t)moves.moves_count, 3);
    CHECK_STR(moves.moves[2].by, "timekeeping");
    CHECK_INT(moves.moves[1].until, at);
    // Whoever moves it then has seen it.
    struct inquiry out;
    struct inquiry_taking take = { .number = "1", .staff = ANNA };
    CHECK_INT(call_inquiry_take(&fx->client, &take, &out), CALL_DONE);
    CHECK(!out.has_returned_at && !out.has_resubmit_until);
    fixture_free(fx);
}

TEST(it_comes_back_also_after_the_service_was_down_at_that_time)
{
    struct fixture *fx = world_new();
    add(fx, (struct inquiry_new){ .subject = "x" });
    put_off(fx, "1", SECONDS(60));
    fixture_crash(fx);
    fixture_wait(fx, SECONDS(300));
    fixture_start(fx);
    fixture_wait(fx, SECONDS(3));
    CHECK_INT(get(fx, "1").state, inquiry_state_OPEN);
    fixture_restart(fx);
    fixture_wait(fx, SECONDS(3));
    CHECK_INT(returns_told(fx), 1);
    fixture_free(fx);
}

TEST(very_many_come_back_at_once)
{
    struct fixture *fx = world_new();
    char number[8];
    for (int i = 1; i <= 230; i++) {
        add(fx, (struct inquiry_new){ .subject = "x" });
        snprintf(number, sizeof number, "%d", i);
        put_off(fx, number, SECONDS(60) - i * 10);
    }
    fixture_wait(fx, SECONDS(60) + SECONDS(3));
    CHECK_INT(returns_told(fx), 230);
    fixture_free(fx);
}

// --- closing
TEST(closing_asks_for_solution_clerk_and_time)
{
    struct fixture *fx = world_new();
    struct inquiry_ref ref = { .number = "1" };
    struct inquiry_missing missing;
    struct inquiry out;
    add(fx, (struct inquiry_new){ .subject = "x", .department = "Technik" });
    CHECK_INT(call_inquiry_missing(&fx->client, &ref, &missing), CALL_DONE);
    CHECK(missing.solution && missing.staff && missing.time);
    CHECK_INT(missing.open_measures + missing.open_callbacks, 0);
    struct inquiry_closing close = { .number = "1" };
    refused(fx, call_inquiry_close(&fx->client, &close, &out), ERR_INVALID, "solution");
    close.solution = "erledigt";
    refused(fx, call_inquiry_close(&fx->client, &close, &out), ERR_INVALID, "staff");
    as_anna(fx); // who closes what nobody has, has it
    refused(fx, call_inquiry_close(&fx->client, &close, &out), ERR_CONFLICT, "actual_s");
    struct measure measure;
    struct measure_new work = { .number = "1", .done = true, .has_done = true };
    CHECK_INT(call_measure_add(&fx->client, &work, &measure), CALL_DONE);
    refused(fx, call_inquiry_close(&fx->client, &close, &out), ERR_CONFLICT, "actual_s");
    work.has_actual_s = true;
    work.actual_s = 300;
    CHECK_INT(call_measure_add(&fx->client, &work, &measure), CALL_DONE);
    CHECK_INT(call_inquiry_close(&fx->client, &close, &out), CALL_DONE);
    CHECK(id_equal(out.staff, ANNA));
    CHECK_STR(out.department, "Technik");
    CHECK_STR(out.solution, "erledigt");
    fixture_free(fx);
}

TEST(open_measures_hold_it_back_unless_a_leader_insists)
{
    struct fixture *fx = world_new();
    struct inquiry out;
    struct measure measure;
    as_anna(fx);
    add(fx, (struct inquiry_new){ .subject = "x" });
    struct measure_new todo = { .number = "1", .text = "zurückrufen" };
    CHECK_INT(call_measure_add(&fx->client, &todo, &measure), CALL_DONE);
    struct inquiry_closing close = { .number = "1", .solution = "ja", .reason = "Kunde weg" };
    refused(fx, call_inquiry_close(&fx->client, &close, &out), ERR_CONFLICT, "state");
    close.force = close.has_force = true;
    refused(fx, call_inquiry_close(&fx->client, &close, &out), ERR_FORBIDDEN, "force");
    as(fx, ANNA, ROLE_BIT(LEADER));
    close.reason = NULL;
    refused(fx, call_inquiry_close(&fx->client, &close, &out), ERR_INVALID, "reason");
    close.reason = "Kunde weg";
    CHECK_INT(call_inquiry_close(&fx->client, &close, &out), CALL_DONE);
    CHECK_INT(out.open_measures, 1);
    // A closed one takes no more work.
    refused(fx, call_measure_add(&fx->client, &todo, &measure), ERR_CONFLICT, "inquiry");
    fixture_free(fx);
}

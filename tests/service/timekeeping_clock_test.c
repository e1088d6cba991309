// SPDX-License-Identifier: Apache-2.0
// Clocks: of calls, by hand, one in between the other, late facts, limits, rights.
#include "tests/service/timekeeping_clock_world.h"

#include "services/timekeeping/kept.h"

// --- a call's
TEST(a_calls_clock_runs_from_the_answer_to_the_hang_up)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct spoken spoken;
    int64_t begin = fixture_now(fx);

    spoken_init(&spoken, 1);
    spoken.call.caller_name = "Petra Hansen";
    spoken.call.file = id_number(77);
    speaks(&spoken, "101", begin, 0);
    told(fx, &spoken);
    struct clock clock = call_clock(fx, &spoken, "101", 0);
    CHECK_INT(clock.state, clock_state_RUNNING);
    CHECK(id_equal(clock.staff, ANNA) && id_equal(clock.team, TEAM));
    CHECK(!clock.has_raw_s && !clock.has_stopped_at);
    hangs_up(&spoken, 0, begin + MILLISECONDS(90500));
    told(fx, &spoken);
    clock = call_clock(fx, &spoken, "101", 0);
    CHECK_INT(clock.state, clock_state_STOPPED);
    CHECK_INT(clock.started_at, begin);
    CHECK_INT(clock.stopped_at, begin + MILLISECONDS(90500));
    CHECK_INT(clock.counted_ms, 90500);
    CHECK_INT(clock.raw_s, 91); // half up
    CHECK_INT(clock.actual_s, 91);
    CHECK_STR(clock.contact_name, "Petra Hansen");
    CHECK_STR(clock.number, "+49301234567");
    CHECK(id_equal(clock.file, id_number(77)));
    CHECK_INT(clock.version, 2);
    told(fx, &spoken); // nothing new
    CHECK_INT(call_clock(fx, &spoken, "101", 0).version, 2);
    fixture_free(fx);
}

TEST(hold_counts_by_setting_and_what_was_measured_stays)
{
    for (int counts = 0; counts < 2; counts++) {
        struct timekeeping_house house;
        struct fixture *fx = desk_new(&house);
        struct spoken spoken;
        int64_t begin = fixture_now(fx);

        house.hold_counts = counts;
        spoken_init(&spoken, 1);
        speaks(&spoken, "101", begin, begin + SECONDS(60));
        spoken.parts[0].held_ms = 20499;
        told(fx, &spoken);
        CHECK_INT(call_clock(fx, &spoken, "101", 0).raw_s, counts ? 60 : 40);
        house.hold_counts = !counts;
        told(fx, &spoken);
        struct clock clock = call_clock(fx, &spoken, "101", 0);
        CHECK_INT(clock.raw_s, counts ? 60 : 40);
        CHECK_INT(clock.counted_ms, 60000);
        CHECK_INT(clock.held_ms, 20499);
        fixture_free(fx);
    }
}

// A part that is told before another's keeps its clock, whatever its number.
TEST(each_phone_keeps_its_clock_when_parts_are_told_in_another_order)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct spoken spoken;
    int64_t begin = fixture_now(fx);

    spoken_init(&spoken, 1);
    speaks(&spoken, "102", begin + SECONDS(40), 0);
    told(fx, &spoken);
    struct clock bert = call_clock(fx, &spoken, "102", 0);
    CHECK_INT(bert.part, 0);
    spoken_init(&spoken, 1);
    spoken.call.version = 1;
    speaks(&spoken, "101", begin, begin + SECONDS(40));
    speaks(&spoken, "102", begin + SECONDS(40), begin + SECONDS(50));
    speaks(&spoken, "101", begin + SECONDS(50), begin + SECONDS(55));
    told(fx, &spoken);
    CHECK_INT(fixture_rows(fx, &clock_table), 3);
    bert = call_clock(fx, &spoken, "102", 0);
    CHECK_INT(bert.part, 1);
    CHECK_INT(bert.raw_s, 10);
    CHECK_INT(call_clock(fx, &spoken, "101", 0).raw_s, 40);
    CHECK_INT(call_clock(fx, &spoken, "101", 1).raw_s, 5);
    fixture_free(fx);
}

TEST(a_call_by_hand_of_somebody_without_a_phone_has_a_clock_unless_nobody_answered)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct spoken spoken;
    int64_t begin = fixture_now(fx);

    spoken_init(&spoken, 1);
    spoken.call.source = "manual";
    spoken.call.direction = call_direction_OUTBOUND;
    spoken.call.called = "+4940555";
    spoken.staff[0] = ANNA;
    spoken.call.staff = spoken.staff;
    spoken.call.staff_count = 1;
    spoken.call.has_answered_at = true;
    spoken.call.answered_at = begin;
    spoken.call.version = 1;
    spoken.call.state = call_state_TALKING;
    fixture_fact(fx, "telephony", "call", &spoken.call, false);
    CHECK_INT(call_clock(fx, &spoken, "", 0).state, clock_state_RUNNING);
    CHECK(id_equal(call_clock(fx, &spoken, "", 0).staff, ANNA));
    spoken.call.version = 2;
    spoken.call.state = call_state_ENDED;
    spoken.call.has_answered_at = false;
    fixture_fact(fx, "telephony", "call", &spoken.call, false);
    CHECK_INT(fixture_rows(fx, &clock_table), 0);
    fixture_free(fx);
}

// Facts of different services come in any order.
TEST(a_phone_that_was_nobodys_gets_its_owner_when_that_is_told)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct id carl = id_number(3);
    int64_t begin = fixture_now(fx);

    for (uint32_t i = 0; i < 60; i++) {
        struct spoken spoken;
        spoken_init(&spoken, i);
        speaks(&spoken, "103", begin + SECONDS(i), begin + SECONDS(i) + SECONDS(1));
        spoken.staff[0] = i % 10 == 9 ? BERT : carl; // it was Bert's then
        spoken.call.staff = spoken.staff;
        spoken.call.staff_count = 1;
        spoken.call.agents_rung = (const char *const[]){ "103", "104" };
        spoken.call.agents_rung_count = 2;
        told(fx, &spoken);
    }
    struct spoken one;
    spoken_init(&one, 5);
    CHECK(id_is_zero(call_clock(fx, &one, "103", 0).staff));
    tell_staff(fx, carl, "Carl", "103");
    fixture_wait(fx, SECONDS(5));
    for (uint32_t i = 0; i < 60; i++) {
        spoken_init(&one, i);
        struct clock clock = call_clock(fx, &one, "103", 0);
        CHECK(id_equal(clock.staff, i % 10 == 9 ? (struct id){ { 0 } } : carl));
    }
    fixture_free(fx);
}

// --- by hand
TEST(a_second_clock_pauses_the_first_and_hands_back)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock_move top = { .staff = ANNA };
    struct clock out;

    struct clock first = start(fx, "Klage");
    CHECK_INT(first.state, clock_state_RUNNING);
    CHECK_STR(first.text, "Klage");
    CHECK(id_equal(first.staff, ANNA));
    fixture_wait(fx, SECONDS(100));
    struct clock second = start(fx, "Frage");
    CHECK_INT(row(fx, first.id).state, clock_state_PAUSED);
    CHECK(id_equal(row(fx, first.id).paused_for, second.id));
    fixture_wait(fx, SECONDS(30));
    CHECK_INT(call_clock_stop(&fx->client, &top, &out), CALL_DONE);
    CHECK(id_equal(out.id, second.id));
    CHECK_INT(out.raw_s, 30);
    CHECK_INT(row(fx, first.id).state, clock_state_RUNNING);
    fixture_wait(fx, SECONDS(7));
    CHECK_INT(call_clock_stop(&fx->client, &top, &out), CALL_DONE);
    CHECK(id_equal(out.id, first.id));
    CHECK_INT(out.raw_s, 107);
    CHECK_INT((int64_t)out.spans_count, 2);
    refused(fx, call_clock_stop(&fx->client, &top, &out), ERR_NOT_FOUND, "id");
    fixture_free(fx);
}

TEST(what_was_paused_by_hand_waits_for_a_hand)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock_move top = { .staff = ANNA };
    struct clock out;

    struct clock first = start(fx, "eins");
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(call_clock_pause(&fx->client, &top, &out), CALL_DONE);
    CHECK(out.manual_pause && out.state == clock_state_PAUSED);
    refused(fx, call_clock_pause(&fx->client, &(struct clock_move){ .id = first.id }, &out),
            ERR_CONFLICT, "id");
    fixture_wait(fx, SECONDS(10));
    struct clock second = start(fx, "zwei");
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(call_clock_stop(&fx->client, &top, &out), CALL_DONE);
    CHECK(id_equal(out.id, second.id));
    CHECK_INT(row(fx, first.id).state, clock_state_PAUSED);
    CHECK_INT(call_clock_resume(&fx->client, &top, &out), CALL_DONE);
    CHECK(id_equal(out.id, first.id) && !out.manual_pause);
    refused(fx, call_clock_resume(&fx->client, &(struct clock_move){ .id = first.id }, &out),
            ERR_CONFLICT, "id");
    fixture_wait(fx, SECONDS(5));
    CHECK_INT(call_clock_stop(&fx->client, &top, &out), CALL_DONE);
    CHECK_INT(out.raw_s, 15);
    fixture_free(fx);
}

// A over B over C: each is handed back to whoever it interrupted, also when one in the middle goes.
TEST(the_stack_keeps_its_order)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock_move top = { .staff = ANNA };
    struct clock out;

    struct clock a = start(fx, "a");
    fixture_wait(fx, SECONDS(1));
    struct clock b = start(fx, "b");
    fixture_wait(fx, SECONDS(1));
    struct clock c = start(fx, "c");
    fixture_wait(fx, SECONDS(1));
    CHECK_INT(call_clock_stop(&fx->client, &(struct clock_move){ .id = b.id }, &out), CALL_DONE);
    CHECK(id_equal(row(fx, a.id).paused_for, c.id));
    CHECK_INT(call_clock_resume(&fx->client, &(struct clock_move){ .id = a.id }, &out), CALL_DONE);
    CHECK(id_equal(row(fx, c.id).paused_for, a.id));
    struct clock_stack stack;
    CHECK_INT(call_clock_status(&fx->client, &(struct clock_status_query){ .staff = ANNA }, &stack),
              CALL_DONE);
    CHECK_INT((int64_t)stack.clocks_count, 2);
    CHECK(id_equal(stack.clocks[0].id, a.id) && id_equal(stack.clocks[1].id, c.id));
    CHECK_INT(call_clock_stop(&fx->client, &top, &out), CALL_DONE);
    CHECK_INT(row(fx, c.id).state, clock_state_RUNNING);
    fixture_free(fx);
}

// --- a call in between
TEST(a_call_pauses_the_clock_and_its_end_resumes_it)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock_move top = { .staff = ANNA };
    struct spoken spoken;
    struct clock out;

    struct clock clock = start(fx, "Klage");
    fixture_wait(fx, SECONDS(60));
    anna_speaks(fx, &spoken, 1, fixture_now(fx), 0);
    clock = row(fx, clock.id);
    CHECK_INT(clock.state, clock_state_PAUSED);
    CHECK(id_equal(clock.paused_for, clock_id(spoken.call.id, "101", 0)));
    refused(fx, call_clock_resume(&fx->client, &(struct clock_move){ .id = clock.id }, &out),
            ERR_CONFLICT, "id");
    fixture_wait(fx, SECONDS(30));
    hangs_up(&spoken, 0, fixture_now(fx) - SECONDS(2)); // heard of 2 s late
    told(fx, &spoken);
    clock = row(fx, clock.id);
    CHECK_INT(clock.state, clock_state_RUNNING);
    CHECK(id_is_zero(clock.paused_for));
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(call_clock_stop(&fx->client, &top, &out), CALL_DONE);
    CHECK_INT(out.raw_s, 60 + 2 + 10);
    fixture_free(fx);
}

TEST(paused_by_hand_during_a_call_it_stays_so)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock_move top = { .staff = ANNA };
    struct spoken spoken;
    struct clock out;

    struct clock clock = start(fx, "Klage");
    fixture_wait(fx, SECONDS(5));
    anna_speaks(fx, &spoken, 1, fixture_now(fx), 0);
    CHECK_INT(call_clock_pause(&fx->client, &top, &out), CALL_DONE);
    fixture_wait(fx, SECONDS(5));
    hangs_up(&spoken, 0, fixture_now(fx));
    told(fx, &spoken);
    CHECK_INT(row(fx, clock.id).state, clock_state_PAUSED);
    CHECK(row(fx, clock.id).manual_pause);
    fixture_free(fx);
}

// Nothing is heard of for an hour: the clock is stopped meanwhile, and is right afterwards.
TEST(late_facts_take_their_time_out_of_what_was_counted)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct spoken first, second;
    struct clock out;

    struct clock clock = start(fx, "Klage");
    int64_t begin = fixture_now(fx);
    fixture_wait(fx, SECONDS(600));
    CHECK_INT(call_clock_stop(&fx->client, &(struct clock_move){ .id = clock.id }, &out),
              CALL_DONE);
    CHECK_INT(out.raw_s, 600);
    fixture_wait(fx, SECONDS(3600));
    anna_speaks(fx, &first, 1, begin - SECONDS(20), begin + SECONDS(20)); // begun before
    // An attended transfer: two calls at once.
    anna_speaks(fx, &second, 2, begin + SECONDS(100), begin + SECONDS(200));
    spoken_init(&first, 3);
    speaks(&first, "101", begin + SECONDS(150), begin + SECONDS(180));
    speaks(&first, "102", begin + SECONDS(300), begin + SECONDS(400)); // Bert's
    told(fx, &first);
    anna_speaks(fx, &second, 4, begin + SECONDS(590), begin + SECONDS(700)); // on afterwards
    clock = row(fx, clock.id);
    CHECK_INT(clock.raw_s, 600 - 20 - 100 - 10);
    CHECK_INT((int64_t)clock.spans_count, 2);
    CHECK_INT(clock.spans[0].from, begin + SECONDS(20));
    CHECK_INT(clock.spans[1].until, begin + SECONDS(590));
    fixture_free(fx);
}

// --- limits
TEST(a_reminder_is_told_once_also_when_the_service_was_down)
{
    for (int down = 0; down < 2; down++) {
        struct timekeeping_house house;
        struct fixture *fx = desk_new(&house);
        struct spoken spoken;

        house.remind_us = SECONDS(300);
        struct clock clock = start(fx, "Klage");
        int64_t begin = fixture_now(fx);
        CHECK_INT(clock.remind_at, begin + SECONDS(300));
        fixture_wait(fx, SECONDS(100));
        anna_speaks(fx, &spoken, 1, begin + SECONDS(50), begin + SECONDS(100)); // does not count
        CHECK_INT(row(fx, clock.id).remind_at, begin + SECONDS(350));
        fixture_wait(fx, SECONDS(240));
        CHECK(!row(fx, clock.id).has_reminded_at);
        if (down)
            fixture_crash(fx);
        fixture_wait(fx, SECONDS(200));
        if (down)
            fixture_start(fx);
        fixture_wait(fx, SECONDS(3));
        clock = row(fx, clock.id);
        CHECK(clock.has_reminded_at && clock.state == clock_state_RUNNING);
        int64_t version = clock.version;
        fixture_restart(fx);
        fixture_wait(fx, SECONDS(400));
        CHECK_INT(row(fx, clock.id).version, version);
        fixture_free(fx);
    }
}

TEST(at_the_limit_it_stops_counting_and_can_be_corrected)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock out;

    house.limit_us = SECONDS(600);
    struct clock waits = start(fx, "davor");
    fixture_wait(fx, SECONDS(5));
    struct clock clock = start(fx, "vergessen");
    int64_t begin = fixture_now(fx);
    fixture_crash(fx);
    fixture_wait(fx, SECONDS(1200));
    fixture_start(fx);
    fixture_wait(fx, SECONDS(3));
    clock = row(fx, clock.id);
    CHECK(clock.limited && clock.state == clock_state_STOPPED);
    CHECK_INT(clock.stopped_at, begin + SECONDS(600));
    CHECK_INT(clock.raw_s, 600);
    waits = row(fx, waits.id);
    CHECK(waits.state == clock_state_PAUSED && waits.manual_pause);
    struct clock_correction in = {
        .id = clock.id, .version = clock.version, .actual_s = 720, .reason = "vergessen"
    };
    CHECK_INT(call_clock_correct(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT(out.actual_s, 720);
    CHECK_INT(out.raw_s, 600);
    fixture_free(fx);
}

// --- corrections
TEST(corrections_say_who_when_and_why_and_raw_stays)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct spoken spoken;
    struct clock out;
    int64_t begin = fixture_now(fx);

    anna_speaks(fx, &spoken, 1, begin, 0);
    struct clock_correction in = { .id = clock_id(spoken.call.id, "101", 0),
                                   .version = 1,
                                   .actual_s = 240,
                                   .reason = "Verbindung war weg" };
    refused(fx, call_clock_correct(&fx->client, &in, &out), ERR_CONFLICT, "id");
    hangs_up(&spoken, 0, begin + SECONDS(300));
    told(fx, &spoken);
    refused(fx, call_clock_correct(&fx->client, &in, &out), ERR_CONFLICT, "version");
    in.version = 2;
    in.reason = " ";
    refused(fx, call_clock_correct(&fx->client, &in, &out), ERR_INVALID, "reason");
    in.reason = "Verbindung war weg";
    CHECK_INT(call_clock_correct(&fx->client, &in, &out), CALL_DONE);
    in.version = 3;
    in.actual_s = 200;
    CHECK_INT(call_clock_correct(&fx->client, &in, &out), CALL_DONE);
    CHECK_INT((int64_t)out.corrections_count, 2);
    CHECK_INT(out.corrections[1].from_s, 240);
    CHECK_INT(out.corrections[1].to_s, 200);
    CHECK_STR(out.corrections[1].by, id_text(ANNA).text);
    CHECK_STR(out.corrections[1].reason, "Verbindung war weg");
    CHECK_INT(out.raw_s, 300);
    told(fx, &spoken); // does not undo it
    CHECK_INT(call_clock(fx, &spoken, "101", 0).actual_s, 200);
    fixture_free(fx);
}

// --- booking
struct taking {
    struct id clock, entry;
    bool release;
    struct err err;
};

static bool run_take(struct request *rq, void *argument)
{
    struct taking *taking = argument;
    struct clock clock;
    bool done = taking->release ? clock_release(rq, taking->clock, taking->entry)
                                : clock_take(rq, taking->clock, taking->entry, &clock);
    taking->err = rq->err;
    return done;
}

TEST(one_entry_has_a_clock)
{
    struct timekeeping_house house;
    struct fixture *fx = desk_new(&house);
    struct clock out;
    struct clock clock = start(fx, "Klage");
    fixture_wait(fx, SECONDS(5));
    CHECK_INT(call_clock_stop(&fx->client, &(struct clock_move){ .id = clock.id }, &out),
              CALL_DONE);
    struct taking one = { clock.id, id_number(50), false, { 0 } };
    struct taking two = { clock.id, id_number(51), false, { 0 } };
    CHECK(fixture_input(fx, run_take, &one));
    CHECK(fixture_input(fx, run_take, &one));
    (void)!fixture_input(fx, run_take, &two);
    CHECK_INT(two.err.code, ERR_CONFLICT);
    two.release = true; // not its own
    CHECK(fixture_input(fx, run_take, &two));
    CHECK(id_equal(row(fx, clock.id).entry, one.entry));
    one.release = true;
    CHECK(fixture_input(fx, run_take, &one));
    CHECK(id_is_zero(row(fx, clock.id).entry));
    fixture_free(fx);
}

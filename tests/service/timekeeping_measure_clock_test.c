// SPDX-License-Identifier: Apache-2.0
// A measure and the clocks that measure it: started, stopped, corrected, booked, split, taken back;
// what the one says of time the other says too.
#include "services/timekeeping/store_clock.h"
#include "services/timekeeping/store_entry.h"
#include "tests/service/timekeeping_inquiry_world.h"

static struct fixture *at_work(void)
{
    struct fixture *fx = world_new();
    struct kind_new kind = { .key = "S", .name = "Standard" };
    struct service_kind out;

    as_house(fx);
    CHECK_INT(call_kind_add(&fx->client, &kind, &out), CALL_DONE);
    as_anna(fx);
    add(fx, (struct inquiry_new){ .subject = "Server", .client = CLIENT_A });
    return fx;
}

static struct measure measure_now(struct fixture *fx, struct id id)
{
    struct measure row = { .version = 0 };
    CHECK(fixture_row(fx, &measure_table, id, &row));
    return row;
}

static struct clock clock_now(struct fixture *fx, struct id id)
{
    struct clock row = { .version = 0 };
    CHECK(fixture_row(fx, &clock_table, id, &row));
    return row;
}

static struct entry entry_now(struct fixture *fx, struct id id)
{
    struct entry row = { .version = 0 };
    CHECK(fixture_row(fx, &entry_table, id, &row));
    return row;
}

// Runs for so long and stands then.
static struct measure worked(struct fixture *fx, const char *number, int64_t seconds)
{
    struct measure_starting start = { .number = number, .key = "S" };
    struct measure out = { .version = 0 };

    CHECK_INT(call_measure_start(&fx->client, &start, &out), CALL_DONE);
    fixture_wait(fx, SECONDS(seconds));
    CHECK_INT(call_measure_stop(&fx->client, &(struct measure_stopping){ .text = NULL }, &out),
              CALL_DONE);
    return out;
}

static struct measure finish(struct fixture *fx)
{
    struct measure out = { .version = 0 };

    CHECK_INT(call_measure_done(&fx->client, &(struct measure_ending){ .measure = "1/1" }, &out),
              CALL_DONE);
    return out;
}

static struct clock correct(struct fixture *fx, struct id id, int64_t seconds)
{
    struct clock_correction in = {
        .id = id, .version = clock_now(fx, id).version, .actual_s = seconds, .reason = "vergessen"
    };
    struct clock out = { .version = 0 };

    CHECK_INT(call_clock_correct(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// Anna spoke then, and it is heard of now.
static void hear_of_call(struct fixture *fx, int64_t from, int64_t until)
{
    struct call_part part = { .agent = "10",
                              .from = from,
                              .has_until = true,
                              .until = until,
                              .talk_ms = (until - from) / 1000 };
    struct call call = { .id = id_number(1001),
                         .version = 1,
                         .source = "pbx",
                         .source_ref = "1",
                         .state = call_state_ENDED,
                         .direction = call_direction_INBOUND,
                         .caller = "+49301234567",
                         .parts = &part,
                         .parts_count = 1,
                         .started_at = from };
    fixture_fact(fx, "telephony", "call", &call, false);
}

TEST(each_run_has_a_clock_and_they_add_up)
{
    struct fixture *fx = at_work();
    struct measure row = worked(fx, "1", 100);

    CHECK_INT(row.raw_s, 100);
    row = worked(fx, "1/1", 50);
    CHECK_INT(row.raw_s, 150);
    CHECK_INT((int64_t)row.clocks_count, 2);
    CHECK(id_equal(row.clock, row.clocks[1]));
    CHECK(id_equal(clock_now(fx, row.clocks[0]).measure, row.id));
    CHECK_INT(clock_now(fx, row.clocks[0]).raw_s, 100);
    row = finish(fx);
    // Booked together: one entry has both clocks.
    CHECK_INT(entry_now(fx, row.entry).raw_s, 150);
    CHECK(id_equal(clock_now(fx, row.clocks[0]).entry, row.entry));
    CHECK(id_equal(clock_now(fx, row.clocks[1]).entry, row.entry));
    fixture_free(fx);
}

// Its seconds would be booked twice.
TEST(a_measures_clock_is_booked_with_it_only)
{
    struct fixture *fx = at_work();
    struct measure row = worked(fx, "1", 100);
    struct entry_new booking = { .key = "S", .clock = row.clock };
    struct entry entry;

    refused(fx, call_entry_book(&fx->client, &booking, &entry), ERR_CONFLICT, "clock");
    row = finish(fx);
    refused(fx, call_entry_book(&fx->client, &booking, &entry), ERR_CONFLICT, "clock");
    // Taken back, it is free.
    CHECK_INT(call_entry_undo(&fx->client, &(struct nothing){ 0 }, &entry), CALL_DONE);
    CHECK(id_equal(entry.id, row.entry));
    CHECK(id_is_zero(clock_now(fx, row.clock).entry));
    CHECK_INT(call_entry_book(&fx->client, &booking, &entry), CALL_DONE);
    CHECK_INT(entry.raw_s, 100);
    fixture_free(fx);
}

TEST(a_clock_that_is_stopped_stops_its_measure)
{
    struct fixture *fx = at_work();
    struct measure_starting start = { .number = "1" };
    struct measure out;
    struct clock clock;

    CHECK_INT(call_measure_start(&fx->client, &start, &out), CALL_DONE);
    fixture_wait(fx, SECONDS(70));
    CHECK_INT(call_clock_stop(&fx->client, &(struct clock_move){ .id = out.clock }, &clock),
              CALL_DONE);
    out = measure_now(fx, out.id);
    CHECK(!out.has_running_since && out.has_stopped_at);
    CHECK_INT(out.raw_s, 70);
    refused(fx,
            call_measure_stop(&fx->client, &(struct measure_stopping){ .measure = "1/1" }, &out),
            ERR_CONFLICT, "state");
    fixture_free(fx);
}

TEST(a_correction_of_its_clock_is_the_measures)
{
    struct fixture *fx = at_work();
    struct measure row = worked(fx, "1", 100);

    row = worked(fx, "1/1", 50);
    (void)correct(fx, row.clocks[0], 400);
    row = measure_now(fx, row.id);
    CHECK_INT(row.raw_s, 150); // as measured
    CHECK(row.has_actual_s && row.by_clock);
    CHECK_INT(row.actual_s, 450);
    (void)correct(fx, row.clocks[1], 60);
    CHECK_INT(measure_now(fx, row.id).actual_s, 460);
    row = worked(fx, "1/1", 10);
    CHECK_INT(row.actual_s, 470);
    row = finish(fx);
    CHECK_INT(entry_now(fx, row.entry).raw_s, 160);
    CHECK_INT(entry_now(fx, row.entry).actual_s, 470);
    // From now on the entry is corrected, not the clock.
    struct clock_correction in = {
        .id = row.clock, .version = clock_now(fx, row.clock).version, .actual_s = 1, .reason = "x"
    };
    struct clock clock;
    refused(fx, call_clock_correct(&fx->client, &in, &clock), ERR_CONFLICT, "id");
    fixture_free(fx);
}

TEST(a_correction_back_leaves_no_trace_in_the_measure)
{
    struct fixture *fx = at_work();
    struct measure row = worked(fx, "1", 100);

    (void)correct(fx, row.clock, 400);
    (void)correct(fx, row.clock, 100);
    row = measure_now(fx, row.id);
    CHECK(!row.has_actual_s && !row.by_clock);
    fixture_free(fx);
}

TEST(time_given_for_the_measure_stands_above_its_clocks)
{
    struct fixture *fx = at_work();
    struct measure row = worked(fx, "1", 100), out;
    struct measure_change change = {
        .measure = "1/1", .version = row.version, .has_actual_s = true, .actual_s = 300
    };

    CHECK_INT(call_measure_edit(&fx->client, &change, &out), CALL_DONE);
    (void)correct(fx, row.clock, 200);
    CHECK_INT(measure_now(fx, row.id).actual_s, 300);
    row = finish(fx);
    CHECK_INT(entry_now(fx, row.entry).actual_s, 300);
    CHECK_INT(entry_now(fx, row.entry).raw_s, 100);
    fixture_free(fx);
}

// Its call was heard of late: before it was done, and when it was booked.
TEST(a_late_call_shortens_clock_measure_and_entry)
{
    for (int done = 0; done < 2; done++) {
        struct fixture *fx = at_work();
        struct measure row = worked(fx, "1", 100);
        int64_t began = row.started_at;

        fixture_wait(fx, SECONDS(600));
        row = worked(fx, "1/1", 50);
        if (done)
            row = finish(fx);
        fixture_wait(fx, SECONDS(600));
        hear_of_call(fx, began + SECONDS(20), began + SECONDS(50));
        CHECK_INT(clock_now(fx, row.clocks[0]).raw_s, 70);
        CHECK_INT(measure_now(fx, row.id).raw_s, 120);
        if (!done)
            row = finish(fx);
        CHECK_INT(entry_now(fx, row.entry).raw_s, 120);
        CHECK_INT(entry_now(fx, row.entry).actual_s, 120);
        CHECK_INT((int64_t)entry_now(fx, row.entry).corrections_count, 0);
        fixture_free(fx);
    }
}

TEST(billing_has_its_entry_and_a_call_is_heard_of)
{
    struct fixture *fx = at_work();
    struct measure row = worked(fx, "1", 100);
    int64_t began = row.started_at;

    (void)worked(fx, "1/1", 50);
    row = finish(fx);
    fixture_wait(fx, SECONDS(600));
    struct billing_run run = { .id = id_number(91),
                               .version = 1,
                               .state = run_state_OPEN,
                               .cut_off = fixture_now(fx),
                               .begun_at = fixture_now(fx),
                               .begun_by = "x" };
    fixture_fact(fx, "billing", "billing_run", &run, false);
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(entry_now(fx, row.entry).state, entry_state_LOCKED);
    hear_of_call(fx, began + SECONDS(20), began + SECONDS(50));
    CHECK_INT(entry_now(fx, row.entry).raw_s, 150);
    CHECK_INT(measure_now(fx, row.id).raw_s, 120);
    CHECK_INT(clock_now(fx, row.clocks[0]).overlap_s, 30);
    run.version = 2;
    run.state = run_state_CANCELLED;
    fixture_fact(fx, "billing", "billing_run", &run, false);
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(entry_now(fx, row.entry).state, entry_state_OPEN);
    CHECK_INT(entry_now(fx, row.entry).raw_s, 120);
    CHECK(!clock_now(fx, row.clocks[0]).has_overlap_s);
    fixture_free(fx);
}

TEST(after_a_split_the_parts_still_add_up)
{
    struct fixture *fx = at_work();
    struct measure row = worked(fx, "1", 100), out;
    struct entry_parts parts;

    row = finish(fx);
    struct entry_split_in split = { .id = row.entry,
                                    .version = entry_now(fx, row.entry).version,
                                    .has_percent = true,
                                    .percent = 40 };
    CHECK_INT(call_entry_split(&fx->client, &split, &parts), CALL_DONE);
    struct id part = parts.part->id;
    hear_of_call(fx, row.started_at + SECONDS(20), row.started_at + SECONDS(30));
    CHECK_INT(entry_now(fx, row.entry).raw_s, 50);
    CHECK_INT(entry_now(fx, part).raw_s, 40);
    // Its time is given anew: the rest has what the part has not.
    struct measure_change change = { .measure = "1/1",
                                     .version = measure_now(fx, row.id).version,
                                     .has_actual_s = true,
                                     .actual_s = 600 };
    CHECK_INT(call_measure_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_INT(entry_now(fx, row.entry).actual_s, 560);
    CHECK_INT(entry_now(fx, part).actual_s, 40);
    fixture_free(fx);
}

TEST(a_time_corrected_at_the_entry_stays_when_only_words_change)
{
    struct fixture *fx = at_work();
    struct measure row = worked(fx, "1", 100), out;
    struct entry entry;

    row = finish(fx);
    struct entry_correct_in correction = { .id = row.entry,
                                           .version = entry_now(fx, row.entry).version,
                                           .has_minutes = true,
                                           .minutes = 5,
                                           .reason = "Kulanz" };
    CHECK_INT(call_entry_correct(&fx->client, &correction, &entry), CALL_DONE);
    struct measure_change change = { .measure = "1/1", .version = row.version, .text = "Server" };
    CHECK_INT(call_measure_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_STR(entry_now(fx, row.entry).text, "Server");
    CHECK_INT(entry_now(fx, row.entry).actual_s, 300);
    fixture_free(fx);
}

// Half an hour was given by its beginning and end; what runs afterwards comes on top.
TEST(started_again_it_keeps_the_time_that_was_given)
{
    struct fixture *fx = at_work();
    struct measure_new in = { .number = "1",
                              .has_started_at = true,
                              .started_at = fixture_now(fx) - SECONDS(1800),
                              .has_stopped_at = true,
                              .stopped_at = fixture_now(fx) };
    struct measure row;

    CHECK_INT(call_measure_add(&fx->client, &in, &row), CALL_DONE);
    CHECK_INT(row.raw_s, 1800);
    CHECK_INT(worked(fx, "1/1", 60).raw_s, 1860);
    fixture_free(fx);
}

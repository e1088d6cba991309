// SPDX-License-Identifier: Apache-2.0
// A clock that is booked when a call of the same person is heard of: no second counts twice, as far
// as billing lets it; what billing has stays and is told.
#include "services/timekeeping/store_entry.h"
#include "tests/service/timekeeping_clock_world.h"

#define RUN     id_number(91)
#define VOUCHER id_number(92)

static struct fixture *booking_desk(struct timekeeping_house *house)
{
    struct fixture *fx = desk_new(house);
    struct kind_new kind = { .key = "S", .name = "Standard" };
    struct service_kind out;

    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "tester");
    CHECK_INT(call_kind_add(&fx->client, &kind, &out), CALL_DONE);
    as_staff(fx, ANNA, ROLE_BIT(AGENT));
    return fx;
}

// Ran for so long, stopped and booked; `began` when.
static struct entry booked(struct fixture *fx, int64_t seconds, int64_t *began)
{
    struct entry entry = { .version = 0 };
    struct clock clock = start(fx, "Klage"), out;

    *began = fixture_now(fx);
    fixture_wait(fx, SECONDS(seconds));
    CHECK_INT(call_clock_stop(&fx->client, &(struct clock_move){ .id = clock.id }, &out),
              CALL_DONE);
    CHECK_INT(
        call_entry_book(&fx->client, &(struct entry_new){ .key = "S", .clock = clock.id }, &entry),
        CALL_DONE);
    CHECK_INT(entry.raw_s, seconds);
    fixture_wait(fx, SECONDS(3600));
    return entry;
}

// Heard of now, an hour late.
static void late_call(struct fixture *fx, struct spoken *spoken, int64_t from, int64_t until)
{
    spoken_init(spoken, 1);
    speaks(spoken, "101", from, until);
    told(fx, spoken);
}

static struct entry entry_now(struct fixture *fx, struct id id)
{
    struct entry entry = { .version = 0 };
    CHECK(fixture_row(fx, &entry_table, id, &entry));
    return entry;
}

static void tell_run(struct fixture *fx, int64_t version, enum run_state state)
{
    struct billing_run run = { .id = RUN,
                               .version = version,
                               .state = state,
                               .cut_off = fixture_now(fx),
                               .begun_at = fixture_now(fx),
                               .begun_by = "x" };
    fixture_fact(fx, "billing", "billing_run", &run, false);
    fixture_wait(fx, SECONDS(10));
}

static void tell_voucher(struct fixture *fx, int64_t version, enum voucher_state state)
{
    struct voucher_mark voucher = { .id = VOUCHER,
                                    .version = version,
                                    .run = RUN,
                                    .number = "RE-2026-17",
                                    .state = state,
                                    .entries = 1 };
    fixture_fact(fx, "billing", "voucher_mark", &voucher, false);
    fixture_wait(fx, SECONDS(10));
}

TEST(a_late_call_shortens_clock_and_entry)
{
    struct timekeeping_house house;
    struct fixture *fx = booking_desk(&house);
    struct spoken spoken;
    int64_t began;
    struct entry entry = booked(fx, 600, &began);

    late_call(fx, &spoken, began + SECONDS(100), began + SECONDS(200));
    CHECK_INT(row(fx, entry.clock).raw_s, 500);
    CHECK(id_equal(row(fx, entry.clock).entry, entry.id) && !row(fx, entry.clock).has_overlap_s);
    entry = entry_now(fx, entry.id);
    CHECK_INT(entry.raw_s, 500);
    CHECK_INT(entry.actual_s, 500);
    CHECK_INT(entry.rounded_s, 500);
    CHECK_INT(entry.version, 2);
    told(fx, &spoken); // again: nothing changes
    CHECK_INT(entry_now(fx, entry.id).version, 2);
    hangs_up(&spoken, 0, began + SECONDS(150)); // it was shorter than had been told
    told(fx, &spoken);
    CHECK_INT(entry_now(fx, entry.id).raw_s, 550);
    fixture_free(fx);
}

TEST(minutes_that_somebody_corrected_stay)
{
    struct timekeeping_house house;
    struct fixture *fx = booking_desk(&house);
    struct spoken spoken;
    int64_t began;
    struct entry entry = booked(fx, 600, &began), out;
    struct entry_correct_in correction = {
        .id = entry.id, .version = 1, .has_minutes = true, .minutes = 15, .reason = "Akten"
    };

    CHECK_INT(call_entry_correct(&fx->client, &correction, &out), CALL_DONE);
    late_call(fx, &spoken, began, began + SECONDS(120));
    entry = entry_now(fx, entry.id);
    CHECK_INT(entry.raw_s, 480);
    CHECK_INT(entry.actual_s, 900);
    CHECK_INT((int64_t)entry.corrections_count, 1);
    fixture_free(fx);
}

TEST(what_was_split_off_stays_and_the_rest_follows)
{
    struct timekeeping_house house;
    struct fixture *fx = booking_desk(&house);
    struct spoken spoken;
    int64_t began;
    struct entry entry = booked(fx, 600, &began);
    struct entry_split_in split = {
        .id = entry.id, .version = 1, .has_seconds = true, .seconds = 240
    };
    struct entry_parts parts;

    CHECK_INT(call_entry_split(&fx->client, &split, &parts), CALL_DONE);
    struct id part = parts.part->id;
    late_call(fx, &spoken, began, began + SECONDS(100));
    CHECK_INT(entry_now(fx, entry.id).raw_s, 260);
    CHECK_INT(entry_now(fx, entry.id).actual_s, 260);
    CHECK_INT(entry_now(fx, part).raw_s, 240);
    CHECK(!row(fx, entry.clock).has_overlap_s);
    // More than the rest has: the part has 40 s that the call has too, and that is told.
    hangs_up(&spoken, 0, began + SECONDS(400));
    told(fx, &spoken);
    CHECK_INT(entry_now(fx, entry.id).raw_s, 0);
    CHECK_INT(entry_now(fx, part).raw_s, 240);
    CHECK_INT(row(fx, entry.clock).raw_s, 200);
    CHECK_INT(row(fx, entry.clock).overlap_s, 40);
    fixture_free(fx);
}

TEST(what_billing_has_stays_and_follows_when_it_is_free)
{
    struct timekeeping_house house;
    struct fixture *fx = booking_desk(&house);
    struct clock_page page = { .more = false };
    struct spoken spoken;
    int64_t began;
    struct entry entry = booked(fx, 600, &began);

    tell_run(fx, 1, run_state_OPEN);
    tell_voucher(fx, 1, voucher_state_ISSUED);
    tell_run(fx, 2, run_state_CLOSED);
    CHECK_INT(entry_now(fx, entry.id).state, entry_state_BILLED);
    late_call(fx, &spoken, began + SECONDS(60), began + SECONDS(90));
    CHECK_INT(entry_now(fx, entry.id).raw_s, 600);
    CHECK_INT(row(fx, entry.clock).raw_s, 570);
    CHECK_INT(row(fx, entry.clock).overlap_s, 30);
    int64_t version = row(fx, entry.clock).version;
    told(fx, &spoken);
    CHECK_INT(row(fx, entry.clock).version, version); // told once
    struct clock_query query = { .has_overlap = true, .overlap = true };
    CHECK_INT(call_clock_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.clocks_count, 1);
    tell_voucher(fx, 2, voucher_state_CANCELLED);
    entry = entry_now(fx, entry.id);
    CHECK_INT(entry.state, entry_state_OPEN);
    CHECK_INT(entry.raw_s, 570);
    CHECK_INT(entry.actual_s, 570);
    CHECK(!row(fx, entry.clock).has_overlap_s);
    CHECK_INT(call_clock_list(&fx->client, &query, &page), CALL_DONE);
    CHECK_INT((int64_t)page.clocks_count, 0);
    fixture_free(fx);
}

// One call over a whole day of short clocks: more than one step takes.
TEST(a_call_over_many_clocks_shortens_them_all)
{
    struct timekeeping_house house;
    struct fixture *fx = booking_desk(&house);
    struct spoken spoken;
    struct id clocks[120];
    struct clock out;
    int64_t began = fixture_now(fx);

    for (size_t i = 0; i < COUNT_OF(clocks); i++) {
        clocks[i] = start(fx, "Post").id;
        fixture_wait(fx, SECONDS(10));
        if (i + 1 < COUNT_OF(clocks))
            CHECK_INT(call_clock_stop(&fx->client, &(struct clock_move){ .id = clocks[i] }, &out),
                      CALL_DONE);
    }
    late_call(fx, &spoken, began + SECONDS(5), fixture_now(fx) - SECONDS(4));
    fixture_wait(fx, SECONDS(10));
    CHECK_INT(row(fx, clocks[0]).raw_s, 5);
    for (size_t i = 1; i + 1 < COUNT_OF(clocks); i++)
        CHECK_INT(row(fx, clocks[i]).raw_s, 0);
    CHECK_INT(row(fx, clocks[COUNT_OF(clocks) - 1]).state, clock_state_RUNNING);
    CHECK_INT(call_clock_stop(&fx->client, &(struct clock_move){ .id = clocks[119] }, &out),
              CALL_DONE);
    CHECK_INT(out.raw_s, 4 + 10);
    fixture_free(fx);
}

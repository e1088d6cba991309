// SPDX-License-Identifier: Apache-2.0
// A billing run by facts alone: entries are pinned, counted, billed, freed; nothing of it is lost
// or done twice, whatever crashes.
#include "services/timekeeping/rounding.h"
#include "tests/service/timekeeping_entry_world.h"

#define RUN     id_number(91)
#define VOUCHER id_number(92)

static void tell_run(struct fixture *fx, int64_t version, enum run_state state,
                     const struct id *customer)
{
    struct billing_run run = { .id = RUN,
                               .version = version,
                               .state = state,
                               .customers = customer,
                               .customers_count = customer ? 1 : 0,
                               .cut_off = BEGAN + SECONDS(10000),
                               .begun_at = BEGAN,
                               .begun_by = "x" };
    fixture_fact(fx, "billing", "billing_run", &run, false);
}

static void tell_voucher(struct fixture *fx, int64_t version, struct id customer,
                         enum voucher_state state)
{
    struct voucher_mark voucher = { .id = VOUCHER,
                                    .version = version,
                                    .run = RUN,
                                    .customer = customer,
                                    .number = "RE-2026-17",
                                    .state = state,
                                    .entries = 1 };
    fixture_fact(fx, "billing", "voucher_mark", &voucher, false);
}

static void work(struct fixture *fx)
{
    fixture_wait(fx, SECONDS(10));
}

static struct billing_lock lock_now(struct fixture *fx)
{
    struct billing_lock lock = { .version = 0 };
    CHECK(fixture_row(fx, &billing_lock_table, RUN, &lock));
    return lock;
}

static enum entry_state state_of(struct fixture *fx, const struct entry *entry)
{
    return entry_now(fx, entry->id).state;
}

// Every change of a locked or billed entry is refused.
static void check_refused(struct fixture *fx, const struct entry *entry, const char *names)
{
    struct entry now = entry_now(fx, entry->id), out;
    struct entry_parts parts;
    struct entry_correct_in correction = {
        .id = now.id, .version = now.version, .has_minutes = true, .minutes = 1, .reason = "x"
    };
    struct entry_change change = { .id = now.id, .version = now.version, .text = "x" };
    struct entry_move_in move = { .id = now.id, .version = now.version, .file = FILE_B };
    struct entry_delete_in delete = { .id = now.id, .version = now.version, .reason = "x" };
    struct entry_split_in split = {
        .id = now.id, .version = now.version, .has_percent = true, .percent = 50
    };

    refused(fx, call_entry_correct(&fx->client, &correction, &out), ERR_CONFLICT, "id");
    CHECK(strstr(fx->client.refused.german, names) != NULL);
    refused(fx, call_entry_edit(&fx->client, &change, &out), ERR_CONFLICT, "id");
    refused(fx, call_entry_rebook(&fx->client, &move, &out), ERR_CONFLICT, "id");
    refused(fx, call_entry_split(&fx->client, &split, &parts), ERR_CONFLICT, "id");
    refused(fx, call_entry_delete(&fx->client, &delete, &out), ERR_CONFLICT, "id");
    CHECK(strstr(fx->client.refused.german, names) != NULL);
    CHECK_INT(entry_now(fx, entry->id).version, now.version);
}

TEST(a_run_pins_reports_bills_and_frees)
{
    struct fixture *fx = world_new();
    struct entry of_hansen = book_at(fx, "K", FILE_A, 300, 0);
    struct entry of_petersen = book_at(fx, "K", FILE_B, 400, 0);
    struct entry later = book_at(fx, "K", FILE_A, 300, 10000);

    tell_run(fx, 1, run_state_OPEN, NULL);
    work(fx);
    struct billing_lock lock = lock_now(fx);
    CHECK(lock.state == lock_state_REPORTED);
    CHECK_INT(lock.entries, 2);
    CHECK_INT(lock.rounded_s, 360 + 720);
    CHECK(state_of(fx, &of_hansen) == entry_state_LOCKED);
    CHECK(state_of(fx, &later) == entry_state_OPEN); // at the cut-off
    check_refused(fx, &of_hansen, id_text(RUN).text);
    tell_voucher(fx, 1, HANSEN, voucher_state_ISSUED);
    work(fx);
    CHECK(state_of(fx, &of_hansen) == entry_state_BILLED);
    CHECK_STR(entry_now(fx, of_hansen.id).voucher, "RE-2026-17");
    CHECK(state_of(fx, &of_petersen) == entry_state_LOCKED);
    check_refused(fx, &of_hansen, "RE-2026-17");
    tell_run(fx, 2, run_state_CLOSED, NULL);
    work(fx);
    CHECK(lock_now(fx).state == lock_state_CLOSED);
    CHECK(state_of(fx, &of_hansen) == entry_state_BILLED);
    CHECK(state_of(fx, &of_petersen) == entry_state_OPEN);
    CHECK(id_is_zero(entry_now(fx, of_petersen.id).run));
    (void)correct(fx, of_petersen.id, 60);
    // The voucher is cancelled: its entries are free again, and can be changed.
    tell_voucher(fx, 2, HANSEN, voucher_state_CANCELLED);
    work(fx);
    CHECK(state_of(fx, &of_hansen) == entry_state_OPEN);
    CHECK(!entry_now(fx, of_hansen.id).voucher);
    (void)correct(fx, of_hansen.id, 60);
    fixture_free(fx);
}

// Found by the simulation: what is rounded as a whole was on two vouchers.
TEST(what_is_billed_to_one_does_not_change_when_another_is_freed)
{
    struct fixture *fx = world_new();
    struct rounding by_day = blocks_of(900, rounding_scope_DAY);
    struct rule_new rule = { .file = FILE_A, .rounding = &by_day };
    struct entry_new in = {
        .key = "S", .file = FILE_A, .has_seconds = true, .seconds = 100, .customer = PETERSEN
    };

    (void)set_rule(fx, &rule);
    struct entry of_hansen = book_at(fx, "S", FILE_A, 100, 0);
    struct entry of_petersen = book(fx, &in);
    tell_run(fx, 1, run_state_OPEN, NULL);
    work(fx);
    struct entry pinned = entry_now(fx, of_hansen.id);
    tell_voucher(fx, 1, HANSEN, voucher_state_ISSUED);
    work(fx);
    tell_run(fx, 2, run_state_CLOSED, NULL);
    work(fx);
    CHECK(state_of(fx, &of_hansen) == entry_state_BILLED);
    CHECK(state_of(fx, &of_petersen) == entry_state_OPEN);
    CHECK_INT(entry_now(fx, of_hansen.id).rounded_s, pinned.rounded_s);
    CHECK_INT(pinned.rounded_s, 900);
    fixture_free(fx);
}

TEST(a_cancelled_run_frees_all_and_only_its_customers_were_locked)
{
    struct fixture *fx = world_new();
    struct entry of_hansen = book_at(fx, "K", FILE_A, 300, 0);
    struct entry of_petersen = book_at(fx, "K", FILE_B, 300, 0);
    struct id customer = PETERSEN;

    tell_run(fx, 1, run_state_OPEN, &customer);
    work(fx);
    CHECK(state_of(fx, &of_hansen) == entry_state_OPEN);
    CHECK(state_of(fx, &of_petersen) == entry_state_LOCKED);
    tell_run(fx, 2, run_state_CANCELLED, &customer);
    work(fx);
    CHECK(lock_now(fx).state == lock_state_RELEASED);
    CHECK(state_of(fx, &of_petersen) == entry_state_OPEN);
    fixture_free(fx);
}

// The lock holds from its one row on, before the job has come to the entry.
TEST(the_lock_holds_before_the_entries_are_pinned)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "K", FILE_A, 300, 0), out;
    struct entry other = book_at(fx, "K", FILE_A, 300, 20000);

    tell_run(fx, 1, run_state_OPEN, NULL);
    CHECK(lock_now(fx).state == lock_state_PINNING);
    CHECK(state_of(fx, &entry) == entry_state_OPEN);
    check_refused(fx, &entry, id_text(RUN).text);
    refused(fx, call_entry_undo(&fx->client, &(struct nothing){ false }, &out), ERR_CONFLICT, "id");
    // What is booked into the period now is not part of the run.
    struct entry late = book_at(fx, "K", FILE_A, 300, 100);
    CHECK(id_equal(late.after_run, RUN));
    (void)correct(fx, other.id, 60); // behind the cut-off: free
    (void)correct(fx, late.id, 60);
    work(fx);
    CHECK_INT(lock_now(fx).entries, 1);
    CHECK(state_of(fx, &entry) == entry_state_LOCKED);
    CHECK(state_of(fx, &late) == entry_state_OPEN);
    fixture_free(fx);
}

TEST(what_comes_after_billing_begins_a_block_and_says_so)
{
    struct fixture *fx = world_new();
    struct rounding quarter = blocks_of(900, rounding_scope_FILE);

    (void)set_rule(fx, &(struct rule_new){ .rounding = &quarter });
    struct entry first = book_at(fx, "S", FILE_A, 240, 0);
    struct entry second = book_at(fx, "S", FILE_A, 240, 60);
    struct entry beyond = book_at(fx, "S", FILE_A, 240, 20000);
    CHECK_INT(entry_now(fx, beyond.id).rounded_s, 420);
    tell_run(fx, 1, run_state_OPEN, NULL);
    work(fx);
    // The cut-off goes through the block: each half is rounded by itself.
    CHECK_INT(entry_now(fx, first.id).rounded_s, 240);
    CHECK_INT(entry_now(fx, second.id).rounded_s, 660);
    CHECK_INT(lock_now(fx).rounded_s, 900);
    CHECK_INT(entry_now(fx, beyond.id).rounded_s, 900);
    CHECK(entry_now(fx, beyond.id).new_block);
    struct entry late = book_at(fx, "S", FILE_A, 240, 120);
    CHECK(late.new_block && late.rounded_s == 240);
    CHECK_INT(entry_now(fx, beyond.id).rounded_s, 660);
    CHECK(!entry_now(fx, beyond.id).new_block); // the block begins with the late one
    CHECK_INT(entry_now(fx, second.id).rounded_s, 660);
    // Cancelled: one block again.
    tell_run(fx, 2, run_state_CANCELLED, NULL);
    work(fx);
    CHECK_INT(entry_now(fx, second.id).rounded_s, 240);
    CHECK_INT(entry_now(fx, beyond.id).rounded_s, 1800 - 720);
    CHECK_INT(entry_now(fx, late.id).rounded_s, 240);
    CHECK(!entry_now(fx, late.id).new_block);
    fixture_free(fx);
}

TEST(a_merged_customers_entries_are_billed_too)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "K", FILE_B, 300, 0);
    struct contact_merged merged = { .id = PETERSEN,
                                     .version = 1,
                                     .to = HANSEN,
                                     .from_name = "Petersen",
                                     .to_name = "Hansen",
                                     .merged_at = 1,
                                     .merged_by = "x" };
    struct id customer = HANSEN;

    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    tell_run(fx, 1, run_state_OPEN, &customer);
    work(fx);
    CHECK(state_of(fx, &entry) == entry_state_LOCKED);
    // The mark names whom the entry bears, whatever becomes of the merge meanwhile.
    merged.version = 2;
    merged.has_undone = merged.undone = true;
    fixture_fact(fx, "contacts", "contact_merged", &merged, false);
    tell_voucher(fx, 1, HANSEN, voucher_state_ISSUED);
    work(fx);
    CHECK(state_of(fx, &entry) == entry_state_LOCKED);
    tell_voucher(fx, 2, PETERSEN, voucher_state_ISSUED);
    work(fx);
    CHECK(state_of(fx, &entry) == entry_state_BILLED);
    fixture_free(fx);
}

// Billing was set back and does not know the run any more: its tombstone names the id only.
TEST(a_lock_whose_run_billing_does_not_know_is_dropped)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "K", FILE_A, 300, 0);
    struct billing_run gone = { .id = RUN, .version = 2, .state = run_state_OPEN, .begun_by = "x" };
    struct voucher_mark voucher = { .id = VOUCHER,
                                    .version = 2,
                                    .run = id_number(7),
                                    .number = "-",
                                    .state = voucher_state_ISSUED };

    tell_run(fx, 1, run_state_OPEN, NULL);
    work(fx);
    tell_voucher(fx, 1, HANSEN, voucher_state_ISSUED);
    work(fx);
    CHECK(state_of(fx, &entry) == entry_state_BILLED);
    fixture_fact(fx, "billing", "voucher_mark", &voucher, true);
    work(fx);
    CHECK(state_of(fx, &entry) == entry_state_LOCKED);
    fixture_fact(fx, "billing", "billing_run", &gone, true);
    work(fx);
    CHECK(lock_now(fx).state == lock_state_RELEASED);
    CHECK(state_of(fx, &entry) == entry_state_OPEN);
    fixture_free(fx);
}

// --- many entries, told in any order, with crashes in between
#define MANY 500

static void check_many(struct fixture *fx, const struct id *ids, enum entry_state hansen,
                       enum entry_state petersen)
{
    for (int i = 0; i < MANY; i++) {
        struct entry entry = entry_now(fx, ids[i]);
        CHECK_INT(entry.state, id_equal(entry.customer, HANSEN) ? hansen : petersen);
        fixture_reset(fx);
    }
}

// Runs a little, dies, and goes on, until nothing is left to do.
static void work_with_crashes(struct fixture *fx)
{
    for (int i = 0; i < 12; i++) {
        fixture_wait(fx, SECONDS(1));
        fixture_restart(fx);
    }
    work(fx);
}

TEST(a_run_over_many_entries_survives_crashes_between_any_steps)
{
    struct fixture *fx = world_new();
    static struct id ids[MANY];
    int64_t sum_s = 0;

    for (int i = 0; i < MANY; i++) {
        struct entry entry = book_at(fx, "K", i % 3 ? FILE_A : FILE_B, 60 + i, i);
        ids[i] = entry.id;
        sum_s += entry.rounded_s;
        fixture_reset(fx);
    }
    tell_run(fx, 1, run_state_OPEN, NULL);
    work_with_crashes(fx);
    struct billing_lock lock = lock_now(fx);
    CHECK(lock.state == lock_state_REPORTED);
    CHECK_INT(lock.entries, MANY);
    CHECK_INT(lock.rounded_s, sum_s);
    check_many(fx, ids, entry_state_LOCKED, entry_state_LOCKED);
    // The run is closed before the sweep for the voucher has begun: what follows is the same.
    tell_voucher(fx, 1, HANSEN, voucher_state_ISSUED);
    tell_run(fx, 2, run_state_CLOSED, NULL);
    work_with_crashes(fx);
    check_many(fx, ids, entry_state_BILLED, entry_state_OPEN);
    tell_voucher(fx, 2, HANSEN, voucher_state_CANCELLED);
    work_with_crashes(fx);
    check_many(fx, ids, entry_state_OPEN, entry_state_OPEN);
    fixture_free(fx);
}

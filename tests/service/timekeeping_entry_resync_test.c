// SPDX-License-Identifier: Apache-2.0
// Timekeeping was restored from an older backup, or reads billing's facts anew: what is on a
// voucher is billed here again, and nothing else.
#include "common/store/log.h"
#include "services/timekeeping/locks.h"
#include "tests/service/timekeeping_entry_world.h"

#define RUN     id_number(91)
#define VOUCHER id_number(92)

static void tell_run(struct fixture *fx, struct id id, int64_t version, enum run_state state)
{
    struct billing_run run = { .id = id,
                               .version = version,
                               .state = state,
                               .cut_off = BEGAN + SECONDS(10000),
                               .begun_at = BEGAN,
                               .begun_by = "x" };
    fixture_fact(fx, "billing", "billing_run", &run, false);
}

static void tell_voucher(struct fixture *fx, int64_t version, enum voucher_state state,
                         const struct id *lines, size_t count)
{
    struct voucher_mark voucher = { .id = VOUCHER,
                                    .version = version,
                                    .run = RUN,
                                    .customer = HANSEN,
                                    .number = "RE-2026-17",
                                    .state = state,
                                    .entries = (int64_t)count,
                                    .lines = lines,
                                    .lines_count = count };
    fixture_fact(fx, "billing", "voucher_mark", &voucher, false);
}

static void work(struct fixture *fx)
{
    fixture_wait(fx, SECONDS(10));
}

static enum entry_state state_of(struct fixture *fx, const struct entry *entry)
{
    return entry_now(fx, entry->id).state;
}

// A snapshot of billing's tells the run before its voucher, and there is time in between.
static void set_reading(struct request *rq, bool snapshot)
{
    struct cursor cursor;

    CHECK(cursor_get(rq->txn, "billing", &cursor));
    cursor.snapshot = snapshot;
    cursor_put(rq->txn, "billing", &cursor);
}

static enum entry_state state_in(struct request *rq, struct id id)
{
    struct key key = key_of_id(id);
    struct entry row = { .version = 0 };

    CHECK(table_get(rq->txn, &entry_table, &scope_house, &key, rq->arena, &row));
    return row.state;
}

static bool read_slowly(struct request *rq, void *argument)
{
    const struct entry *entry = argument;
    struct billing_run run = { .id = RUN,
                               .version = 2,
                               .state = run_state_CLOSED,
                               .cut_off = BEGAN + SECONDS(10000),
                               .begun_at = BEGAN,
                               .begun_by = "x" };
    struct voucher_mark voucher = { .id = VOUCHER,
                                    .version = 1,
                                    .run = RUN,
                                    .customer = HANSEN,
                                    .number = "RE-2026-17",
                                    .state = voucher_state_ISSUED,
                                    .entries = 1 };
    struct fact fact = { .entity = RUN, .version = 2 };

    set_reading(rq, true);
    CHECK(locks_run_take(rq, &fact, &run));
    for (int i = 0; i < 5; i++)
        CHECK(!locks_tick(rq));
    CHECK(state_in(rq, entry->id) == entry_state_LOCKED);
    fact = (struct fact){ .entity = VOUCHER, .version = 1 };
    CHECK(locks_voucher_take(rq, &fact, &voucher));
    set_reading(rq, false);
    while (locks_tick(rq))
        ;
    CHECK(state_in(rq, entry->id) == entry_state_BILLED);
    return true;
}

// How often this entry was told in this state.
static int told_in(struct fixture *fx, struct id id, enum entry_state state)
{
    int count = 0;
    for (int nth = 0; nth < (int)fixture_facts(fx, "entry"); nth++) {
        struct fact fact;
        struct entry row;
        CHECK(fixture_fact_at(fx, "entry", nth, &fact, &row));
        count += id_equal(row.id, id) && row.state == state;
    }
    return count;
}

TEST(nothing_is_freed_before_the_snapshot_is_read_to_its_end)
{
    struct fixture *fx = world_new();
    struct entry entry = book_at(fx, "K", FILE_A, 300, 0);

    tell_run(fx, RUN, 1, run_state_OPEN);
    work(fx);
    CHECK(state_of(fx, &entry) == entry_state_LOCKED);
    int open = told_in(fx, entry.id, entry_state_OPEN);
    CHECK(fixture_input(fx, read_slowly, &entry));
    CHECK_INT(told_in(fx, entry.id, entry_state_OPEN), open);
    fixture_free(fx);
}

// The backup is from before the run, the log of billing does not reach back: a snapshot tells that
// the run is closed, and what is on its voucher.
TEST(a_run_that_was_never_pinned_here_bills_what_its_voucher_names)
{
    struct fixture *fx = world_new();
    struct rounding by_file = blocks_of(900, rounding_scope_FILE);
    struct rule_new rule = { .file = FILE_A, .rounding = &by_file };

    (void)set_rule(fx, &rule);
    struct entry first = book_at(fx, "S", FILE_A, 100, 0);
    struct entry second = book_at(fx, "S", FILE_A, 200, 10);
    struct entry late = book_at(fx, "S", FILE_A, 50, 20); // was not there then
    struct id lines[] = { second.id, first.id, id_number(4711) };

    tell_run(fx, RUN, 2, run_state_CLOSED);
    tell_voucher(fx, 1, voucher_state_ISSUED, lines, COUNT_OF(lines));
    work(fx);
    CHECK(state_of(fx, &first) == entry_state_BILLED);
    CHECK(state_of(fx, &second) == entry_state_BILLED);
    CHECK_STR(entry_now(fx, second.id).voucher, "RE-2026-17");
    CHECK_INT(entry_now(fx, first.id).rounded_s + entry_now(fx, second.id).rounded_s, 900);
    // What came later is a block of its own.
    CHECK(state_of(fx, &late) == entry_state_OPEN);
    CHECK_INT(entry_now(fx, late.id).rounded_s, 900);
    CHECK(entry_now(fx, late.id).new_block);
    // Told again, nothing moves; cancelled, all are one block again.
    int64_t version = entry_now(fx, first.id).version;
    tell_voucher(fx, 2, voucher_state_ISSUED, lines, COUNT_OF(lines));
    work(fx);
    CHECK_INT(entry_now(fx, first.id).version, version);
    tell_voucher(fx, 3, voucher_state_CANCELLED, lines, COUNT_OF(lines));
    work(fx);
    CHECK(state_of(fx, &first) == entry_state_OPEN && state_of(fx, &second) == entry_state_OPEN);
    CHECK_INT(entry_now(fx, late.id).rounded_s, 900 - 300);
    CHECK(!entry_now(fx, late.id).new_block);
    fixture_free(fx);
}

// The log tells it once more from the run's beginning: this time it pins also what was booked since
// the restore.
TEST(what_is_pinned_again_and_not_on_the_voucher_is_free)
{
    struct fixture *fx = world_new();
    struct entry billed = book_at(fx, "K", FILE_A, 300, 0);
    struct entry since = book_at(fx, "K", FILE_A, 400, 10);

    tell_run(fx, RUN, 1, run_state_OPEN);
    work(fx);
    CHECK(state_of(fx, &since) == entry_state_LOCKED);
    tell_voucher(fx, 1, voucher_state_ISSUED, &billed.id, 1);
    work(fx);
    tell_run(fx, RUN, 2, run_state_CLOSED);
    work(fx);
    CHECK(state_of(fx, &billed) == entry_state_BILLED);
    CHECK(state_of(fx, &since) == entry_state_OPEN);
    fixture_free(fx);
}

// It was re-booked to its customer after the backup, and a younger run has pinned it meanwhile.
TEST(the_voucher_takes_its_entries_from_another_run_and_customer)
{
    struct fixture *fx = world_new();
    struct rounding by_day = blocks_of(900, rounding_scope_DAY);
    struct rule_new rule = { .file = FILE_B, .rounding = &by_day };

    (void)set_rule(fx, &rule);
    struct entry entry = book_at(fx, "S", FILE_B, 100, 0);
    struct entry other = book_at(fx, "S", FILE_B, 30, 10);
    CHECK(id_equal(entry.customer, PETERSEN));
    tell_run(fx, id_number(93), 1, run_state_OPEN);
    work(fx);
    CHECK(id_equal(entry_now(fx, entry.id).run, id_number(93)));
    tell_run(fx, RUN, 2, run_state_CLOSED);
    tell_voucher(fx, 1, voucher_state_ISSUED, &entry.id, 1);
    work(fx);
    entry = entry_now(fx, entry.id);
    CHECK(entry.state == entry_state_BILLED && id_equal(entry.run, RUN));
    CHECK(id_equal(entry.customer, HANSEN));
    CHECK_INT(entry.rounded_s, 900);
    CHECK_INT(entry_now(fx, other.id).rounded_s, 900);
    fixture_free(fx);
}

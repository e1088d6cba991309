// SPDX-License-Identifier: Apache-2.0
// Bookings, changes, billing runs and crashes by chance: what is locked never changes, what is
// billed has a voucher, what a run reports is what it has, no booking is lost.
#include "services/timekeeping/rounding.h"
#include "tests/service/timekeeping_entry_world.h"

#define ENTRIES_MAX 80
#define STEPS       260
#define A_DAY_S     86400
#define CUT_OFF_S   (3 * A_DAY_S)

// An entry as it was when it was last seen.
struct last_seen {
    struct id id;
    enum entry_state state;
    int64_t raw_s, actual_s, rounded_s;
    struct id file, customer;
};

struct model {
    struct fixture *fx;
    struct rng rng;
    struct last_seen seen[ENTRIES_MAX];
    size_t count;
    uint32_t run; // number of the run; 0: none yet
    int64_t run_version;
    enum run_state run_state; // as told
    bool issued[2];           // vouchers of Hansen, Petersen in this run
    int64_t voucher_version[2];
};

static uint64_t chance(struct model *model, uint64_t below)
{
    return rng_below(&model->rng, below);
}

// --- what people do; refusals are fine
static void book_some(struct model *model)
{
    struct entry_new in = { .key = chance(model, 3) ? "S" : "K",
                            .file = chance(model, 2) ? FILE_A : FILE_B,
                            .has_seconds = true,
                            .seconds = (int64_t)chance(model, 1500),
                            .has_began_at = true,
                            .began_at = BEGAN + SECONDS((int64_t)chance(model, 4) * A_DAY_S +
                                                        (int64_t)chance(model, 1000)) };
    struct entry out = { .version = 0 };

    if (model->count == ENTRIES_MAX)
        return;
    CHECK_INT(call_entry_book(&model->fx->client, &in, &out), CALL_DONE);
    model->seen[model->count++] = (struct last_seen){ .id = out.id, .state = entry_state_OPEN };
}

static void change_some(struct model *model)
{
    struct fixture *fx = model->fx;
    if (model->count == 0)
        return;
    struct entry entry = entry_now(fx, model->seen[chance(model, model->count)].id), out;
    struct entry_correct_in correction = { .id = entry.id,
                                           .version = entry.version,
                                           .has_seconds = true,
                                           .seconds = (int64_t)chance(model, 1500),
                                           .reason = "x" };
    struct entry_move_in move = { .id = entry.id,
                                  .version = entry.version,
                                  .file = chance(model, 2) ? FILE_A : FILE_B };
    struct entry_delete_in delete = { .id = entry.id, .version = entry.version, .reason = "x" };

    switch (chance(model, 5)) {
    case 0: (void)call_entry_rebook(&fx->client, &move, &out); break;
    case 1: (void)call_entry_delete(&fx->client, &delete, &out); break;
    default: (void)call_entry_correct(&fx->client, &correction, &out); break;
    }
}

// --- what billing tells
static void tell_run(struct model *model, enum run_state state)
{
    struct billing_run run = { .id = id_number(1000 + model->run),
                               .version = ++model->run_version,
                               .state = state,
                               .cut_off = BEGAN + SECONDS(CUT_OFF_S),
                               .begun_at = BEGAN,
                               .begun_by = "x" };

    model->run_state = state;
    fixture_fact(model->fx, "billing", "billing_run", &run, false);
}

static void tell_voucher(struct model *model, int which, enum voucher_state state)
{
    struct voucher_mark voucher = { .id = id_number(2000 + 2 * model->run + (uint32_t)which),
                                    .version = ++model->voucher_version[which],
                                    .run = id_number(1000 + model->run),
                                    .customer = which ? PETERSEN : HANSEN,
                                    .number = which ? "RE-2" : "RE-1",
                                    .state = state,
                                    .entries = 1 };

    model->issued[which] = state == voucher_state_ISSUED;
    fixture_fact(model->fx, "billing", "voucher_mark", &voucher, false);
}

// One run after the other; what a former one has billed stays so.
static void bill(struct model *model)
{
    int which = (int)chance(model, 2);

    if (model->run == 0 || model->run_state != run_state_OPEN) {
        model->run++;
        model->run_version = 0;
        model->issued[0] = model->issued[1] = false;
        model->voucher_version[0] = model->voucher_version[1] = 0;
        tell_run(model, run_state_OPEN);
        return;
    }
    struct billing_lock lock;
    CHECK(fixture_row(model->fx, &billing_lock_table, id_number(1000 + model->run), &lock));
    if (lock.state != lock_state_REPORTED)
        return; // as billing waits for the report
    switch (chance(model, 5)) {
    case 0: tell_run(model, run_state_CLOSED); break;
    case 1:
        if (!model->issued[0] && !model->issued[1])
            tell_run(model, run_state_CANCELLED);
        break;
    case 2:
        if (model->issued[which])
            tell_voucher(model, which, voucher_state_CANCELLED);
        break;
    default: tell_voucher(model, which, voucher_state_ISSUED); break;
    }
}

// --- what must hold after each step
static bool is_fixed(enum entry_state state)
{
    return state == entry_state_LOCKED || state == entry_state_BILLED;
}

static void check_entry(struct model *model, struct last_seen *seen)
{
    struct entry entry = entry_now(model->fx, seen->id);

    // From locked to billed and back, nothing but the state moves. The rounded time of a block
    // that is just being pinned is settled once more with its next chunk.
    if (is_fixed(seen->state) && is_fixed(entry.state)) {
        CHECK_INT(entry.raw_s, seen->raw_s);
        CHECK_INT(entry.actual_s, seen->actual_s);
        CHECK(id_equal(entry.file, seen->file) && id_equal(entry.customer, seen->customer));
        if (seen->state == entry_state_BILLED)
            CHECK_INT(entry.rounded_s, seen->rounded_s);
    }
    CHECK(entry.rounded_s >= entry.actual_s);
    CHECK(is_fixed(entry.state) == !id_is_zero(entry.run) || entry.state == entry_state_DELETED);
    CHECK((entry.state == entry_state_BILLED) == (entry.voucher != NULL));
    if (seen->state == entry_state_DELETED)
        CHECK(entry.state == entry_state_DELETED);
    *seen = (struct last_seen){ entry.id,        entry.state, entry.raw_s,   entry.actual_s,
                                entry.rounded_s, entry.file,  entry.customer };
}

// When nothing is left to do, the report is what the run has, and the states are what was told.
static void check_settled(struct model *model)
{
    struct billing_lock lock;
    int64_t entries = 0, rounded_s = 0;

    fixture_wait(model->fx, SECONDS(5));
    CHECK(fixture_row(model->fx, &billing_lock_table, id_number(1000 + model->run), &lock));
    for (size_t i = 0; i < model->count; i++) {
        struct entry entry = entry_now(model->fx, model->seen[i].id);
        if (!id_equal(entry.run, lock.id))
            continue;
        bool issued = model->issued[id_equal(entry.customer, PETERSEN)];
        CHECK_INT(entry.state, issued ? entry_state_BILLED : entry_state_LOCKED);
        entries++;
        rounded_s += entry.rounded_s;
    }
    if (model->run_state == run_state_OPEN) {
        CHECK(lock.state == lock_state_REPORTED);
        CHECK_INT(lock.entries, entries);
        CHECK_INT(lock.rounded_s, rounded_s);
    }
}

TEST(what_is_locked_never_changes_whatever_crashes)
{
    static struct model model;
    struct rounding quarter = blocks_of(900, rounding_scope_DAY);

    model = (struct model){ .fx = world_new() };
    rng_seed(&model.rng, test_seed());
    (void)set_rule(model.fx, &(struct rule_new){ .rounding = &quarter });
    for (int step = 0; step < STEPS; step++) {
        switch (chance(&model, 8)) {
        case 0:
        case 1:
        case 2: book_some(&model); break;
        case 3:
        case 4: change_some(&model); break;
        case 5: bill(&model); break;
        case 6: fixture_wait(model.fx, MILLISECONDS(300 + (int64_t)chance(&model, 1500))); break;
        default: fixture_restart(model.fx); break;
        }
        for (size_t i = 0; i < model.count; i++)
            check_entry(&model, &model.seen[i]);
        if (model.run > 0 && step % 13 == 0)
            check_settled(&model);
        if (step % 5 == 0)
            (void)check_sums(model.fx);
        fixture_reset(model.fx);
    }
    CHECK_INT(fixture_rows(model.fx, &entry_table), (int64_t)model.count);
    fixture_free(model.fx);
}

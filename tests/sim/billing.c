// SPDX-License-Identifier: Apache-2.0
// A billing that is nothing but its promise: it opens runs, waits for count and sum of what is
// pinned, marks vouchers when its own sum agrees, cancels some, closes. It is a server like the
// others, dies like them, and knows timekeeping by its facts alone.
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

#define RUNS_OPEN 2
#define RUNS      60
#define CUSTOMERS 60  // of one run
#define LINES     100 // of one voucher

static void key_by_id(const void *row, struct key *key)
{
    *key = key_of_id(*(const struct id *)row);
}

static const struct table run_table = {
    .name = "billing_run", .number = 1, .record = billing_run_record, .key = key_by_id
};
static const struct table voucher_table = {
    .name = "voucher_mark", .number = 2, .record = voucher_mark_record, .key = key_by_id
};
static const struct table known_entry_table = {
    .name = "known_entry", .number = 20, .record = entry_record, .key = key_by_id
};
static const struct table known_lock_table = {
    .name = "known_lock", .number = 21, .record = billing_lock_record, .key = key_by_id
};
static const struct table *const tables[] = { &run_table, &voucher_table, &known_entry_table,
                                              &known_lock_table };

// --- what it knows
static bool entry_told(struct request *rq, const struct fact *fact, const void *row)
{
    (void)fact;
    return table_put(rq->txn, &known_entry_table, row, &rq->err);
}

static bool lock_told(struct request *rq, const struct fact *fact, const void *row)
{
    (void)fact;
    return table_put(rq->txn, &known_lock_table, row, &rq->err);
}

struct run_sum {
    int64_t entries, rounded_s;
    struct id customers[CUSTOMERS];
    int64_t counts[CUSTOMERS];
    size_t customer_count;
    struct id lines[CUSTOMERS][LINES]; // none when there are more
};

static void add_entry(struct run_sum *sum, const struct entry *entry)
{
    size_t i = 0;

    sum->entries++;
    sum->rounded_s += entry->rounded_s;
    while (i < sum->customer_count && !id_equal(sum->customers[i], entry->customer))
        i++;
    if (i == CUSTOMERS)
        return;
    if (i == sum->customer_count)
        sum->customers[sum->customer_count++] = entry->customer;
    if (sum->counts[i] < LINES)
        sum->lines[i][sum->counts[i]] = entry->id;
    sum->counts[i]++;
}

static void add_up(struct request *rq, struct id run, struct run_sum *sum)
{
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &known_entry_table, &options, rq->arena);
    struct entry entry;

    *sum = (struct run_sum){ .entries = 0 };
    while (walk_next(walk, &entry))
        if (id_equal(entry.run, run))
            add_entry(sum, &entry);
    walk_close(walk);
}

static size_t read_runs(struct request *rq, struct billing_run *runs)
{
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &run_table, &options, rq->arena);
    size_t count = 0;

    while (count < RUNS && walk_next(walk, &runs[count]))
        count++;
    walk_close(walk);
    return count;
}

// --- what it says
static bool say_run(struct request *rq, struct billing_run *run, enum run_state state)
{
    run->version++;
    run->state = state;
    sim_say(rq->context, "billing: run %s is %s", id_text(run->id).text,
            state == run_state_OPEN     ? "open"
            : state == run_state_CLOSED ? "closed"
                                        : "cancelled");
    if (!table_put(rq->txn, &run_table, run, &rq->err))
        return false;
    emit(rq, "billing_run", run, false);
    return true;
}

static bool say_voucher(struct request *rq, struct voucher_mark *voucher, enum voucher_state state)
{
    voucher->version++;
    voucher->state = state;
    if (!table_put(rq->txn, &voucher_table, voucher, &rq->err))
        return false;
    emit(rq, "voucher_mark", voucher, false);
    return true;
}

static struct id any_customer(struct request *rq)
{
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &known_entry_table, &options, rq->arena);
    struct entry entry;
    struct id customer = { { 0 } };
    uint64_t seen = 0;

    while (walk_next(walk, &entry))
        if (!id_is_zero(entry.customer) && rng_below(rq->rng, ++seen) == 0)
            customer = entry.customer;
    walk_close(walk);
    return customer;
}

static bool open_run(struct request *rq)
{
    struct sim *sim = rq->context;
    struct billing_run run = { .id = id_new(rq->now_us, rq->rng),
                               .begun_at = rq->now_us,
                               .begun_by = "abrechnung" };
    struct id customer = any_customer(rq);

    run.cut_off = rq->now_us + SECONDS(20) - (int64_t)rng_below(rq->rng, (uint64_t)SECONDS(40));
    if (rng_below(rq->rng, 3) == 0)
        run.client = sim->clients[rng_below(rq->rng, 2)];
    if (!id_is_zero(customer) && rng_below(rq->rng, 4) == 0) {
        run.customers = &customer;
        run.customers_count = 1;
    }
    return say_run(rq, &run, run_state_OPEN);
}

// One voucher for each customer; some are left out, and free when the run closes.
static bool write_vouchers(struct request *rq, const struct billing_run *run,
                           const struct run_sum *sum)
{
    struct sim *sim = rq->context;
    char number[40];

    for (size_t i = 0; i < sum->customer_count; i++) {
        struct voucher_mark voucher = { .id = id_new(rq->now_us, rq->rng),
                                        .client = run->client,
                                        .run = run->id,
                                        .customer = sum->customers[i],
                                        .number = number,
                                        .entries = sum->counts[i],
                                        .lines = sum->lines[i] };

        if (voucher.entries <= LINES)
            voucher.lines_count = (size_t)voucher.entries;

        snprintf(number, sizeof number, "RE-%s", id_text(voucher.id).text + 19);
        if (rng_below(rq->rng, 5) == 0)
            continue;
        sim_say(sim, "billing: voucher %s of run %s, %lld entries", number, id_text(run->id).text,
                (long long)voucher.entries);
        if (!say_voucher(rq, &voucher, voucher_state_ISSUED))
            return false;
    }
    return true;
}

static bool cancel_voucher(struct request *rq)
{
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &voucher_table, &options, rq->arena);
    struct voucher_mark row, voucher = { .version = 0 };
    uint64_t seen = 0;

    while (walk_next(walk, &row))
        if (row.state == voucher_state_ISSUED && rng_below(rq->rng, ++seen) == 0)
            voucher = row;
    walk_close(walk);
    if (seen)
        sim_say(rq->context, "billing: voucher %s is cancelled", voucher.number);
    return seen == 0 || say_voucher(rq, &voucher, voucher_state_CANCELLED);
}

static bool has_voucher(struct request *rq, struct id run)
{
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &voucher_table, &options, rq->arena);
    struct voucher_mark row;
    bool found = false;

    while (!found && walk_next(walk, &row))
        found = id_equal(row.run, run);
    walk_close(walk);
    return found;
}

// --- what it does, about once a second
static bool go_on(struct request *rq, struct billing_run *run)
{
    const struct sim *sim = rq->context;
    struct key key = key_of_id(run->id);
    struct billing_lock lock;
    struct run_sum sum;
    bool known = table_get(rq->txn, &known_lock_table, &scope_house, &key, rq->arena, &lock);

    if (has_voucher(rq, run->id))
        return (!sim->calm && rng_below(rq->rng, 3)) || say_run(rq, run, run_state_CLOSED);
    if (!sim->calm && rng_below(rq->rng, 15) == 0)
        return say_run(rq, run, run_state_CANCELLED);
    if (!known || lock.state != lock_state_REPORTED)
        return true;
    add_up(rq, run->id, &sum);
    if (sum.entries != lock.entries || sum.rounded_s != lock.rounded_s)
        return true; // not all of them were told yet
    if (!sim->calm && rng_below(rq->rng, 2))
        return true;
    return write_vouchers(rq, run, &sum) &&
           (has_voucher(rq, run->id) || say_run(rq, run, run_state_CLOSED));
}

static bool tick(struct request *rq)
{
    const struct sim *sim = rq->context;
    struct billing_run *runs = arena_array(rq->arena, RUNS, sizeof *runs);
    size_t count = runs ? read_runs(rq, runs) : 0, open = 0;

    for (size_t i = 0; i < count; i++) {
        if (runs[i].state != run_state_OPEN)
            continue;
        open++;
        if (!go_on(rq, &runs[i]))
            return false;
    }
    if (sim->calm || sim->mirrors[MIRROR_BILLING].genesis == SIZE_MAX)
        return false;
    if (open < RUNS_OPEN && count < RUNS && rng_below(rq->rng, 6) == 0)
        (void)open_run(rq);
    if (rng_below(rq->rng, 12) == 0)
        (void)cancel_voucher(rq);
    return false;
}

static const struct follow follows[] = {
    { "timekeeping", "entry", FOLLOW_STOP, entry_told },
    { "timekeeping", "billing_lock", FOLLOW_STOP, lock_told },
};

const struct service billing_sim = {
    .schema = &billing_schema,
    .tables = tables,
    .table_count = COUNT_OF(tables),
    .follows = follows,
    .follow_count = COUNT_OF(follows),
    .projection = 1,
    .tick = tick,
};

// --- what must come of it
static const struct mirror *billing(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_BILLING];
}

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

// Count and sum are told when all is pinned, and are those of what is pinned.
void billing_check_report(struct sim *sim, const struct told_fact *fact)
{
    const struct billing_lock *lock = fact_row(sim, fact);
    struct run_sum sum = { .entries = 0 };

    if (lock->state != lock_state_REPORTED)
        return;
    for (size_t seq = 1; seq <= timekeeping(sim)->count; seq++) {
        const struct told_fact *told = mirror_at(timekeeping(sim), seq);

        if (told->after || !mirror_is(told, "entry"))
            continue;
        const struct entry *entry = fact_row(sim, told);
        if (id_equal(entry->run, lock->id))
            add_entry(&sum, entry);
    }
    if (sum.entries != lock->entries || sum.rounded_s != lock->rounded_s)
        sim_fail(sim, "run %s: %lld entries, %lld s are reported, %lld and %lld s are pinned",
                 id_text(lock->id).text, (long long)lock->entries, (long long)lock->rounded_s,
                 (long long)sum.entries, (long long)sum.rounded_s);
}

bool billing_idle(struct sim *sim)
{
    for (size_t seq = 1; seq <= billing(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(billing(sim), seq);

        if (!fact->after && mirror_is(fact, "billing_run") &&
            ((const struct billing_run *)fact_row(sim, fact))->state == run_state_OPEN)
            return false;
    }
    return true;
}

static const struct voucher_mark *voucher_of(struct sim *sim, const struct entry *entry)
{
    for (size_t seq = 1; seq <= billing(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(billing(sim), seq);
        const struct voucher_mark *voucher;

        if (fact->after || !mirror_is(fact, "voucher_mark"))
            continue;
        voucher = fact_row(sim, fact);
        if (entry->voucher && strcmp(voucher->number, entry->voucher) == 0)
            return voucher;
    }
    return NULL;
}

static void check_entry(struct sim *sim, const struct entry *entry)
{
    const struct voucher_mark *voucher = voucher_of(sim, entry);
    const struct id_text id = id_text(entry->id);

    if (entry->state == entry_state_LOCKED)
        sim_fail(sim, "entry %s is locked, and no run is open", id.text);
    else if (entry->state == entry_state_BILLED &&
             (!voucher || voucher->state != voucher_state_ISSUED))
        sim_fail(sim, "entry %s is billed, and no voucher counts", id.text);
    else if (entry->state == entry_state_BILLED && !id_equal(voucher->run, entry->run))
        sim_fail(sim, "entry %s is on the voucher of another run", id.text);
    else if (entry->state == entry_state_OPEN && entry->voucher)
        sim_fail(sim, "entry %s is open and on voucher %s", id.text, entry->voucher);
}

static void check_voucher(struct sim *sim, const struct voucher_mark *voucher)
{
    int64_t entries = 0;

    for (size_t seq = 1; seq <= timekeeping(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        if (fact->after || !mirror_is(fact, "entry"))
            continue;
        const struct entry *entry = fact_row(sim, fact);
        entries += entry->voucher && strcmp(entry->voucher, voucher->number) == 0;
    }
    if (entries != (voucher->state == voucher_state_ISSUED ? voucher->entries : 0))
        sim_fail(sim, "voucher %s, %s, has %lld entries, %lld were written", voucher->number,
                 voucher->state == voucher_state_ISSUED ? "issued" : "cancelled",
                 (long long)entries, (long long)voucher->entries);
}

void billing_check(struct sim *sim)
{
    for (size_t seq = 1; seq <= timekeeping(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        arena_reset(sim->arena);
        if (!fact->after && mirror_is(fact, "entry"))
            check_entry(sim, fact_row(sim, fact));
    }
    for (size_t seq = 1; seq <= billing(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(billing(sim), seq);

        arena_reset(sim->arena);
        if (!fact->after && mirror_is(fact, "voucher_mark"))
            check_voucher(sim, fact_row(sim, fact));
    }
}

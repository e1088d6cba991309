// SPDX-License-Identifier: Apache-2.0
// Entries: what is asked of them. No second is booked twice, none that was booked is lost, what
// billing has does not change.
#include <string.h>

#include "common/step/job.h"
#include "tests/sim/work.h"

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

// --- asking
static const char *some_key(struct sim *sim)
{
    static const char *const keys[] = { "K", "S", "T" };

    return keys[sim_below(sim, COUNT_OF(keys))];
}

static struct id some_contact(struct sim *sim)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    const struct told_fact *fact = mirror_at(contacts, mirror_pick(sim, contacts, "contact"));

    return fact ? merge_former(sim, fact->entity) : (struct id){ { 0 } };
}

bool entry_book_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct entry_new in = { .key = some_key(sim), .text = op->name, .staff = some_staff(sim) };
    uint64_t of = sim_below(sim, 5);
    const struct mirror *from = of < 3 ? timekeeping(sim) : &sim->mirrors[MIRROR_TELEPHONY];
    const struct told_fact *fact =
        mirror_at(from, mirror_pick(sim, from, of < 3 ? "clock" : "call"));

    (void)desk;
    if (of < 3 && fact)
        op->other = in.clock = fact->entity;
    else if (of == 3 && fact)
        in.call = fact->entity;
    if (sim_below(sim, 2))
        in.contact = some_contact(sim);
    if ((id_is_zero(in.clock) && id_is_zero(in.call)) || sim_below(sim, 6) == 0) {
        in.has_seconds = true;
        in.seconds = (int64_t)sim_below(sim, 900);
    }
    op->said = in.has_seconds ? (int)in.seconds : -1;
    work_say(op, &method_entry_book, &in);
    return true;
}

static bool entry_target(struct sim *sim, struct op *op)
{
    return work_target(sim, op, MIRROR_TIMEKEEPING, "entry");
}

bool entry_correct_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct entry_correct_in in = { .reason = op->name, .has_seconds = true };

    (void)desk;
    if (!entry_target(sim, op))
        return false;
    in.id = op->target;
    in.version = op->version;
    in.seconds = (int64_t)sim_below(sim, 900);
    work_say(op, &method_entry_correct, &in);
    return true;
}

bool entry_edit_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct entry_change in = { .text = op->name };

    (void)desk;
    if (!entry_target(sim, op))
        return false;
    in.id = op->target;
    in.version = op->version;
    work_say(op, &method_entry_edit, &in);
    return true;
}

bool entry_rebook_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct entry_move_in in = { .reason = op->name };

    (void)desk;
    if (!entry_target(sim, op))
        return false;
    in.id = op->target;
    in.version = op->version;
    if (sim_below(sim, 2))
        in.key = some_key(sim);
    else if (sim_below(sim, 2))
        in.customer = some_contact(sim);
    else
        in.contact = some_contact(sim);
    work_say(op, &method_entry_rebook, &in);
    return true;
}

bool entry_split_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct entry_split_in in = { .reason = op->name, .has_percent = true };

    (void)desk;
    if (!entry_target(sim, op))
        return false;
    in.id = op->target;
    in.version = op->version;
    in.percent = 1 + (int64_t)sim_below(sim, 99);
    if (sim_below(sim, 2))
        in.customer = some_contact(sim);
    work_say(op, &method_entry_split, &in);
    return true;
}

bool entry_delete_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct entry_delete_in in = { .reason = op->name };

    (void)desk;
    if (!entry_target(sim, op))
        return false;
    in.id = op->target;
    in.version = op->version;
    work_say(op, &method_entry_delete, &in);
    return true;
}

bool entry_undo_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)sim;
    (void)desk;
    work_say(op, &method_entry_undo, &(struct nothing){ 0 });
    return true;
}

bool entry_list_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct entry_query in = { .has_limit = true, .limit = 1 + (int64_t)sim_below(sim, 60) };

    (void)desk;
    if (sim_below(sim, 3) == 0)
        in.contact = some_contact(sim);
    work_say(op, &method_entry_list, &in);
    return true;
}

// --- what was written
static bool is_fixed(const struct entry *entry)
{
    return entry->state == entry_state_LOCKED || entry->state == entry_state_BILLED;
}

void entry_moved(struct sim *sim, const struct op *op, const struct told_fact *before,
                 const struct told_fact *fact)
{
    const struct entry *was = before && mirror_is(fact, "entry") ? fact_row(sim, before) : NULL;
    const struct entry *is = mirror_is(fact, "entry") ? fact_row(sim, fact) : NULL;

    if (was && is_fixed(was))
        sim_fail(sim, "%s changed entry %s, which billing has", op->method->name,
                 id_text(is->id).text);
    if (!is || !id_equal(is->id, op->target) || op->fact != 0)
        return; // what is rounded with it
    if (!was || was->version != op->version)
        sim_fail(sim, "%s on a stale version", op->method->name);
    else if (is->raw_s != was->raw_s && op->kind != OP_ENTRY_SPLIT)
        sim_fail(sim, "%s changed what was measured", op->method->name);
    else if ((is->state == entry_state_DELETED) != (op->kind == OP_ENTRY_DELETE))
        sim_fail(sim, "%s left the entry in state %d", op->method->name, (int)is->state);
}

// While a run is being pinned, what is rounded as a whole is still set right.
static bool is_pinning(struct sim *sim, struct id run)
{
    const struct told_fact *fact =
        mirror_at(timekeeping(sim), mirror_last(timekeeping(sim), "billing_lock", run));

    return fact && ((const struct billing_lock *)fact_row(sim, fact))->state == lock_state_PINNING;
}

static void tell_change(struct sim *sim, const struct entry *was, const struct entry *is)
{
    sim_fail(
        sim,
        "entry %s, which billing has, changes: state %d to %d, raw %lld to %lld s, actual %lld "
        "to %lld s, rounded %lld to %lld s",
        id_text(is->id).text, (int)was->state, (int)is->state, (long long)was->raw_s,
        (long long)is->raw_s, (long long)was->actual_s, (long long)is->actual_s,
        (long long)was->rounded_s, (long long)is->rounded_s);
}

// What billing has is the same from fact to fact, but for how far billing is with it.
void entry_check_order(struct sim *sim, const struct told_fact *before, const struct told_fact *now)
{
    const struct entry *is = fact_row(sim, now);
    struct entry was;

    if (now->deleted) {
        sim_fail(sim, "entry %s is gone; entries are kept", id_text(now->entity).text);
        return;
    }
    if (!before)
        return;
    was = *(const struct entry *)fact_row(sim, before);
    if (was.state == entry_state_DELETED)
        sim_fail(sim, "entry %s was deleted and changes", id_text(is->id).text);
    if (!is_fixed(&was))
        return;
    bool freed = is->state == entry_state_OPEN;
    if (freed || is_pinning(sim, was.run)) {
        was.rounded_s = is->rounded_s;
        was.new_block = is->new_block;
        was.has_new_block = is->has_new_block;
    }
    if (freed)
        was.run = was.after_run = (struct id){ { 0 } };
    was.state = is->state;
    was.voucher = is->voucher;
    was.version = is->version;
    was.edited_at = is->edited_at;
    was.edited_by = is->edited_by;
    if (is->state == entry_state_DELETED ||
        !bytes_same(row_bytes(sim, entry_record(), &was), now->row))
        tell_change(sim, fact_row(sim, before), is);
}

bool jobs_idle(struct sim *sim, int service)
{
    struct walk_options options = { .scope = &scope_house };
    struct store *store = sim->services[service]->store;
    struct err err = { 0 };
    struct txn *txn = store ? store_read(store, &err) : NULL;
    struct job job;
    bool idle = txn != NULL;

    if (!txn)
        return false;
    struct walk *walk = walk_open(txn, &job_table, &options, sim->arena);
    while (idle && walk_next(walk, &job))
        idle = job.has_finished && job.finished;
    walk_close(walk);
    txn_drop(txn);
    return idle;
}

// --- at rest
static const struct entry *row_of(struct sim *sim, struct id id)
{
    const struct told_fact *fact =
        mirror_at(timekeeping(sim), mirror_last(timekeeping(sim), "entry", id));

    return fact ? fact_row(sim, fact) : NULL;
}

static const struct clock *clock_of(struct sim *sim, struct id id)
{
    const struct told_fact *fact =
        mirror_at(timekeeping(sim), mirror_last(timekeeping(sim), "clock", id));

    return fact && !fact->deleted ? fact_row(sim, fact) : NULL;
}

static struct id root_of(struct sim *sim, const struct entry *entry)
{
    while (entry && !id_is_zero(entry->split_from) && !sim->failed)
        entry = row_of(sim, entry->split_from);
    return entry ? entry->id : (struct id){ { 0 } };
}

// Of an entry and of what was split from it, deleted or not.
static int64_t raw_of_all(struct sim *sim, struct id root)
{
    int64_t raw_s = 0;

    for (size_t seq = 1; seq <= timekeeping(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        if (fact->after || !mirror_is(fact, "entry"))
            continue;
        const struct entry *entry = fact_row(sim, fact);
        if (id_equal(root_of(sim, entry), root))
            raw_s += entry->raw_s;
    }
    return raw_s;
}

static const struct op *booking_of(struct sim *sim, struct id entry)
{
    for (size_t i = 0; i < sim->op_count; i++)
        if (sim->ops[i].kind == OP_ENTRY_BOOK && sim->ops[i].fact &&
            id_equal(mirror_at(timekeeping(sim), sim->ops[i].fact)->entity, entry))
            return &sim->ops[i];
    return NULL;
}

// What billing has, or a part that was split off, stays when a call is heard of later: then the
// clock says how many seconds are in both, and nothing is silently counted twice.
static bool is_clocks(const struct entry *root, int64_t raw_s, const struct clock *clock)
{
    int64_t over_s = raw_s - (clock->state == clock_state_STOPPED ? clock->raw_s : 0);

    if (root->state == entry_state_DELETED || over_s == clock->overlap_s)
        return true;
    return over_s < 0 && clock->overlap_s == 0 && is_fixed(root);
}

// What was booked by hand is what was said, what was booked of a clock is the clock's.
static void check_raw(struct sim *sim, const struct entry *root)
{
    const struct op *op = booking_of(sim, root->id);
    const struct clock *clock = clock_of(sim, root->clock);
    const struct id_text id = id_text(root->id);
    bool split = root->has_split && root->split;
    int64_t raw_s = raw_of_all(sim, root->id);
    int64_t wanted_s = root->origin == entry_origin_HAND ? op->said : 0;

    if (root->state == entry_state_DELETED && !split)
        return;
    if (clock && root->state != entry_state_DELETED && !id_equal(clock->entry, root->id))
        sim_fail(sim, "entry %s has a clock that is not its", id.text);
    else if (clock ? !is_clocks(root, raw_s, clock) : raw_s != wanted_s)
        sim_fail(sim, "entry %s has %lld s raw, not %lld; %lld overlap", id.text, (long long)raw_s,
                 (long long)(clock ? clock->raw_s : wanted_s),
                 (long long)(clock ? clock->overlap_s : 0));
    else if (root->has_counting && root->counting && clock && clock->state == clock_state_STOPPED)
        sim_fail(sim, "entry %s still counts, its clock does not", id.text);
}

static void check_clock(struct sim *sim, const struct clock *clock)
{
    const struct entry *entry = row_of(sim, clock->entry);

    if (id_is_zero(clock->entry))
        return;
    if (!entry || !id_equal(entry->clock, clock->id))
        sim_fail(sim, "clock %s is booked as an entry that is not its", id_text(clock->id).text);
    else if (entry->state == entry_state_DELETED && !(entry->has_split && entry->split))
        sim_fail(sim, "clock %s is booked as a deleted entry", id_text(clock->id).text);
}

// One living entry of a clock; those that were deleted do not count.
static void check_once(struct sim *sim, const struct entry *entry)
{
    if (id_is_zero(entry->clock) || entry->state == entry_state_DELETED)
        return;
    for (size_t seq = 1; seq <= timekeeping(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        if (fact->after || !mirror_is(fact, "entry") || id_equal(fact->entity, entry->id))
            continue;
        const struct entry *other = fact_row(sim, fact);
        if (other->state != entry_state_DELETED && id_equal(other->clock, entry->clock))
            sim_fail(sim, "clock %s is booked twice", id_text(entry->clock).text);
    }
}

// Whoever was told that it is booked finds it, unless somebody deleted it.
static void check_kept(struct sim *sim, const struct entry *entry)
{
    const struct told_fact *fact =
        mirror_at(timekeeping(sim), mirror_last(timekeeping(sim), "entry", entry->id));
    const struct op *op = op_find(sim, fact->cause);

    if (entry->state == entry_state_DELETED &&
        (!op || (op->kind != OP_ENTRY_DELETE && op->kind != OP_ENTRY_UNDO)))
        sim_fail(sim, "entry %s is deleted, and nobody wanted it", id_text(entry->id).text);
    else if (entry->actual_s < 0 || entry->raw_s < 0 || entry->rounded_s < 0)
        sim_fail(sim, "entry %s has less than no time", id_text(entry->id).text);
}

void entries_check(struct sim *sim)
{
    for (size_t seq = 1; seq <= timekeeping(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        arena_reset(sim->arena);
        if (fact->after || fact->deleted)
            continue;
        if (mirror_is(fact, "clock"))
            check_clock(sim, fact_row(sim, fact));
        if (!mirror_is(fact, "entry"))
            continue;
        const struct entry *entry = fact_row(sim, fact);
        check_kept(sim, entry);
        check_once(sim, entry);
        if (id_is_zero(entry->split_from) && !sim->failed)
            check_raw(sim, entry);
    }
}

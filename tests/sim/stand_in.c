// SPDX-License-Identifier: Apache-2.0
// Absences and deputies: at rest whatever is not settled has the deputy that absences and staff
// rows, as contacts told them, make of it; reckoned once more, apart from the product's code.
#include <string.h>

#include "tests/sim/due.h"

#define LATE_US   SECONDS(10)
#define CHAIN_MAX 20

static const struct mirror *contacts(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_CONTACTS];
}

// --- asking
static void some_time(struct sim *sim, int64_t *from, int64_t *until)
{
    *from = due_now(sim) + (int64_t)sim_below(sim, (uint64_t)SECONDS(60)) - SECONDS(40);
    *until = *from + SECONDS(1) + (int64_t)sim_below(sim, (uint64_t)SECONDS(120));
}

bool absence_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct absence_new in = { .staff = some_staff(sim),
                              .reason = absence_reason_VACATION,
                              .note = op->name };

    (void)desk;
    some_time(sim, &in.from, &in.until);
    if (sim_below(sim, 2))
        in.deputy = some_staff(sim);
    work_say(op, &method_absence_add, &in);
    return true;
}

bool absence_edit_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct absence_change in = { .note = op->name };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "absence"))
        return false;
    in.id = op->target;
    in.version = op->version;
    if (sim_below(sim, 2)) {
        in.has_from = in.has_until = true;
        some_time(sim, &in.from, &in.until);
    } else {
        in.has_withdrawn = true;
        in.withdrawn = sim_below(sim, 2) == 0;
    }
    work_say(op, &method_absence_edit, &in);
    return true;
}

bool deputy_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct staff_change in = { .name = op->name, .deputy = some_staff(sim) };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "staff"))
        return false;
    in.id = op->target;
    in.version = op->version;
    work_say(op, &method_staff_edit, &in);
    return true;
}

// --- what was written
void absence_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                   const struct told_fact *fact)
{
    const struct absence *is = fact_row(sim, fact);
    struct absence expected = before ? *(const struct absence *)fact_row(sim, before) : *is;

    expected.version = before ? op->version + 1 : 1;
    expected.edited_at = is->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.note = op->name;
    if (op->kind == OP_ABSENCE_ADD) {
        const struct absence_new *asked = work_asked(sim, op);

        expected.staff = asked->staff;
        expected.from = asked->from;
        expected.until = asked->until;
        expected.deputy = asked->deputy;
    } else {
        const struct absence_change *asked = work_asked(sim, op);

        if (asked->has_from) {
            expected.from = asked->from;
            expected.until = asked->until;
        }
        if (asked->has_withdrawn) {
            expected.has_withdrawn = true;
            expected.withdrawn = asked->withdrawn;
        }
    }
    if (!bytes_same(row_bytes(sim, absence_record(), &expected), fact->row))
        sim_fail(sim, "%s \"%s\" wrote something else", op->method->name, op->name);
}

void deputy_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                  const struct told_fact *fact)
{
    const struct staff_change *asked = work_asked(sim, op);
    const struct staff *is = fact_row(sim, fact);
    struct staff expected = *(const struct staff *)fact_row(sim, before);

    expected.version = op->version + 1;
    expected.edited_at = is->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.name = op->name;
    expected.deputy = asked->deputy;
    if (!bytes_same(row_bytes(sim, staff_record(), &expected), fact->row))
        sim_fail(sim, "staff_edit \"%s\" wrote something else", op->name);
}

// --- who stands in
static const struct staff *staff_of(struct sim *sim, struct id id)
{
    const struct told_fact *fact =
        mirror_at(contacts(sim), mirror_last(contacts(sim), "staff", id));

    return fact && !fact->deleted ? fact_row(sim, fact) : NULL;
}

// Of the absences of that moment the one that ends last; NULL: they are there.
static const struct absence *away(struct sim *sim, struct id staff, int64_t at_us)
{
    const struct absence *longest = NULL;

    for (size_t seq = 1; seq <= contacts(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(contacts(sim), seq);
        const struct absence *row;

        if (fact->after || fact->deleted || !mirror_is(fact, "absence"))
            continue;
        row = fact_row(sim, fact);
        if (id_equal(row->staff, staff) && !(row->has_withdrawn && row->withdrawn) &&
            row->from <= at_us && at_us < row->until && (!longest || row->until > longest->until))
            longest = row;
    }
    return longest;
}

// Zero: they are there themselves, or nobody of the chain is.
static struct id deputy_of(struct sim *sim, struct id staff, int64_t at_us)
{
    struct id asked[CHAIN_MAX + 1] = { staff };

    for (size_t count = 1; count <= CHAIN_MAX; count++) {
        const struct staff *row = staff_of(sim, asked[count - 1]);
        const struct absence *absence = row ? away(sim, row->id, at_us) : NULL;
        struct id next;

        if (!row)
            break;
        if (!absence && !(row->has_left && row->left))
            return count == 1 ? (struct id){ { 0 } } : row->id;
        next = absence && !id_is_zero(absence->deputy) ? absence->deputy : row->deputy;
        for (size_t i = 0; i < count; i++)
            if (id_is_zero(next) || id_equal(asked[i], next))
                return (struct id){ { 0 } };
        asked[count] = next;
    }
    return (struct id){ { 0 } };
}

static void check_deputy(struct sim *sim, const struct told_fact *fact, struct id staff,
                         struct id deputy)
{
    struct id wanted, earlier;

    if (id_is_zero(staff))
        return;
    wanted = deputy_of(sim, staff, due_now(sim));
    earlier = deputy_of(sim, staff, due_now(sim) - LATE_US);
    if (!id_equal(deputy, wanted) && id_equal(wanted, earlier))
        sim_fail(sim, "%s %s of %s has the deputy %s, not %s", fact->kind->name,
                 id_text(fact->entity).text, id_text(staff).text, id_text(deputy).text,
                 id_text(wanted).text);
}

void stand_ins_check(struct sim *sim)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TIMEKEEPING];

    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);

        arena_reset(sim->arena);
        if (fact->after || fact->deleted)
            continue;
        if (mirror_is(fact, "callback")) {
            const struct callback *row = fact_row(sim, fact);

            if (callback_waits(row) || row->state == callback_state_OFFERED)
                check_deputy(sim, fact, row->staff, row->deputy);
        } else if (mirror_is(fact, "resubmission")) {
            const struct resubmission *row = fact_row(sim, fact);

            if (row->state != resubmission_state_DONE)
                check_deputy(sim, fact, row->staff, row->deputy);
        }
    }
}

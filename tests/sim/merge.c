// SPDX-License-Identifier: Apache-2.0
// Contacts that go into one another, and come back: as they were, when nobody touched them since.
#include <string.h>

#include "services/telephony/who.h"
#include "tests/sim/work.h"

#define REACHED_MAX 100

static const struct mirror *contacts(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_CONTACTS];
}

static const struct told_fact *last(const struct sim *sim, const char *kind, struct id id)
{
    return mirror_at(contacts(sim), mirror_last(contacts(sim), kind, id));
}

static bool is_undone(const struct contact_merged *merged)
{
    return merged->has_undone && merged->undone;
}

const struct contact *merge_now(struct sim *sim, struct id contact)
{
    for (int steps = 0; steps < 100; steps++) {
        const struct told_fact *fact = last(sim, "contact", contact);
        const struct told_fact *went = last(sim, "contact_merged", contact);

        if (fact && !fact->deleted)
            return fact_row(sim, fact);
        if (!went || went->deleted || is_undone(fact_row(sim, went)))
            return NULL;
        contact = ((const struct contact_merged *)fact_row(sim, went))->to;
    }
    sim_fail(sim, "contact %s goes round in a circle", id_text(contact).text);
    return NULL;
}

struct id merge_former(struct sim *sim, struct id contact)
{
    for (int tries = 0; tries < 3; tries++) {
        const struct told_fact *fact =
            mirror_at(contacts(sim), mirror_pick(sim, contacts(sim), "contact_merged"));

        if (fact && id_equal(((const struct contact_merged *)fact_row(sim, fact))->to, contact))
            return fact->entity;
    }
    return contact;
}

// All that this one ever was, itself first.
static size_t all_reached(struct sim *sim, struct id from, struct id *reached, size_t room)
{
    size_t count = 0;

    reached[count++] = from;
    for (size_t i = 0; i < count; i++)
        for (const struct told_fact *went = last(sim, "contact_merged", reached[i]); went;
             went = mirror_at(contacts(sim), went->before))
            if (!went->deleted && count < room)
                reached[count++] = ((const struct contact_merged *)fact_row(sim, went))->to;
    return count;
}

bool merge_led(struct sim *sim, struct id from, struct id to)
{
    struct id reached[REACHED_MAX];
    size_t count = all_reached(sim, from, reached, COUNT_OF(reached));

    for (size_t i = 0; i < count; i++)
        if (id_equal(reached[i], to))
            return true;
    return false;
}

bool merge_met(struct sim *sim, struct id one, struct id other)
{
    struct id reached[REACHED_MAX];
    size_t count = all_reached(sim, one, reached, COUNT_OF(reached));

    for (size_t i = 0; i < count; i++)
        if (merge_led(sim, other, reached[i]))
            return true;
    return false;
}

bool merge_revives(struct sim *sim, const struct told_fact *fact)
{
    const struct op *op = op_find(sim, fact->cause);

    const struct told_fact *went = last(sim, "contact_merged", fact->entity);

    // A note said once more whom it wished for, before telephony had heard of the contact.
    if (mirror_is(fact, "contact") && note_named(sim, fact->entity) &&
        (!op || op->kind == OP_NOTE_ADD || op->kind == OP_NOTE_EDIT))
        return !went || went->deleted || is_undone(fact_row(sim, went));
    if (op && op->kind == OP_PURGE_UNDO && mirror_is(fact, "contact"))
        return id_equal(op->other, fact->entity);
    if (op && op->kind == OP_CONTACT_UNMERGE && mirror_is(fact, "contact"))
        return id_equal(op->target, fact->entity);
    return op && op->kind == OP_CONTACT_MERGE && mirror_is(fact, "contact_merged");
}

// --- asking
bool merge_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct told_fact *from, *to = NULL;

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "contact"))
        return false;
    from = last(sim, "contact", op->target);
    for (int tries = 0; tries < 10 && (!to || !id_equal(from->client, to->client)); tries++)
        to = mirror_at(contacts(sim), mirror_pick(sim, contacts(sim), "contact"));
    if (!to)
        return false;
    op->other = to->entity;
    op->other_version = to->version;
    work_say(op, &method_contact_merge,
             &(struct contact_merge_in){ op->target, op->version, op->other, op->other_version });
    return true;
}

// Mostly what was merged just now: then nobody has touched it since.
static bool just_merged(struct sim *sim, struct op *op)
{
    const struct told_fact *fact;

    for (size_t i = sim->op_count; i-- > 0 && i + 30 > sim->op_count;) {
        if (sim->ops[i].kind != OP_CONTACT_MERGE || !sim->ops[i].effects || sim_below(sim, 2) == 0)
            continue;
        fact = last(sim, "contact_merged", sim->ops[i].target);
        op->target = fact->entity;
        op->version = fact->version;
        return !fact->deleted;
    }
    return false;
}

bool unmerge_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct contact_merged *merged;

    (void)desk;
    if (!just_merged(sim, op) && !work_target(sim, op, MIRROR_CONTACTS, "contact_merged"))
        return false;
    merged = fact_row(sim, last(sim, "contact_merged", op->target));
    op->other = merged->to;
    work_say(op, &method_contact_unmerge, &(struct contact_unmerge_in){ op->target, op->version });
    return true;
}

// --- what was written
// The row with what every edit changes as in `like`.
static struct bytes edited(struct sim *sim, const struct contact *row, const struct contact *like,
                           const struct op *op)
{
    struct contact expected = *row;

    expected.version = like->version;
    expected.edited_at = like->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    return row_bytes(sim, contact_record(), &expected);
}

static void check_went(struct sim *sim, const struct op *op, const struct told_fact *fact)
{
    const struct contact_merged *merged = fact_row(sim, fact);
    bool undone = op->kind == OP_CONTACT_UNMERGE;
    const char *by = undone ? merged->undone_by : merged->merged_by;

    if (fact->deleted || !id_equal(fact->entity, op->target) || is_undone(merged) != undone ||
        !id_equal(merged->to, op->other) || !by || strcmp(by, desk_name(sim, op->desk)) != 0)
        sim_fail(sim, "%s of %s tells something else", op->method->name, id_text(op->target).text);
}

static void check_taken(struct sim *sim, const struct op *op, const struct contact *was,
                        const struct told_fact *fact)
{
    if (!id_equal(fact->entity, op->target) || was->version != op->version)
        sim_fail(sim, "contact_merge took another contact away than was seen");
    else if (!bytes_same(edited(sim, was, fact_row(sim, fact), op), fact->row))
        sim_fail(sim, "contact_merge changed the contact that it took away");
}

void merge_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                 const struct told_fact *fact)
{
    const struct contact *row, *was, *from;

    if (mirror_is(fact, "contact_merged")) {
        check_went(sim, op, fact);
        return;
    }
    row = fact_row(sim, fact);
    was = fact_row(sim, before);
    if (fact->deleted) {
        check_taken(sim, op, was, fact);
        return;
    }
    from = fact_row(sim, mirror_version(contacts(sim), "contact", op->target, op->version));
    if (!id_equal(fact->entity, op->other) || was->version != op->other_version)
        sim_fail(sim, "contact_merge into another contact than was seen");
    else if (strcmp(row->name, was->name) != 0 || !id_equal(row->client, was->client))
        sim_fail(sim, "contact_merge: what \"%s\" said itself is gone", was->name);
    if (!sim->failed)
        detail_check(sim, from, row, fact_row(sim, mirror_at(contacts(sim), op->fact)));
}

// The one that lives again is as it was.
static void check_revived(struct sim *sim, const struct op *op, const struct told_fact *tombstone,
                          const struct told_fact *fact)
{
    const struct contact *row = fact_row(sim, fact);
    struct contact was =
        *(const struct contact *)fact_row(sim, mirror_at(contacts(sim), tombstone->before));

    if (row->message && !was.message)
        sim_fail(sim, "\"%s\" came back with a message", row->name);
    if (!id_equal(last(sim, "contact", op->other)->cause, tombstone->cause))
        was.message = row->message; // it may have been told meanwhile
    if (!bytes_same(edited(sim, &was, row, op), fact->row))
        sim_fail(sim, "\"%s\" came back as something else", row->name);
}

// Somebody else is in it, too.
static bool has_others(struct sim *sim, const struct op *op)
{
    for (size_t seq = 1; seq <= contacts(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(contacts(sim), seq);

        if (!fact->before && mirror_is(fact, "contact_merged") &&
            !id_equal(fact->entity, op->target) &&
            id_equal(((const struct contact_merged *)fact_row(sim, fact))->to, op->other))
            return true;
    }
    return false;
}

// The one that it had gone into, if nobody touched it since.
static void check_left(struct sim *sim, const struct op *op, const struct told_fact *before,
                       const struct told_fact *fact)
{
    const struct told_fact *gone = last(sim, "contact", op->target);
    const struct told_fact *was = mirror_at(contacts(sim), before->before);

    if (!gone->deleted) // it was told first that the other one lives again
        gone = mirror_at(contacts(sim), gone->before);
    if (!was || !id_equal(before->cause, gone->cause))
        return;
    struct contact expected = *(const struct contact *)fact_row(sim, was);
    const struct contact *row = fact_row(sim, fact);
    // A number of somebody else who is in it stays, also one that was taken out by hand before.
    if (has_others(sim, op)) {
        expected.phones = row->phones;
        expected.phones_count = row->phones_count;
    }
    if (!bytes_same(edited(sim, &expected, row, op), fact->row))
        sim_fail(sim, "contact_unmerge: %s is not as it was before", id_text(op->other).text);
}

void unmerge_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                   const struct told_fact *fact)
{
    if (mirror_is(fact, "contact_merged"))
        check_went(sim, op, fact);
    else if (fact->deleted)
        sim_fail(sim, "contact_unmerge took a contact away");
    else if (id_equal(fact->entity, op->target))
        check_revived(sim, op, before, fact);
    else if (id_equal(fact->entity, op->other))
        check_left(sim, op, before, fact);
    else
        sim_fail(sim, "contact_unmerge touched somebody else");
}

// --- at rest
static bool probe(struct request *rq, void *argument)
{
    struct sim *sim = argument;

    for (size_t seq = 1; seq <= contacts(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(contacts(sim), seq);
        const struct contact *now;
        struct contact found;

        if (fact->after || fact->deleted || !mirror_is(fact, "contact_merged"))
            continue;
        arena_reset(sim->arena);
        now = merge_now(sim, fact->entity);
        if (who_is_now(rq, fact->entity, &found) != (now != NULL) ||
            (now && !id_equal(found.id, now->id)))
            sim_fail(sim, "telephony takes %s for somebody else", id_text(fact->entity).text);
    }
    return true;
}

// Telephony finds whoever went into another contact there, and nobody in vain.
void merges_check(struct sim *sim)
{
    if (!fixture_input(sim->services[MIRROR_TELEPHONY], probe, sim))
        sim_fail(sim, "telephony is not at rest");
}

// --- what was answered
static const struct contact *written(struct sim *sim, const struct op *op, struct id contact)
{
    size_t seq = mirror_last(contacts(sim), "contact", contact);

    while (seq && !id_equal(mirror_at(contacts(sim), seq)->cause, op->request))
        seq = mirror_at(contacts(sim), seq)->before;
    return seq ? fact_row(sim, mirror_at(contacts(sim), seq)) : NULL;
}

struct bytes merge_answer(struct sim *sim, const struct op *op)
{
    const struct contact_merged *merged = fact_row(sim, mirror_at(contacts(sim), op->fact));
    const struct contact *from = written(sim, op, op->target), *to = written(sim, op, op->other);

    if (!from || !to) {
        sim_fail(sim, "%s of %s wrote one contact only", op->method->name,
                 id_text(op->target).text);
        return (struct bytes){ NULL, 0 };
    }
    if (op->kind == OP_CONTACT_MERGE)
        return row_bytes(sim, contact_merge_out_record(),
                         &(struct contact_merge_out){ to, merged });
    return row_bytes(sim, contact_unmerge_out_record(),
                     &(struct contact_unmerge_out){ from, to, merged });
}

// SPDX-License-Identifier: Apache-2.0
// Call notes: each edition that was accepted is there once, and every former one stays; a caller
// whom nobody knew becomes one contact.
#include <string.h>

#include "services/telephony/store_note.h"
#include "tests/sim/work.h"

static const struct mirror *telephony(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TELEPHONY];
}

// --- asking
static struct id some_contact(struct sim *sim, struct id client)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];

    for (int tries = 0; tries < 10; tries++) {
        const struct told_fact *fact = mirror_at(contacts, mirror_pick(sim, contacts, "contact"));

        if (fact && id_equal(fact->client, client))
            return fact->entity;
    }
    return (struct id){ { 0 } };
}

bool note_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct told_fact *call =
        mirror_at(telephony(sim), mirror_pick(sim, telephony(sim), "call"));
    struct new_caller caller = { .name = op->name };
    struct note_new in = { .text = op->name, .outcome = note_outcome_CALL_BACK };

    (void)desk;
    if (!call)
        return false;
    if (sim_below(sim, 4) == 0)
        in.client = sim->clients[sim_below(sim, 2)];
    else
        op->target = in.call = call->entity;
    if (sim_below(sim, 3) == 0) {
        caller.number = sim_caller_number((size_t)sim_below(sim, SIM_CALLERS));
        in.new_caller = &caller;
    } else if (sim_below(sim, 2) == 0) {
        op->other = in.contact = some_contact(sim, id_is_zero(in.call) ? in.client : call->client);
    }
    work_say(op, &method_note_add, &in);
    return true;
}

bool note_edit_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct told_fact *fact =
        mirror_at(telephony(sim), mirror_pick(sim, telephony(sim), "call_note"));
    struct note_change in = { .text = op->name };
    const struct call_note *row;

    (void)desk;
    if (!fact)
        return false;
    row = fact_row(sim, fact);
    op->target = in.id = fact->entity;
    op->other_version = in.edition = row->edition;
    // Sometimes the editor has not looked for a while.
    if (in.edition > 1 && sim_below(sim, 5) == 0)
        op->other_version = --in.edition;
    if (!row->new_caller && sim_below(sim, 3) == 0)
        op->other = in.contact = some_contact(sim, row->client);
    work_say(op, &method_note_edit, &in);
    return true;
}

// --- what was written
bool note_follows(struct sim *sim, const struct told_fact *before, const struct told_fact *fact)
{
    return before && mirror_is(fact, "call_note") &&
           ((const struct call_note *)fact_row(sim, before))->edition ==
               ((const struct call_note *)fact_row(sim, fact))->edition;
}

bool note_named(struct sim *sim, struct id contact)
{
    for (size_t seq = 1; seq <= telephony(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);
        const struct call_note *note = mirror_is(fact, "call_note") ? fact_row(sim, fact) : NULL;

        if (note && note->new_caller && id_equal(note->contact, contact))
            return true;
    }
    return false;
}

void note_add_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                    const struct told_fact *fact)
{
    const struct call_note *note = fact_row(sim, fact);

    if (before || note->edition != 1 || strcmp(note->text, op->name) != 0 ||
        strcmp(note->written_by, desk_name(sim, op->desk)) != 0 ||
        !id_equal(note->call, op->target) ||
        (!id_is_zero(op->other) && !id_equal(note->contact, op->other)))
        sim_fail(sim, "note_add \"%s\" wrote something else", op->name);
}

void note_edit_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                     const struct told_fact *fact)
{
    const struct call_note *row = fact_row(sim, fact);
    struct call_note expected;

    if (!before) {
        sim_fail(sim, "note_edit \"%s\" wrote another note", op->name);
        return;
    }
    expected = *(const struct call_note *)fact_row(sim, before);
    if (expected.edition != op->other_version || !id_equal(row->id, op->target))
        sim_fail(sim, "note_edit on a stale edition");
    expected.version++;
    expected.edition++;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.text = op->name;
    if (!id_is_zero(op->other))
        expected.contact = op->other;
    if (!bytes_same(row_bytes(sim, call_note_record(), &expected), fact->row))
        sim_fail(sim, "note_edit \"%s\" wrote something else", op->name);
}

// --- at rest
static bool stored_edition(struct sim *sim, struct id note, int64_t edition, struct call_note *out)
{
    struct err err = { 0 };
    struct txn *txn = store_read(sim->services[MIRROR_TELEPHONY]->store, &err);
    struct key key = key_of_id(note);
    bool found;

    if (!txn)
        return false;
    key_int(&key, edition);
    found = table_get(txn, &note_edition_table, &scope_house, &key, sim->arena, out);
    txn_drop(txn);
    return found;
}

// The rows that were replaced by another edition are kept as they were then.
static int64_t check_editions(struct sim *sim, const struct told_fact *fact)
{
    int64_t edition = ((const struct call_note *)fact_row(sim, fact))->edition, kept = 0;

    while ((fact = mirror_at(telephony(sim), fact->before)) != NULL && !sim->failed) {
        const struct call_note *row = fact_row(sim, fact);
        struct call_note stored;

        if (row->edition == edition)
            continue;
        if (row->edition != edition - 1)
            sim_fail(sim, "a note goes from edition %lld to %lld", (long long)row->edition,
                     (long long)edition);
        edition = row->edition;
        kept++;
        if (!stored_edition(sim, row->id, edition, &stored) ||
            !bytes_same(row_bytes(sim, call_note_record(), &stored), fact->row))
            sim_fail(sim, "edition %lld of the note \"%s\" is not kept", (long long)edition,
                     row->text);
    }
    if (!sim->failed && edition != 1)
        sim_fail(sim, "a note begins with edition %lld", (long long)edition);
    return kept;
}

static void check_caller(struct sim *sim, const struct told_fact *fact)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    const struct call_note *row = fact_row(sim, fact);

    if (row->new_caller && !mirror_last(contacts, "contact", row->contact))
        sim_fail(sim, "\"%s\" has not become a contact", row->new_caller->name);
}

void notes_check(struct sim *sim)
{
    int64_t kept = 0;

    for (size_t seq = 1; seq <= telephony(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);

        arena_reset(sim->arena);
        if (fact->after || fact->deleted || !mirror_is(fact, "call_note"))
            continue;
        kept += check_editions(sim, fact);
        if (!sim->failed)
            check_caller(sim, fact);
    }
    if (!sim->failed && fixture_rows(sim->services[MIRROR_TELEPHONY], &note_edition_table) != kept)
        sim_fail(sim, "there are more former editions of notes than %lld", (long long)kept);
}

// SPDX-License-Identifier: Apache-2.0
// Mere callers that go by themselves: never anybody else, never before their time, never without
// having been announced; and they come back as they were.
#include <string.h>

#include "tests/sim/work.h"

static const struct mirror *contacts(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_CONTACTS];
}

static const struct told_fact *last(const struct sim *sim, const char *kind, struct id id)
{
    return mirror_at(contacts(sim), mirror_last(contacts(sim), kind, id));
}

static int64_t own_now(const struct sim *sim)
{
    return sim_now(sim) + sim->services[MIRROR_CONTACTS]->skew_us;
}

static bool is_mere_caller(const struct contact *contact)
{
    for (size_t i = 0; i < contact->categories_count; i++)
        if (strcmp(contact->categories[i], "caller") != 0)
            return false;
    return contact->categories_count > 0 && !(contact->has_keep && contact->keep);
}

// --- by itself
static void check_gone(struct sim *sim, const struct told_fact *fact)
{
    const struct contact *was = fact_row(sim, mirror_at(contacts(sim), fact->before));
    const struct told_fact *told = last(sim, "purge_notice", fact->entity);
    const struct purge_notice *notice = told && !told->deleted ? fact_row(sim, told) : NULL;
    int64_t now_us = own_now(sim);

    if (!is_mere_caller(was))
        sim_fail(sim, "\"%s\" went by itself and is no mere caller", was->name);
    else if (was->edited_at + DAYS(SIM_IDLE_DAYS) > now_us)
        sim_fail(sim, "\"%s\" went by itself and was edited in time", was->name);
    else if (!notice || notice->last_edit_at != was->edited_at ||
             notice->announced_at + DAYS(SIM_ANNOUNCE_DAYS) > now_us)
        sim_fail(sim, "\"%s\" went by itself, not announced in time", was->name);
}

void purge_check(struct sim *sim, size_t seq)
{
    const struct told_fact *fact = mirror_at(contacts(sim), seq);

    if (mirror_is(fact, "contact") && fact->deleted)
        check_gone(sim, fact);
    else if (mirror_is(fact, "contact") && note_named(sim, fact->entity))
        return; // made of a note that was read in a snapshot, which tells of no cause
    else if (!mirror_is(fact, "purge_notice") && !mirror_is(fact, "purged") &&
             !(fact->deleted &&
               (mirror_is(fact, "message_told") || mirror_is(fact, "contact_merged"))))
        sim_fail(sim, "%s %s was written by nobody", fact->kind->name, id_text(fact->entity).text);
}

// --- brought back
bool purge_undo_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct told_fact *fact =
        mirror_at(contacts(sim), mirror_pick(sim, contacts(sim), "purged"));

    (void)desk;
    if (!fact)
        return false;
    op->target = fact->entity;
    op->other = ((const struct purge_entry *)fact_row(sim, fact))->contact;
    work_say(op, &method_purge_undo, &(struct by_id){ .id = op->target });
    return true;
}

void purge_undo_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                      const struct told_fact *fact)
{
    const struct contact *row;
    struct contact expected;

    if (mirror_is(fact, "purged")) {
        if (!id_equal(fact->entity, op->target))
            sim_fail(sim, "purge_undo took another deletion back");
        return;
    }
    row = fact_row(sim, fact);
    if (!before || !before->deleted || !id_equal(fact->entity, op->other)) {
        sim_fail(sim, "purge_undo brought somebody else back than \"%s\"", row->name);
        return;
    }
    expected = *(const struct contact *)fact_row(sim, mirror_at(contacts(sim), before->before));
    expected.version = row->version;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    if (!bytes_same(row_bytes(sim, contact_record(), &expected), fact->row))
        sim_fail(sim, "\"%s\" came back as something else", row->name);
}

// SPDX-License-Identifier: Apache-2.0
// Calls as desks ask for them, who was spoken with, the board.
#include "tests/sim/work.h"

// --- asking
bool call_contact_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    struct call_contact_in in = { .version = 0 };
    const struct told_fact *call, *contact = NULL;
    const struct call *row;

    (void)desk;
    if (!work_target(sim, op, MIRROR_TELEPHONY, "call"))
        return false;
    call = mirror_at(&sim->mirrors[MIRROR_TELEPHONY],
                     mirror_last(&sim->mirrors[MIRROR_TELEPHONY], "call", op->target));
    row = fact_row(sim, call);
    for (int tries = 0; tries < 10 && (!contact || !id_equal(contact->client, row->client));
         tries++)
        contact = mirror_at(contacts, mirror_pick(sim, contacts, "contact"));
    if (!contact)
        return false;
    in.call = op->target;
    in.contact = op->other = merge_former(sim, contact->entity);
    in.version = row->contact ? row->contact->version : 0;
    if (in.version && sim_below(sim, 5) == 0)
        in.version--;
    op->version = in.version;
    work_say(op, &method_call_contact_set, &in);
    return true;
}

bool call_list_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)sim;
    (void)desk;
    work_say(op, &method_call_list, &(struct call_query){ .has_limit = true, .limit = 20 });
    return true;
}

bool board_get_begin(struct sim *sim, size_t desk, struct op *op)
{
    static const enum board boards[] = { board_CALLS, board_AGENTS, board_MISSED };

    (void)desk;
    work_say(op, &method_board_get,
             &(struct board_query){ .board = boards[sim_below(sim, COUNT_OF(boards))] });
    return true;
}

// --- what was written
void call_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                const struct told_fact *fact)
{
    const struct call *row = fact_row(sim, fact);
    struct call expected = *(const struct call *)fact_row(sim, before);
    int64_t version = expected.contact ? expected.contact->version : 0;

    if (!row->contact || row->contact->version != op->version + 1 || version != op->version)
        sim_fail(sim, "call_contact_set on a stale version");
    else if (!merge_led(sim, op->other, row->contact->contact))
        sim_fail(sim, "call_contact_set took %s for somebody else", id_text(op->other).text);
    expected.version++;
    expected.contact = row->contact;
    if (!bytes_same(row_bytes(sim, call_record(), &expected), fact->row))
        sim_fail(sim, "call_contact_set changed something else");
}

// SPDX-License-Identifier: Apache-2.0
// Contacts and clients: what is asked of them, and what may be written for it.
#include "tests/sim/work.h"

// --- asking
static struct id any_client(struct sim *sim, size_t desk)
{
    const struct scope *scope = desk_scope(sim, desk);

    if (scope->kind == SCOPE_CLIENT && sim_below(sim, 10) > 0)
        return scope->id;
    return sim_below(sim, 3) == 0 ? (struct id){ 0 } : sim->clients[sim_below(sim, 2)];
}

static size_t some_numbers(struct sim *sim, struct number *out)
{
    size_t count = 1 + (size_t)sim_below(sim, 2);
    size_t first = (size_t)sim_below(sim, SIM_CALLERS);

    for (size_t i = 0; i < count; i++)
        out[i] = (struct number){ .typed = sim_caller_number((first + i) % SIM_CALLERS) };
    return count;
}

bool contact_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct number numbers[2];
    struct contact_new in = { .client = any_client(sim, desk),
                              .kind = contact_kind_ORGANISATION,
                              .name = op->name,
                              .handling_note = op->name,
                              .phones = numbers };

    in.phones_count = some_numbers(sim, numbers);
    detail_some(sim, &in);
    op->target = in.client;
    work_say(op, &method_contact_add, &in);
    return true;
}

bool contact_edit_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct number numbers[2];
    struct contact_change in = { .name = op->name, .phones = numbers };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "contact"))
        return false;
    op->wide = sim_below(sim, 2) == 0;
    in.id = op->target;
    in.version = op->version;
    in.phones_count = op->wide ? some_numbers(sim, numbers) : 0;
    work_say(op, &method_contact_edit, &in);
    return true;
}

bool contact_delete_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "contact"))
        return false;
    work_say(op, &method_contact_delete,
             &(struct deletion){ .id = op->target, .version = op->version });
    return true;
}

bool contact_get_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "contact"))
        return false;
    op->least = mirror_at(&sim->mirrors[MIRROR_CONTACTS],
                          mirror_last(&sim->mirrors[MIRROR_CONTACTS], "contact", op->target))
                    ->version;
    work_say(op, &method_contact_get, &(struct by_id){ .id = op->target });
    return true;
}

bool contact_list_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)sim;
    (void)desk;
    work_say(op, &method_contact_list, &(struct page){ .has_limit = true, .limit = 200 });
    return true;
}

bool client_edit_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct number number = { .typed = sim_own_number((size_t)sim_below(sim, SIM_NUMBERS)) };
    struct client_change in = { .name = op->name, .greeting = op->name, .numbers = &number };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "client"))
        return false;
    op->wide = sim_below(sim, 4) == 0;
    in.id = op->target;
    in.version = op->version;
    in.numbers_count = op->wide;
    work_say(op, &method_client_edit, &in);
    return true;
}

// --- what was written
// The row before with what was asked for, in `expected`; the rest must not have changed.
void contact_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                   const struct told_fact *fact)
{
    const struct contact *row = mirror_is(fact, "contact") ? fact_row(sim, fact) : NULL;
    struct contact expected;

    // Nobody can take back any more what went into a contact that is deleted.
    if (!row) {
        if (op->kind != OP_CONTACT_DELETE || !fact->deleted)
            sim_fail(sim, "%s \"%s\" moved a contact", op->method->name, op->name);
        return;
    }
    expected = *row;
    if (before)
        expected = *(const struct contact *)fact_row(sim, before);
    if (!before && !id_equal(row->client, op->target))
        sim_fail(sim, "contact %s is another client's", op->name);
    expected.version = before ? op->version + 1 : 1;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    if (op->kind != OP_CONTACT_DELETE)
        expected.name = op->name;
    if (op->wide) {
        expected.phones = row->phones;
        expected.phones_count = row->phones_count;
    }
    if (!bytes_same(row_bytes(sim, contact_record(), &expected), fact->row))
        sim_fail(sim, "%s \"%s\" wrote something else", op->method->name, op->name);
}

void client_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                  const struct told_fact *fact)
{
    const struct client_row *row = fact_row(sim, fact);
    struct client_row expected = *(const struct client_row *)fact_row(sim, before);

    expected.version = op->version + 1;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.name = expected.greeting = op->name;
    if (op->wide) {
        expected.numbers = row->numbers;
        expected.numbers_count = row->numbers_count;
    }
    if (!bytes_same(row_bytes(sim, client_row_record(), &expected), fact->row))
        sim_fail(sim, "client_edit \"%s\" wrote something else", op->name);
}

// SPDX-License-Identifier: Apache-2.0
// Staff and teams: what is asked of them, and what may be written for it.
#include <stdio.h>

#include "tests/sim/work.h"

// --- asking
static void some_extension(struct sim *sim, char *out, size_t size)
{
    snprintf(out, size, "%d", 101 + (int)sim_below(sim, SIM_PHONES));
}

bool staff_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    char text[16];
    const char *extension = text;
    struct staff_new in = { .name = op->name, .extensions = &extension, .extensions_count = 1 };

    (void)desk;
    some_extension(sim, text, sizeof text);
    in.team = sim_below(sim, 2) ? sim->team : (struct id){ 0 };
    work_say(op, &method_staff_add, &in);
    return true;
}

bool staff_edit_begin(struct sim *sim, size_t desk, struct op *op)
{
    char text[16];
    const char *extension = text;
    struct staff_change in = { .name = op->name, .extensions = &extension };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "staff"))
        return false;
    op->wide = sim_below(sim, 2) == 0;
    some_extension(sim, text, sizeof text);
    in.id = op->target;
    in.version = op->version;
    in.extensions_count = op->wide;
    if (op->wide && sim_below(sim, 3) == 0) {
        in.has_left = true;
        in.left = sim_below(sim, 2) == 0;
    }
    work_say(op, &method_staff_edit, &in);
    return true;
}

bool team_add_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)sim;
    (void)desk;
    work_say(op, &method_team_add, &(struct team_new){ .name = op->name });
    return true;
}

// --- what was written
void staff_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                 const struct told_fact *fact)
{
    const struct staff *row = fact_row(sim, fact);
    struct staff expected = *row;

    if (before)
        expected = *(const struct staff *)fact_row(sim, before);
    expected.version = before ? op->version + 1 : 1;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.name = op->name;
    if (op->wide) {
        expected.extensions = row->extensions;
        expected.extensions_count = row->extensions_count;
        expected.has_left = row->has_left;
        expected.left = row->left;
    }
    if (!bytes_same(row_bytes(sim, staff_record(), &expected), fact->row))
        sim_fail(sim, "%s \"%s\" wrote something else", op->method->name, op->name);
}

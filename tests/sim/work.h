// SPDX-License-Identifier: Apache-2.0
// What desks do: one entry for each kind of request, and what the files about them share.
#pragma once

#include "tests/sim/sim.h"

typedef void work_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                        const struct told_fact *fact);

struct work_kind {
    // False: there is nothing to ask for just now.
    bool (*begin)(struct sim *sim, size_t desk, struct op *op);
    uint32_t admin, agent; // how often
    const char *fact;      // the kind of fact that it has as its one effect; NULL: it reads
    work_check *check;     // of each fact that it caused; NULL: there is nothing to say of it
    int also;              // facts of other kinds; -1: as many as it takes
    void (*refused)(struct sim *sim, const struct op *op, enum err_code code);
};

// --- work.c
void work_say(struct op *op, const struct method *method, const void *in);
// A living entity, with a version that was seen; false: there is none.
bool work_target(struct sim *sim, struct op *op, int service, const char *kind);

// --- tell.c
bool message_set(struct sim *sim, size_t desk, struct op *op);
work_check message_set_check;
bool message_tell_begin(struct sim *sim, size_t desk, struct op *op);
work_check message_tell_check;
void message_tell_refused(struct sim *sim, const struct op *op, enum err_code code);

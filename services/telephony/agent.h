// SPDX-License-Identifier: Apache-2.0
// An agent [Bearbeiter]: the sign-on as a table of moves, and what they do as a function of that
// and of the phones. Pure: rows in, rows out; lists that change lie in the arena.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"
#include "proto/proto.h"

#define AGENT_CALLS_MAX 10

enum agent_move {
    AGENT_SIGNS_ON,
    AGENT_SIGNS_OFF,
    AGENT_PAUSES,
    AGENT_RESUMES, // also when the wrap-up is over
    AGENT_HANGS_UP,
    AGENT_MOVES
};

// A new row of this member of staff, signed off; the version is 0 until it is written.
struct agent agent_make(const struct staff *staff, int64_t now_us);
// Takes over what has changed in the member of staff; whoever has left is signed off.
void agent_take_staff(struct agent *agent, const struct staff *staff, int64_t now_us);
// ERR_CONFLICT when the move is not permitted from here.
MUST_USE bool agent_moves(struct agent *agent, enum agent_move move, int64_t now_us,
                          struct err *err);
// A phone of theirs rings or talks in this call, or no more. A conversation that ends begins the
// wrap-up. What does not fit into AGENT_CALLS_MAX is not shown.
MUST_USE bool agent_sees_call(struct agent *agent, const struct agent_call *call, bool present,
                              int64_t now_us, struct arena *arena);
MUST_USE bool agent_fits(const struct agent *agent, const struct agent_query *query);

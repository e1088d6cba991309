// SPDX-License-Identifier: Apache-2.0
// Effects outside (a PBX command, a mail, a file): a handler only writes what is wanted. The port
// takes it, marks it started (committed before the effect), then done or failed. What was started
// when the process died and cannot be repeated safely becomes unknown, never a second effect.
#pragma once

#include "common/step/request.h"

extern const struct table intent_table; // a service with intents lists it among its tables

// Wants an effect; `body` is the kind's record, encoded. The id is new_id(rq).
struct id intent_want(struct request *rq, const char *kind, struct bytes body);
// The oldest wanted one of a kind that is due, moved to started; false when there is none.
MUST_USE bool intent_start(struct request *rq, const char *kind, struct intent *out);
// From started to done, failed or unknown; `reason` for people, may be NULL. ERR_CONFLICT for any
// other move; the table of permitted moves is in intent.c.
MUST_USE bool intent_finish(struct request *rq, struct id id, enum intent_state state,
                            const char *reason);
// After a start of the process: what is `started` goes back to wanted when it may be repeated, and
// becomes unknown otherwise. At most 500; true while there is more.
bool intent_recover(struct request *rq);

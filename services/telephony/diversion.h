// SPDX-License-Identifier: Apache-2.0
// Notices clients whose calls always carry the client's own number: diverted without the caller's.
#pragma once

#include "common/step/request.h"

// Counts a call that has just ended; a withheld number says nothing. Tells the fact
// `client_diversion` when as many calls in a row as are configured carried an own number, and when
// one carries another again.
MUST_USE bool diversion_note(struct request *rq, const struct call *ended);

extern const struct table call_diversion_table;

// SPDX-License-Identifier: Apache-2.0
// Messages told in calls: contacts says so once, and the call's note gets one line.
#pragma once

#include "common/step/request.h"

// Applies contacts' fact `message_told`, once for each telling.
MUST_USE bool take_told(struct request *rq, const struct fact *fact, const void *row);

// The line for the note of the call in which the message was told; `out->call` is zero when no call
// is known.
MUST_USE bool told_line(struct request *rq, const struct message_told *told,
                        struct told_in_call *out);

extern const struct table call_told_table;
extern const struct index *const call_told_by_call; // (call, at)

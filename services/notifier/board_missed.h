// SPDX-License-Identifier: Apache-2.0
// The board of missed callers: telephony's open entries, as they are.
#pragma once

#include "common/step/request.h"

extern const struct table board_missed_table;

// Applies telephony's fact `missed`: an open entry is on the board, a settled one is not.
bool board_missed_take(struct request *rq, const struct fact *fact, const void *row);
// The rows that fit the query, for board_get.
MUST_USE bool board_missed_page(struct request *rq, const struct board_query *query,
                                struct board_page *out);

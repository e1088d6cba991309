// SPDX-License-Identifier: Apache-2.0
// Lists of inquiries and their moves.
#pragma once

#include "common/step/request.h"

MUST_USE bool inquiries_list(struct request *rq, const struct inquiry_query *query,
                             struct inquiry_page *out);
MUST_USE bool inquiry_moves_read(struct request *rq, const struct inquiry *row,
                                 struct inquiry_moves *out);
// Rows as a list shows them: as many as fit into a message.
MUST_USE bool inquiry_matches(struct request *rq, const struct inquiry *rows, size_t count,
                              const struct inquiry_match **ret, size_t *ret_count);

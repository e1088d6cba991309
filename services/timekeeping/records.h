// SPDX-License-Identifier: Apache-2.0
// Searching everything that was recorded: each kind by its own derived index, merged in the order
// that is asked for. A page's cursor says of each kind how far it was.
#pragma once

#include "common/step/request.h"

MUST_USE bool records_find(struct request *rq, const struct record_query *in,
                           struct record_hits *out);

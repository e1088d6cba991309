// SPDX-License-Identifier: Apache-2.0
// Past inquiries like the one that is being written, with what helped: the archive's inquiries that
// have most of what alike_ask makes of the text, each solution once.
#pragma once

#include "common/step/request.h"

MUST_USE bool similar_find(struct request *rq, const struct inquiry_similar_query *in,
                           struct inquiry_similar_hits *out);

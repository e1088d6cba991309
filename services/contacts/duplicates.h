// SPDX-License-Identifier: Apache-2.0
// Contacts that may be one and the same: found and shown, never merged by themselves.
#pragma once

#include "common/step/request.h"

MUST_USE bool duplicates_list(struct request *rq, const struct duplicate_query *in,
                              struct duplicate_page *out);

// SPDX-License-Identifier: Apache-2.0
// Case files told as rows of a table, for exports: what imports read back.
#pragma once

#include "common/step/request.h"

MUST_USE bool entries_page(struct request *rq, const struct file_entry_query *in,
                           struct file_entry_page *out);

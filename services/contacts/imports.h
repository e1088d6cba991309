// SPDX-License-Identifier: Apache-2.0
// Taking over contacts [Übernahme]: rows come in order and in batches. An import remembers the last
// row that it took, and a contact's id is derived from import and row: whatever is sent again,
// whoever crashed in between, no row counts twice.
#pragma once

#include "common/step/request.h"

MUST_USE bool imports_begin(struct request *rq, const struct import_begin_in *in,
                            struct import *out);
MUST_USE bool imports_rows(struct request *rq, const struct import_rows_in *in,
                           struct import_result *out);
MUST_USE bool imports_check(struct request *rq, const struct import_check_in *in,
                            struct import_result *out);
MUST_USE bool imports_finish(struct request *rq, struct id id, struct import *out);

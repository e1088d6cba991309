// SPDX-License-Identifier: Apache-2.0
// Taking over inquiries of another program [Übernahme]: rows come in batches, and an inquiry's id
// is made of its id there, so that whatever is sent again is there once.
#pragma once

#include "common/step/request.h"

MUST_USE bool past_import(struct request *rq, const struct inquiry_import_in *in,
                          struct inquiry_import_result *out);

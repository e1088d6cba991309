// SPDX-License-Identifier: Apache-2.0
// What contacts learns from the facts of other services.
#pragma once

#include "common/step/request.h"

// telephony: a client's calls carry its own number, or no longer do.
MUST_USE bool take_diversion(struct request *rq, const struct fact *fact, const void *row);

// SPDX-License-Identifier: Apache-2.0
// Which calls came in on a hotline.
#pragma once

#include "common/step/request.h"

// By the number dialled (as the PBX told it), or by the queue.
bool hotlines_hold(struct request *rq, const struct call *call);

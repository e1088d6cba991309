// SPDX-License-Identifier: Apache-2.0
// Callbacks and resubmissions: what the files about them share.
#pragma once

#include "tests/sim/work.h"

int64_t due_now(const struct sim *sim); // by timekeeping's clock
bool callback_settled(const struct callback *row);
bool callback_waits(const struct callback *row); // neither settled nor offered

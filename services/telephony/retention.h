// SPDX-License-Identifier: Apache-2.0
// What is older than the house wants to keep is deleted, a piece at a time, and told as such.
#pragma once

#include "common/step/request.h"

// Looks once a minute, and goes on at once while it returns true. At most 300 rows are written.
bool retention_step(struct request *rq);

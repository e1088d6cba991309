// SPDX-License-Identifier: Apache-2.0
// Rounding of time to be billed: always up. Pure.
#pragma once

#include <stddef.h>

#include "common/base/err.h"
#include "proto/proto.h"

// 0 for 0; else the minimum, the first block, then whole further blocks. NULL: to the second.
int64_t rounding_up(const struct rounding *rounding, int64_t seconds);

// Whether the sum of several entries is rounded, not each by itself.
bool rounding_of_sum(const struct rounding *rounding);

// The rounded seconds of entries that are rounded as a whole, in their order: each keeps its own
// seconds, and the last one is given what the rounded sum has more. So none is below its own
// seconds, and together they are the rounded sum.
void rounding_share(const struct rounding *rounding, const int64_t *actual_s, size_t count,
                    int64_t *ret_rounded_s);

// It has a block of more than 6 minutes: BGH IX ZR 140/19 does not let consumers be billed so.
bool rounding_is_coarse(const struct rounding *rounding);

bool rounding_equal(const struct rounding *a, const struct rounding *b);

// SPDX-License-Identifier: Apache-2.0
// The table of clocks.
#pragma once

#include "common/store/store.h"

extern const struct table clock_table;
extern const struct index *const clock_by_call; // (call)

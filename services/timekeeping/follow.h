// SPDX-License-Identifier: Apache-2.0
// What timekeeping makes of others' facts.
#pragma once

#include "common/step/service.h"

// Of the followed facts; raise it when rows are made differently.
#define TIMEKEEPING_PROJECTION 2

#define TIMEKEEPING_FOLLOWS 12
extern const struct follow timekeeping_follows[TIMEKEEPING_FOLLOWS];

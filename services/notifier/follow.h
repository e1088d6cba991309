// SPDX-License-Identifier: Apache-2.0
// What the notifier makes of others' facts: the rows of its boards.
#pragma once

#include "common/step/service.h"

// Of the followed facts; raise it when board rows are made differently.
#define NOTIFIER_PROJECTION 6

#define NOTIFIER_FOLLOWS 16
extern const struct follow notifier_follows[NOTIFIER_FOLLOWS];

// SPDX-License-Identifier: Apache-2.0
// Reminders whose time has come, told once, also after a downtime.
#pragma once

#include "common/step/request.h"

// True while there are more.
bool reminders_tick(struct request *rq);

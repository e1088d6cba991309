// SPDX-License-Identifier: Apache-2.0
// Where telephony meets PBXs.
#pragma once

#include "common/run/app.h"
#include "common/run/options.h"

extern const struct port telephony_port;

#define TELEPHONY_OPTIONS 13
extern const struct option telephony_options[TELEPHONY_OPTIONS];

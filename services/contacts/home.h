// SPDX-License-Identifier: Apache-2.0
// Where the house stands in the numbering plan, as the options say; request.context.
#pragma once

#include "common/run/app.h"
#include "common/run/options.h"

#define HOME_OPTIONS 2
extern const struct option home_options[HOME_OPTIONS];
extern const struct port home_port;

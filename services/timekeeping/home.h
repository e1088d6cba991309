// SPDX-License-Identifier: Apache-2.0
// The house's settings, as the options say; request.context is a struct timekeeping_house.
#pragma once

#include "common/run/app.h"
#include "common/run/options.h"

#define HOME_OPTIONS 13
extern const struct option home_options[HOME_OPTIONS];
extern const struct port home_port;

// SPDX-License-Identifier: Apache-2.0
// telephony as data; request.context is a struct switchboard.
#pragma once

#include "common/step/service.h"

extern const struct service telephony_service;

// SPDX-License-Identifier: Apache-2.0
// The service contacts as data.
#pragma once

#include "common/base/phone.h"
#include "common/step/service.h"

// request.context is a `const struct phone_home *`: how numbers are read. NULL: +49, no area.
extern const struct service contacts_service;

// SPDX-License-Identifier: Apache-2.0
// The service contacts as data.
#pragma once

#include "common/step/service.h"

// request.context is a `const struct contacts_house *` (house.h), or NULL.
extern const struct service contacts_service;

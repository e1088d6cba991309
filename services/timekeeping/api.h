// SPDX-License-Identifier: Apache-2.0
// timekeeping as data: what its process and the tests run.
#pragma once

#include "common/step/service.h"

extern const struct service timekeeping_service;

// SPDX-License-Identifier: Apache-2.0
// The notifier as data.
#pragma once

#include "common/step/service.h"

extern const struct service notifier_service;

// SPDX-License-Identifier: Apache-2.0
// Rows made of what was given: shared by all services.
#pragma once

#include "common/wire/change.h"

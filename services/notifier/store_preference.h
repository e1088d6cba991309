// SPDX-License-Identifier: Apache-2.0
// What users have set for themselves.
#pragma once

#include "common/store/store.h"
#include "proto/proto.h"

extern const struct table preference_table;

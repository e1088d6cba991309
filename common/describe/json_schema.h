// SPDX-License-Identifier: Apache-2.0
// One record as JSON Schema.
#pragma once

#include <jansson.h>

#include "common/wire/schema.h"

json_t *json_schema_of_record(const struct record *record);
json_t *json_schema_of_picks(const struct picks *picks);

// SPDX-License-Identifier: Apache-2.0
// The numbering plan: which national numbers exist, of which kind. Internal to phone_*.c.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/phone.h"

// `digits` is country code and national number. False: no such number. Outside the plan's four
// countries 8 to 15 digits are PHONE_FOREIGN.
bool phone_plan_kind(const char *digits, enum phone_kind *kind);

// Digits of the country code if it is one of the plan's four; 0 otherwise.
size_t phone_plan_country(const char *digits);

// A short number of the country ("110"), which is dialled as it stands.
bool phone_plan_short(const char *country, const char *digits);

// Digits of the area or network code as people set it apart; 0 when the plan cannot tell.
size_t phone_plan_area(const char *digits);

// SPDX-License-Identifier: Apache-2.0
// Money: whole minor units and a currency (ISO 4217), never a float.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct money {
    int64_t minor;    // cents, rappen...
    char currency[4]; // "EUR", upper case, NUL at the end
};

// True for three upper-case letters.
bool money_currency_valid(const char *currency);

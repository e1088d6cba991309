// SPDX-License-Identifier: Apache-2.0
// What a person typed, taken apart into digits and extension. Internal to phone_*.c.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/compiler.h"
#include "common/base/err.h"
#include "common/base/phone.h"

// Long enough for "00", a kept "(0)" and 15 digits, with room to see that it is too long.
#define PHONE_DIGITS_MAX 23

struct phone_typed {
    char digits[PHONE_DIGITS_MAX + 1]; // without "+" or "00"
    size_t count;
    char extension[PHONE_EXTENSION_MAX + 1];
    bool international; // began with "+" or "00"
};

// Errors: ERR_INVALID, saying which sign or form was not understood.
MUST_USE bool phone_clean(const char *typed, struct phone_typed *out, struct err *err);

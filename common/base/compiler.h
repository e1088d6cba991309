// SPDX-License-Identifier: Apache-2.0
// The few compiler attributes and macros that the project allows itself.
#pragma once

#define MUST_USE                 __attribute__((warn_unused_result))
#define SENTINEL                 __attribute__((sentinel))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define COUNT_OF(array)          (sizeof(array) / sizeof((array)[0]))

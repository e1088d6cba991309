// SPDX-License-Identifier: Apache-2.0
// How long something lasted, as people write and read it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/compiler.h"

// "1:23:45", "0:05:00"; hours are not cut into days. Seconds below 0 count as 0.
struct duration_text {
    char text[24];
};
struct duration_text duration_text(int64_t seconds);

// "1:23:45", "1:23" (hours and minutes), "12 min", "1h 30", "90s", "2 Std", "1,5h", "45" (minutes);
// German and English units. False for anything else, and beyond a year.
MUST_USE bool duration_read(const char *text, int64_t *ret_seconds);

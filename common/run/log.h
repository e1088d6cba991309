// SPDX-License-Identifier: Apache-2.0
// The service's own log: one line per event on stderr, key=value, for the operator's collector.
#pragma once

#include <stdbool.h>

#include "common/base/compiler.h"

enum log_level { LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARNING, LEVEL_ERROR };

// Lines below `level` are not written. `service` is on every line; it must live on.
void log_begin(const char *service, enum log_level level);
// Lines of this level are written.
bool log_wants(enum log_level level);
// More than 2000 lines a second are dropped; how many is said once the second is over.
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

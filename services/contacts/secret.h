// SPDX-License-Identifier: Apache-2.0
// Secrets that open something without a log-in: made once, kept as hashes only.
#pragma once

#include "common/base/id.h"

#define SECRET_SIZE 32

// 64 hexadecimal digits and a NUL; nobody without `house` can guess them from the request's id.
void secret_make(const uint8_t house[SECRET_SIZE], struct id request, struct id owner,
                 char out[2 * SECRET_SIZE + 1]);
void secret_hash(const char *secret, uint8_t out[SECRET_SIZE]);

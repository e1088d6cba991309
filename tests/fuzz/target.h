// SPDX-License-Identifier: Apache-2.0
// What every fuzz target is; the name is libFuzzer's.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

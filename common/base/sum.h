// SPDX-License-Identifier: Apache-2.0
// CRC32C (Castagnoli, RFC 3720 B.4): the checksum of every stored row.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Continues `sum` (0 to begin) over `size` bytes: crc32c(crc32c(0, a), b) equals crc32c(0, ab).
uint32_t crc32c(uint32_t sum, const void *bytes, size_t size);

// SPDX-License-Identifier: Apache-2.0
// CRC32C by the processor's instruction where there is one, else bit by bit.
#include "common/base/sum.h"

#include <string.h>

#define POLYNOMIAL 0x82F63B78u // reflected 0x1EDC6F41

static uint32_t byte_sum(uint32_t value)
{
    for (int bit = 0; bit < 8; bit++)
        value = (value >> 1) ^ ((value & 1) ? POLYNOMIAL : 0);
    return value;
}

static uint32_t by_bits(uint32_t sum, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum = (sum >> 8) ^ byte_sum((sum ^ bytes[i]) & 0xFF);
    return sum;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t sum, const uint8_t *bytes,
                                                                 size_t size)
{
    uint64_t wide = sum;
    while (size >= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        wide = __builtin_ia32_crc32di(wide, word);
        bytes += 8;
        size -= 8;
    }
    sum = (uint32_t)wide;
    while (size-- > 0)
        sum = __builtin_ia32_crc32qi(sum, *bytes++);
    return sum;
}
#endif

uint32_t crc32c(uint32_t sum, const void *bytes, size_t size)
{
    sum = ~sum;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~by_instruction(sum, bytes, size);
#endif
    return ~by_bits(sum, bytes, size);
}

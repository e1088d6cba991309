// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321) of short texts.

#include "services/telephony/ami_md5.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 64

struct md5 {
    uint32_t state[4];
    unsigned char block[BLOCK];
    size_t used;
    uint64_t bytes;
};

// RFC 1321's T[i]: the whole part of 4294967296 times |sin(i + 1)|.
static const uint32_t constants[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static uint32_t turn(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

static void mix(struct md5 *md5)
{
    static const unsigned turns[4][4] = {
        { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 }
    };
    uint32_t words[16], a = md5->state[0], b = md5->state[1], c = md5->state[2], d = md5->state[3];
    for (size_t i = 0; i < 16; i++)
        words[i] = (uint32_t)md5->block[4 * i] | (uint32_t)md5->block[4 * i + 1] << 8 |
                   (uint32_t)md5->block[4 * i + 2] << 16 | (uint32_t)md5->block[4 * i + 3] << 24;
    for (size_t i = 0; i < 64; i++) {
        const uint32_t chosen[4] = { (b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d,
                                     c ^ (b | ~d) };
        const size_t word[4] = { i, 5 * i + 1, 3 * i + 5, 7 * i };
        size_t round = i / 16;
        uint32_t sum = a + chosen[round] + constants[i] + words[word[round] % 16];
        a = d;
        d = c;
        c = b;
        b += turn(sum, turns[round][i % 4]);
    }
    md5->state[0] += a;
    md5->state[1] += b;
    md5->state[2] += c;
    md5->state[3] += d;
}

static void add(struct md5 *md5, unsigned char byte)
{
    md5->block[md5->used++] = byte;
    if (md5->used < BLOCK)
        return;
    mix(md5);
    md5->used = 0;
}

static void add_text(struct md5 *md5, const char *text)
{
    for (; *text; text++) {
        add(md5, (unsigned char)*text);
        md5->bytes++;
    }
}

void ami_md5(const char *first, const char *second, char out[33])
{
    struct md5 md5 = { { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 }, { 0 }, 0, 0 };
    add_text(&md5, first);
    add_text(&md5, second);
    uint64_t bits = md5.bytes * 8;
    add(&md5, 0x80);
    while (md5.used != BLOCK - 8)
        add(&md5, 0);
    for (unsigned i = 0; i < 8; i++)
        add(&md5, (unsigned char)(bits >> (8 * i)));
    for (unsigned i = 0; i < 16; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", (md5.state[i / 4] >> (8 * (i % 4))) & 0xff);
    explicit_bzero(&md5, sizeof md5);
}

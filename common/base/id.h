// SPDX-License-Identifier: Apache-2.0
// Identifiers: UUIDs of 16 bytes, version 7 (RFC 9562) where time orders them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/compiler.h"

struct id {
    uint8_t bytes[16];
};

// The text form with its NUL: 8-4-4-4-12 lower-case hexadecimal digits.
struct id_text {
    char text[37];
};

// A source of chance that is passed in, never asked for: seeded from the system in `run`, from the
// seed in the simulation (xoshiro256**, public domain algorithm).
struct rng {
    uint64_t state[4];
};
void rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);
// Uniform in 0 .. below - 1; below > 0.
uint64_t rng_below(struct rng *rng, uint64_t below);

// A new UUIDv7 for the time `now_us` (microseconds since 1970 UTC); the sub-millisecond part fills
// rand_a, so that ids of one process ascend with time.
struct id id_new(int64_t now_us, struct rng *rng);

// The n-th id created by a request: a UUIDv7 with the request id's time and a hash (BLAKE2b) of
// (request, actor, n), so that a repeated request meets the same primary key for ever.
struct id id_derive(struct id request, const char *actor, uint32_t n);

// A name-based id (UUIDv8, BLAKE2b of space and name): the same thing seen twice gets the same id.
struct id id_of_name(const char *space, const char *name);

// Microseconds since 1970 of a version 7 id (millisecond precision); -1 for other versions.
int64_t id_time_us(struct id id);

bool id_equal(struct id a, struct id b);
bool id_is_zero(struct id id);
struct id_text id_text(struct id id);
// Accepts upper and lower case; false for anything but 36 characters in 8-4-4-4-12 form.
MUST_USE bool id_parse(const char *text, struct id *out);

// SPDX-License-Identifier: Apache-2.0
// What makes two contacts look like one [Doppelte]: the things by which they are compared. Pure.
#pragma once

#include "common/base/arena.h"
#include "proto/proto.h"

#define LIKENESSES_MAX 80 // of one contact

struct likeness_of {
    enum likeness likeness;
    const char *value; // as it is compared
};

#define LIKENESS_BIT(name) (1u << likeness_##name)
#define LIKENESS_ALL       (~0u)

// Of these kinds (a mask), each once; less when the arena is full. A name counts only together with
// a place.
size_t likenesses(const struct contact *contact, unsigned kinds, struct arena *arena,
                  struct likeness_of out[LIKENESSES_MAX]);

// The name's words, folded and sorted: "Müller, Anna" is "Anna Müller". NULL when the arena is
// full.
const char *likeness_name(const char *name, struct arena *arena);
// A customer number as it is compared.
const char *likeness_customer(const char *number, struct arena *arena);

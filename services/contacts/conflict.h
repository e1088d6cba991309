// SPDX-License-Identifier: Apache-2.0
// The conflict check [Kollisionsprüfung]: what makes a party the one that was asked for, and what
// that means for a new matter (§ 43a BRAO, § 3 BORA). Values in, values out.
#pragma once

#include "common/base/arena.h"
#include "proto/proto.h"

#define CONFLICT_WORDS_MAX 6 // of one name that are compared

// A name that was asked, ready to be compared.
struct conflict_name {
    const char *given;
    const char *words[CONFLICT_WORDS_MAX];
    const char *sounds[CONFLICT_WORDS_MAX];
    size_t count;
};
// False when the arena is full.
MUST_USE bool conflict_name_read(const char *given, struct arena *arena, struct conflict_name *out);

// NAME: the same words. SIMILAR: every word of the shorter name sounds like one of the other's.
// ABSENT: neither.
enum conflict_match conflict_compare(const struct conflict_name *asked, const char *name,
                                     struct arena *arena);

// What it means that somebody who shall be `asked` already is `role` in a file of this state.
enum conflict_severity conflict_grade(enum party_role asked, enum party_role role,
                                      enum file_state state, enum conflict_match matched);

// The gravest first; then the surest match, open files, the youngest.
int conflict_order(const struct conflict_hit *a, const struct conflict_hit *b);

// SPDX-License-Identifier: Apache-2.0
// Made-up people: the nth is always the same, so that the service and its floor store the same.
#pragma once

#include <stdint.h>

#include "proto/proto.h"

// Everyone has a name of two words out of some thousands, and a number and a customer number of
// their own: random places in one index, crowded ones in another.
struct person {
    char given[20], family[24], name[48], customer[16];
    char number[20]; // E.164
    struct number phone;
};
void person_make(uint64_t nth, struct person *out);
// What is sent to contacts; its texts are the person's.
struct contact_new person_new(const struct person *person);

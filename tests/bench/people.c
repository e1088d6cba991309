// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/people.h"

#include <stdio.h>

static const char *const syllables[16] = { "ba", "der", "fin", "gel", "har", "jo",  "kes", "lin",
                                           "mo", "nau", "ot",  "per", "rie", "sam", "tor", "wen" };
#define NUMBERS 10000000 // behind +49 30 2

// splitmix64
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

void person_make(uint64_t nth, struct person *out)
{
    uint64_t chance = mix(nth);
    snprintf(out->given, sizeof out->given, "%s%s", syllables[chance % 16],
             syllables[chance / 16 % 16]);
    snprintf(out->family, sizeof out->family, "%s%s%s", syllables[chance >> 8 & 15],
             syllables[chance >> 12 & 15], syllables[chance >> 16 & 15]);
    snprintf(out->name, sizeof out->name, "%s %s", out->given, out->family);
    // A multiplier without a common factor: every number once, in a wild order.
    snprintf(out->number, sizeof out->number, "+49302%07u",
             (unsigned)(nth % NUMBERS * 7368787 % NUMBERS));
    snprintf(out->customer, sizeof out->customer, "k%09u",
             (unsigned)((nth * 7368787 + 4567) % 1000000000));
    out->phone = (struct number){ .typed = out->number };
}

struct contact_new person_new(const struct person *person)
{
    return (struct contact_new){
        .given_name = person->given,
        .family_name = person->family,
        .customer_number = person->customer,
        .phones = &person->phone,
        .phones_count = 1,
    };
}

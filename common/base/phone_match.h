// SPDX-License-Identifier: Apache-2.0
// How a caller's number finds those who have it: the same rule in every service, whatever it looks
// the numbers up in. First the whole number; where nobody has it, the main number of which it may
// be an extension. Never a guess: what is not the whole number of just one is merely possible.
#pragma once

#include "common/base/phone.h"

enum phone_match {
    PHONE_MATCH_NONE,
    PHONE_MATCH_EXACT,    // the whole number of exactly one
    PHONE_MATCH_POSSIBLE, // the whole number of several, or a main number
};

// Looks up one E.164 number and keeps those who have it; returns how many there are.
typedef size_t phone_match_find(void *context, const char *e164);

// Tries the whole number, then with 1 to 5 digits dropped, each also with a 0 behind it (the
// switchboard of +49 30 1234-567 is +49 30 1234-0); stops at the first that somebody has.
enum phone_match phone_match(const char *e164, phone_match_find *find, void *context);

// What a phone with an extension of its own is dialled as, to be looked up beside its main number:
// "+49301234" 12 is +4930123412; "+493012340" 12 is +4930123412 or, if the 0 belongs to the number,
// +49301234012. Without an extension (NULL or ""): the number itself. Returns how many there are;
// fewer when one would be longer than 15 digits.
#define PHONE_WHOLE_MAX 2
size_t phone_whole(const char *e164, const char *extension,
                   char out[PHONE_WHOLE_MAX][PHONE_E164_MAX + 1]);

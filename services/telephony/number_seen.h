// SPDX-License-Identifier: Apache-2.0
// Numbers as telephone systems send them: service codes and call-by-call prefixes taken off, E.164
// where the numbering plan knows them, otherwise as they came; withheld ones are none.
#pragma once

#include "common/base/phone.h"

#define NUMBER_SEEN_MAX 80

struct number_seen {
    char text[NUMBER_SEEN_MAX + 1]; // "": withheld, or none
    char raw[NUMBER_SEEN_MAX + 1];  // as sent, where it differs from `text`; else ""
};

// Whoever calls, or a number of our own. `typed` NULL or "": none.
void number_seen(const char *typed, const struct phone_home *home, struct number_seen *out);
// What somebody dialled: also without "#" at the end, *31# and other service codes in front, and a
// call-by-call prefix (010xy, 0100xy; Germany).
void number_dialled(const char *typed, const struct phone_home *home, struct number_seen *out);

// SPDX-License-Identifier: Apache-2.0
// Slips of the keyboard: what was typed is nearly something that there is.
#pragma once

#include <stdbool.h>

// How many slips lie between them: a letter left out, added, another one, or two changed over. 0
// also when they have nothing to do with each other: more than one in a word of up to four letters,
// more than two in a longer one.
unsigned near_slips(const char *typed, const char *word);
bool near(const char *typed, const char *word); // equal, or so

// SPDX-License-Identifier: Apache-2.0
// The options of every command, as help, manual and completion show them.
#pragma once

#include <stddef.h>

struct cli_option {
    const char *word;
    const char *value_german, *value_english; // NULL: a flag
    const char *german, *english;
};

extern const struct cli_option cli_options[];
extern const size_t cli_option_count;

// SPDX-License-Identifier: Apache-2.0
#include "services/cli/options.h"

#include "common/base/compiler.h"

const struct cli_option cli_options[] = {
#define FLAG(word, german, english) { word, NULL, NULL, german, english },
#define SLOT(word, member, value_german, value_english, german, english)                           \
    { word, value_german, value_english, german, english },
#define OTHER(word, value_german, value_english, german, english)                                  \
    { word, value_german, value_english, german, english },
#include "services/cli/options.def"
#undef FLAG
#undef SLOT
#undef OTHER
};
const size_t cli_option_count = COUNT_OF(cli_options);

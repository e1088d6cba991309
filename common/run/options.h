// SPDX-License-Identifier: Apache-2.0
// Options of a service: command line (--map-size VALUE) before environment (RUFBUS_MAP_SIZE) before
// the file HOME/NAME.conf (map-size = VALUE).
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"

struct option {
    const char *name;      // "map-size"
    const char *value;     // what the value is called in help; NULL: a flag
    bool list;             // may be given several times (an environment's list: apart by spaces)
    const char *otherwise; // NULL: nothing
    const char *german, *english;
};

struct option_table {
    const struct option *options;
    size_t count;
};

struct options;
// ERR_INVALID names what is wrong and the nearest option that exists. The result lives in the
// arena.
MUST_USE struct options *options_read(const struct option_table *tables, size_t table_count,
                                      int argc, char **argv, struct arena *arena, struct err *err);
// Adds what a file says, behind everything given so far. A missing file is no error.
MUST_USE bool options_file(struct options *options, const char *path, struct err *err);
// The nth value; NULL behind the last. Flags have the value "yes". What is no list and was given
// twice at the same place counts as it was given last.
const char *options_value(const struct options *options, const char *name, int nth);

// SPDX-License-Identifier: Apache-2.0
// Clocks as lines for people.
#pragma once

#include "proto/proto.h"
#include "services/cli/cli.h"

// Below each other, their parts in columns. `day`: each with the local day it began where that is
// not today's. `staff`: with whose it is.
struct clock_lines {
    const struct clock *clocks;
    size_t count;
    int64_t now_us; // what runs has counted until then
    const char *before;
    bool day, staff;
};
void clock_show(const struct cli *cli, const struct clock_lines *lines);

// Who was spoken with, or what was done, in a few words.
const char *clock_what(const struct cli *cli, const struct clock *clock);
// "09:15:03–09:20:11", "09:15:03–" while it goes on.
const char *clock_times(const struct cli *cli, const struct clock *clock);

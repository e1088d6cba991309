// SPDX-License-Identifier: Apache-2.0
// What a store holds for each row of a table: every put that a command costs, with its lengths.
#pragma once

#include <stddef.h>

#define PUTS_MAX 32

struct put {
    char database[64];
    double count; // for each row
    size_t key, value;
};

struct weighed {
    struct put puts[PUTS_MAX];
    size_t count;
    double rows;
};

// The store of this folder, whose process has ended. Puts rarer than one in ten rows are left out.
void weigh_store(const char *folder, const char *table, struct weighed *out);

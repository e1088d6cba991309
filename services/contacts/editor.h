// SPDX-License-Identifier: Apache-2.0
// What making and changing a row needs beside what was given.
#pragma once

#include "common/base/arena.h"
#include "common/base/phone.h"
#include "common/wire/schema.h"

struct editor {
    struct arena *arena;           // what the row points to afterwards
    const struct phone_home *home; // how numbers are read
    int64_t now_us;
    const char *actor;
};

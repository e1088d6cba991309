// SPDX-License-Identifier: Apache-2.0
// What a method that answers by pages answers with.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/wire/schema.h"
#include "proto/proto.h"

// The rows in a list method's answer.
struct listing_page {
    const struct record *record;
    const char *rows;
    size_t count;
    bool more;
};
struct listing_page listing_page(const struct method *method, const void *out);

// SPDX-License-Identifier: Apache-2.0
// A contact as a row names it, followed through merges to who they are now. The row keeps what it
// was told; only what is shown changes, so that taking a merge back needs nothing.
#pragma once

#include "proto/proto.h"

struct named_contact {
    struct id id;
    const char *name; // as the row says; may be NULL
    bool own;         // it is what they were called; false: perhaps typed beside ("Frau Schmidt")
    bool merged;
};

// One step: `merged` is where named->id went.
void named_went(struct named_contact *named, const struct contact_merged *merged);

// SPDX-License-Identifier: Apache-2.0
// A typed stub for each method: call_contact_add(client, &in, &out).
#pragma once

#include "common/step/client.h"
#include "proto/proto.h"

#define METHOD(name, access, in, out, right, doc)                                                  \
    static inline enum call_result call_##name(struct client *client, const struct in *in_row,     \
                                               struct out *out_row)                                \
    {                                                                                              \
        return client_call(client, &method_##name, in_row, out_row);                               \
    }
#include "proto/begin.inc"

#include "proto/all.inc"

#include "proto/end.inc"

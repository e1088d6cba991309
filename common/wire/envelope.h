// SPDX-License-Identifier: Apache-2.0
// The first frame of every message; its fields are in proto/envelope.def.
#pragma once

#include "common/wire/codec.h"

#define ENVELOPE_VERSION 1

enum envelope_kind {
    ENVELOPE_REQUEST = 1,
    ENVELOPE_REPLY = 2,
    ENVELOPE_HINT = 3,
    ENVELOPE_STREAM = 4
};

// The kind of an encoded envelope without decoding the rest; 0 when it is none of this version.
int envelope_kind(struct bytes frame);

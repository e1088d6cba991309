// SPDX-License-Identifier: Apache-2.0
// The bus's sockets, for itself and for the test that looks at their options.
#pragma once

#include "common/run/bus.h"
#include "common/run/peers.h"
#include "common/run/zap.h"

struct bus {
    struct bus_options options;
    void *zmq, *router, *pub;
    char domain[64];
    struct key_pair own;
    struct keyring *keyring;
    struct zap *zap;
    bool watched;
    struct peers *peers;
};

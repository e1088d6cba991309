// SPDX-License-Identifier: Apache-2.0
// What handlers may know of the world outside: where the house stands in the numbering plan, and
// how its links to PBXs are doing. Owned by the port (tests: by the test); it is request.context.
#pragma once

#include "common/base/phone.h"
#include "proto/proto.h"
#include "services/telephony/act.h"

#define LINKS_MAX 20

struct switchboard {
    struct phone_home home;
    struct link_row links[LINKS_MAX]; // texts live as long as the port
    size_t link_count;
    struct dialling dialling;
    // A handler wants something of a PBX; it counts once it is committed. NULL: nobody acts.
    void (*wanted)(void *context);
    void *wanted_context;
    int64_t diversion_calls; // see diversion.h; 0: 10
};

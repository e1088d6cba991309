// SPDX-License-Identifier: Apache-2.0
// The asking side of the bus, synchronous: for the command line and tests. One DEALER per service,
// opened when it is first called.
#pragma once

#include "common/run/keys.h"
#include "common/step/client.h"

struct caller;

struct caller_options {
    const char *keys;    // folder: NAME.key of the caller, trusted/SERVICE of whom it calls
    const char *run;     // folder of the ipc sockets
    const char *name;    // of the key to use
    const char *service; // whom common methods (ping...) go to
    int64_t wait_ms;     // deadline of each call
    struct arena *arena; // answers live here
};

// NULL with `err`: no such key. Options' texts must live on.
struct caller *caller_new(const struct caller_options *options, struct err *err);
void caller_free(struct caller *caller); // takes NULL

// For the stubs of proto/stubs.h; valid until caller_free.
struct client *caller_client(struct caller *caller);

// The next message of a stream (kind 4) from `service`, in the order of arrival; both valid until
// the next call. False when none came in time, or a signal interrupted.
MUST_USE bool caller_next(struct caller *caller, const char *service, int64_t wait_ms,
                          struct bytes *ret_head, struct bytes *ret_body);
// True after SIGINT or SIGTERM, once caller_catch_signals has been called.
void caller_catch_signals(void);
bool caller_interrupted(void);

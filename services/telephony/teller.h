// SPDX-License-Identifier: Apache-2.0
// From a model to the server: every call told is copied, handed in, and kept until it is durable.
// Without sockets and clock: the port (source.c) and the simulation drive it alike.
#pragma once

#include "common/step/server.h"
#include "services/telephony/ami_model.h"

#define TELLER_PAUSE_MS 1000

struct teller;

struct teller_options {
    struct server *server;
    // Something was not committed: teller_retry is to be called after TELLER_PAUSE_MS. Until then
    // what is told waits behind it. Called once for each pause.
    void (*pause)(void *context);
    // A call that its record cannot hold; it is passed over.
    void (*malformed)(void *context, const struct err *err);
    void *context;
};

// Never NULL. Free before the server, or after it: what the server still holds is freed when it is
// done with it.
struct teller *teller_new(const struct teller_options *options);
void teller_free(struct teller *teller); // takes NULL

// As ami_model_options.call, with the teller as context.
void teller_tell(void *context, const struct call *row);
void teller_retry(struct teller *teller);

// What lived before this process began: each of the source's calls that have not ended is handed to
// `take`, then `done` is called; both with the teller's context. To be done before the link is up.
// Not committed: nothing was given, try again after TELLER_PAUSE_MS. Neither is called when the
// teller is freed before.
struct teller_restoring {
    const char *source;
    void (*take)(void *context, const struct call *row);
    void (*done)(void *context, bool committed);
};
void teller_restore(struct teller *teller, const struct teller_restoring *how);

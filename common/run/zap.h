// SPDX-License-Identifier: Apache-2.0
// Who may connect at all (ZMTP's authentication, RFC 27): only trusted CURVE keys. Answered in the
// loop's own thread. A CURVE socket without this would let every key in.
#pragma once

#include "common/run/keys.h"

struct zap;

// Reads the keyring again if its folder has changed.
typedef void zap_look_again(void *context);

// Binds inproc://zeromq.zap.01 in the zmq context; must exist before any server socket. Never NULL.
// `look_again` is called before an unknown key is refused, at most ten times a second.
struct zap *zap_new(void *zmq_context, const struct keyring *keyring, const char *domain,
                    zap_look_again *look_again, void *context);
void zap_free(struct zap *zap); // takes NULL; before the context ends
void *zap_socket(struct zap *zap);
// Answers what waits. A revoked key is let in: it is told so by the server, message by message.
void zap_answer(struct zap *zap);
int64_t zap_refused(const struct zap *zap);

// What every server socket needs: CURVE with this secret, the domain, and its enforcement (option
// 93 of libzmq, which has no name outside drafts). False with errno.
MUST_USE bool zap_guard(void *socket, const char *secret_key, const char *domain);

// The self-test: connects to a bound socket with a random key. False when that key got in, or
// nothing was heard within 5 s.
MUST_USE bool zap_refuses_strangers(struct zap *zap, void *zmq_context, const char *endpoint,
                                    const char *public_key);

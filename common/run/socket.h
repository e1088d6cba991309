// SPDX-License-Identifier: Apache-2.0
// How every socket of the bus is opened, so that none lacks a bound. What aborts or betrays in
// libzmq 4.3.4 (ZMTP heartbeats, manual XPUB, routing id handover) is set nowhere; tests/tidy bans
// the names.
#pragma once

#include "common/run/keys.h"

// Never NULL: aborts when the system refuses. End with zmq_ctx_term.
void *context_open(void);
// With linger, high-water marks, the largest frame, and time limits set; close with zmq_close.
void *socket_open(void *context, int type);
MUST_USE bool socket_set(void *socket, int option, int value);
// Before it connects: CURVE as `own` to the one whose public key this is, and how to come back.
MUST_USE bool socket_as_client(void *socket, const struct key_pair *own, const char *server_key);

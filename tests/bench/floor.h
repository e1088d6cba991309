// SPDX-License-Identifier: Apache-2.0
// The floors' processes. They end by a signal only.
#pragma once

// Bound to ipc://RUN/FILE; with a secret it asks for CURVE.
void *floor_socket(void *zmq, int type, const char *run, const char *file, const char *secret);

// Reads lines from 127.0.0.1:port; for each that says that a phone rings: one commit as
// telephony's, then it is published.
int floor_telephony(const char *folder, const char *run, const char *secret, int port);
// Asked for anything, makes these puts ("KEY:VALUE,...": their lengths, the row's first) and
// commits.
int floor_rows(const char *folder, const char *run, const char *secret, const char *puts);
// Hears that, commits as the notifier does, and tells everyone who has written to its ROUTER.
int floor_notifier(const char *folder, const char *run, const char *secret, const char *peer);

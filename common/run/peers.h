// SPDX-License-Identifier: Apache-2.0
// The services that ours follows: a DEALER for questions and a SUB for hints to each.
#pragma once

#include "common/run/keys.h"
#include "common/run/loop.h"
#include "common/step/server.h"

#define PEERS_MAX 8

struct peers_options {
    struct loop *loop;
    struct server *server; // gets their answers and hints
    const struct service *service;
    const char *run; // folder of the ipc sockets
    void *zmq;
    const struct key_pair *own;
    struct keyring *keyring;
};

struct peer {
    struct peers *peers;
    const char *service;
    char server_key[KEY_TEXT]; // as connected; "": not connected
    void *dealer, *sub, *monitor;
};

struct peers {
    struct peers_options options;
    struct peer peers[PEERS_MAX];
    size_t count;
};

// All of the options live as long.
struct peers *peers_new(const struct peers_options *options);
void peers_free(struct peers *peers); // takes NULL
// A peer whose key has come or changed is connected (again).
void peers_refresh(struct peers *peers);
void peers_send(struct peers *peers, const struct outgoing *message);

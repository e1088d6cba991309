// SPDX-License-Identifier: Apache-2.0
// Real processes in a folder of their own, and the floor's program beside them.
#pragma once

#include "common/run/caller.h"
#include "tests/bench/bench.h"

#define HOUSE_PROCESSES 8

struct house {
    struct bench *bench;
    char home[460], keys[480]; // on disk
    char run[128];             // sockets
    struct {
        char name[32];
        int pid;
    } processes[HOUSE_PROCESSES];
    size_t process_count;
    struct arena *arena;
    struct caller *admin; // waits for what it asks
};

// Makes keys for the services, admin, desk (an agent) and gateway. Nothing runs yet.
void house_begin(struct house *house, struct bench *bench, const char *name);
void house_end(struct house *house); // kills what still runs

// rufbus-NAME with further options (NULL at the end), until it answers a ping.
void house_start(struct house *house, const char *name, const char *const *options);
// Any program of the build, not waited for; `words` ends with NULL.
int house_spawn(struct house *house, const char *name, const char *const *words);
void house_stop(struct house *house, const char *name);

// Processor time of all threads of the processes of this name: says more than a clock beside
// others.
double house_used_us(const struct house *house, const char *name);

struct client *house_admin(struct house *house, const char *service);
void house_key(const struct house *house, const char *name, struct key_pair *out);
void house_endpoint(const struct house *house, const char *file, char out[200]);

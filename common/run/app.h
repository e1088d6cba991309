// SPDX-License-Identifier: Apache-2.0
// What every service's main does: options, keys, store, sockets, signals, the loop, a clean end.
#pragma once

#include "common/base/err.h"
#include "common/run/loop.h"
#include "common/step/server.h"

// An option beyond the common ones, given as --name VALUE, NAME=VALUE in the config file, or the
// environment (RUFBUS_NAME); see options.h for the table's words.
struct option;

struct app;
struct app_start {
    struct loop *loop;
    struct server *server;
    const char *home;       // the service's own folder
    const char *keys, *run; // folders of the keys and of the ipc sockets
    // The value of one of the app's options: "" when it was not given; "list" options: the nth
    // value, NULL behind the last.
    const char *(*value)(const struct app_start *start, const char *option, int nth);
    const void *internal;
};

// Where a foreign peer is met. NULL in services without one.
struct port {
    // Called before the server exists; the result is request.context. NULL with `err` filled ends
    // the process with code 2.
    void *(*create)(const struct app *app, struct err *err);
    // The loop and the server run. False with `err` filled ends the process.
    bool (*start)(void *port, const struct app_start *start, struct err *err);
    // Before the server is freed, also when start was refused or never called; frees the port.
    void (*stop)(void *port);
};

struct app {
    const char *name;             // "contacts"; the binary is rufbus-contacts
    const char *german, *english; // purpose, one sentence each
    const struct service *service;
    const struct port *port;
    const struct option *options;
    size_t option_count;
};

// 0: ended cleanly (SIGTERM, SIGINT); 1: cannot go on, said on stderr; 2: wrong use. Common
// options:
// --home, --run (folder of the ipc sockets), --keys, --listen (tcp), --map-size, --log, --check,
// --dump, --help, --version.
int app_run(const struct app *app, int argc, char **argv);

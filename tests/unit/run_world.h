// SPDX-License-Identifier: Apache-2.0
// A real service for the tests of run: the desk as a process of its own, by app_run, in the test's
// folder; and peers that say on its socket what no client of ours would.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zmq.h>

#include "common/base/civil.h"
#include "common/run/app.h"
#include "common/run/caller.h"
#include "common/run/socket.h"
#include "common/wire/envelope.h"
#include "proto/stubs.h"
#include "tests/harness/test.h"
#include "tests/unit/desk_service.h"

#define WORLD_WAIT_MS 30000
#define WORLD_ARGS    12

// --- the process
#define HOLD_FD 9 // the reading end of world->hold

// A team named "hold" keeps the service's loop until a byte comes through the pipe.
static bool world_add(struct request *rq, const void *in_row, void *out_row)
{
    const struct team_new *in = in_row;
    char byte;
    if (strcmp(in->name, "hold") == 0 && read(HOLD_FD, &byte, 1) != 1)
        return fail(&rq->err, ERR_INTERNAL, NULL, TEXT_INTERNAL, NULL);
    return desk_add(rq, in_row, out_row);
}

static const struct handler world_handlers[] = {
    { &method_team_add, world_add },
    { &method_team_list, desk_list },
};

static const struct service world_service = {
    .schema = &contacts_schema,
    .handlers = world_handlers,
    .handler_count = COUNT_OF(world_handlers),
    .tables = desk_tables,
    .table_count = COUNT_OF(desk_tables),
};

static const struct app world_app = {
    .name = "contacts",
    .german = "Prüfling.",
    .english = "a service to be tested",
    .service = &world_service,
};

// The test's own program, started again with --serve, is the service.
__attribute__((constructor)) static void world_serve(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--serve") == 0)
        exit(app_run(&world_app, argc - 1, argv + 1));
}

struct world {
    char home[300], run[320], keys[320];
    int hold[2];
    pid_t service; // 0: none
    struct arena *arena;
};

static inline struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world)
        abort();
    snprintf(world->home, sizeof world->home, "%s", test_folder());
    snprintf(world->run, sizeof world->run, "%s/run", world->home);
    snprintf(world->keys, sizeof world->keys, "%s/keys", world->home);
    world->arena = arena_new((size_t)64 << 20);
    struct err err = { 0 };
    if (!key_make(world->keys, "contacts", "service", "house", &err) ||
        !key_make(world->keys, "admin", "admin,operator", "house", &err))
        CHECK_OK(&err);
    CHECK(pipe2(world->hold, O_CLOEXEC) == 0);
    return world;
}

static inline void world_exec(const struct world *world, const char *const *more)
{
    char home[320], log[340], out[340];
    const char *args[WORLD_ARGS + 10] = { "/proc/self/exe", "--serve" };
    size_t count = 2;
    snprintf(home, sizeof home, "%s/contacts", world->home);
    snprintf(log, sizeof log, "%s.log", home);
    snprintf(out, sizeof out, "%s.out", home);
    const char *const common[] = { "--home", home,        "--run",      world->run,
                                   "--keys", world->keys, "--map-size", "1073741824" };
    for (size_t i = 0; i < COUNT_OF(common); i++)
        args[count++] = common[i];
    for (size_t i = 0; more && more[i] && i < WORLD_ARGS; i++)
        args[count++] = more[i];
    int log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int out_fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails leaves nobody behind
    if (log_fd < 0 || out_fd < 0 || dup2(log_fd, 2) < 0 || dup2(out_fd, 1) < 0 ||
        dup2(world->hold[0], HOLD_FD) < 0)
        _exit(99);
    execv(args[0], (char *const *)(uintptr_t)args);
    _exit(98);
}

// `more`: further arguments, ended by NULL; may be NULL. A later --home counts instead.
static inline void world_start(struct world *world, const char *const *more)
{
    fflush(stdout);
    fflush(stderr);
    world->service = fork();
    CHECK(world->service >= 0);
    if (world->service == 0)
        world_exec(world, more);
}

// Its exit code; 1000 + the signal that ended it. `number` 0: it ends by itself.
static inline int world_end(struct world *world, int number)
{
    int status = 0;
    struct pollfd end = { pidfd_open(world->service, 0), POLLIN, 0 };
    if (number)
        CHECK(kill(world->service, number) == 0);
    bool ended = poll(&end, 1, WORLD_WAIT_MS) == 1;
    if (!ended)
        kill(world->service, SIGKILL);
    CHECK(waitpid(world->service, &status, 0) == world->service);
    close(end.fd);
    world->service = 0;
    CHECK(ended);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static inline void world_free(struct world *world)
{
    if (world->service)
        CHECK_INT(world_end(world, SIGTERM), 0);
    close(world->hold[0]);
    close(world->hold[1]);
    arena_free(world->arena);
    free(world);
}

// What the service has written so far: ".log" (stderr) or ".out".
static inline const char *world_said(const struct world *world, const char *ending)
{
    char path[340];
    char *text = arena_alloc(world->arena, 1 << 20);
    snprintf(path, sizeof path, "%s/contacts%s", world->home, ending);
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(text, 1, (1 << 20) - 1, file) : 0;
    text[size] = '\0';
    if (file)
        fclose(file);
    return text;
}

// Lets it go on that treats, or will treat, a team named "hold".
static inline void world_let_go(const struct world *world)
{
    CHECK(write(world->hold[1], "", 1) == 1);
}

// --- those who speak with it
static inline struct caller *world_caller(struct world *world, const char *name, int64_t wait_ms)
{
    struct caller_options options = {
        .keys = world->keys,
        .run = world->run,
        .name = name,
        .service = "contacts",
        .wait_ms = wait_ms,
        .arena = world->arena,
    };
    struct err err = { 0 };
    struct caller *caller = caller_new(&options, &err);
    CHECK_OK(&err);
    return caller;
}

static inline enum call_result world_add_team(struct caller *caller, const char *name,
                                              struct team *out)
{
    struct team_new in = { .name = name };
    return call_team_add(caller_client(caller), &in, out);
}

// Done, within the deadline.
static inline void world_ping(struct caller *caller)
{
    struct nothing in = { 0 };
    struct pong pong;
    CHECK_INT(call_ping(caller_client(caller), &in, &pong), CALL_DONE);
    CHECK_STR(pong.service, "contacts");
}

static inline int64_t world_figure(struct caller *caller, const char *name)
{
    struct nothing in = { 0 };
    struct figures figures;
    CHECK_INT(call_stats(caller_client(caller), &in, &figures), CALL_DONE);
    for (size_t i = 0; i < figures.figures_count; i++) {
        if (strcmp(figures.figures[i].name, name) == 0)
            return figures.figures[i].value;
    }
    return 0;
}

// Memory that the service holds, in bytes.
static inline int64_t world_resident(const struct world *world)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)world->service);
    FILE *file = fopen(path, "r");
    CHECK(file && fscanf(file, "%*d %ld", &pages) == 1);
    fclose(file);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

// A DEALER of our own with this key; `routing_id` may be NULL, `endpoint` NULL: the ipc socket.
static inline void *raw_dealer(void *context, const struct world *world, const char *name,
                               const char *routing_id, const char *endpoint)
{
    struct key_pair own, server;
    struct err err = { 0 };
    char ipc[360];
    if (!key_read(world->keys, name, &own, &err) ||
        !key_read(world->keys, "contacts", &server, &err))
        CHECK_OK(&err);
    void *socket = socket_open(context, ZMQ_DEALER);
    CHECK(socket_as_client(socket, &own, server.public_key));
    CHECK(socket_set(socket, ZMQ_SNDTIMEO, WORLD_WAIT_MS));
    CHECK(socket_set(socket, ZMQ_RCVTIMEO, WORLD_WAIT_MS));
    if (routing_id)
        CHECK(zmq_setsockopt(socket, ZMQ_ROUTING_ID, routing_id, strlen(routing_id)) == 0);
    snprintf(ipc, sizeof ipc, "ipc://%s/contacts.sock", world->run);
    CHECK(zmq_connect(socket, endpoint ? endpoint : ipc) == 0);
    return socket;
}

static inline void raw_send(void *socket, const char *method, int64_t correlation, const char *name)
{
    struct rng rng;
    struct mp_writer head, body;
    struct team_new in = { .name = name };
    struct nothing nothing = { 0 };
    rng_seed(&rng, (uint64_t)loop_now_us() + (uint64_t)correlation);
    struct envelope envelope = { .version = ENVELOPE_VERSION,
                                 .kind = ENVELOPE_REQUEST,
                                 .method = method,
                                 .has_correlation = true,
                                 .correlation = correlation,
                                 .request = id_new(loop_now_us(), &rng) };
    mp_writer_init(&head);
    mp_writer_init(&body);
    encode(envelope_record(), &envelope, &head);
    if (name)
        encode(team_new_record(), &in, &body);
    else
        encode(nothing_record(), &nothing, &body);
    bool sent = zmq_send(socket, head.data, head.size, ZMQ_SNDMORE) >= 0 &&
                zmq_send(socket, body.data, body.size, 0) >= 0;
    mp_writer_done(&head);
    mp_writer_done(&body);
    CHECK(sent);
}

// The next answer's correlation; its status and the body's bytes. -1: none within wait_ms.
static inline int64_t raw_answer(const struct world *world, void *socket, int wait_ms,
                                 const char **ret_status, struct bytes *ret_body)
{
    struct reply_head reply = { 0 };
    struct err err = { 0 };
    zmq_msg_t head, body;
    zmq_pollitem_t item = { socket, 0, ZMQ_POLLIN, 0 };
    if (zmq_poll(&item, 1, wait_ms) <= 0)
        return -1;
    zmq_msg_init(&head);
    zmq_msg_init(&body);
    CHECK(zmq_msg_recv(&head, socket, 0) >= 0 && zmq_msg_more(&head));
    CHECK(zmq_msg_recv(&body, socket, 0) >= 0 && !zmq_msg_more(&body));
    struct bytes bytes = { zmq_msg_data(&head), zmq_msg_size(&head) };
    (void)!decode(reply_head_record(), bytes, DECODE_LENIENT, world->arena, &reply, &err);
    *ret_status = reply.status;
    size_t size = zmq_msg_size(&body);
    *ret_body =
        (struct bytes){ (const uint8_t *)arena_text(world->arena, zmq_msg_data(&body), size),
                        size };
    zmq_msg_close(&head);
    zmq_msg_close(&body);
    CHECK_OK(&err);
    return reply.correlation;
}

// SPDX-License-Identifier: Apache-2.0
// What libzmq 4.3.4 does to the careless, one test for each: floods and deaths, sockets with a
// dangerous option, who is who, endless messages, stolen answers. The fourth, open doors, is in
// run_zap_test.c.
#include <sys/socket.h>
#include <sys/un.h>

#include "common/run/bus_internal.h"
#include "common/run/socket.h"
#include "tests/unit/run_world.h"

#define MEGABYTE       ((size_t)1 << 20)
#define MESSAGE_FRAMES 70

static void make_key(const struct world *world, const char *name)
{
    struct err err = { 0 };
    (void)!key_make(world->keys, name, "admin", "house", &err);
    CHECK_OK(&err);
}

static void check_answer(const struct world *world, void *socket, int64_t correlation,
                         const char *want)
{
    const char *status = "";
    struct bytes body;
    CHECK_INT(raw_answer(world, socket, WORLD_WAIT_MS, &status, &body), correlation);
    CHECK_STR(status, want);
}

// --- 1: heartbeats abort the process when a peer floods past the high-water mark and dies
TEST(landmine_1_a_peer_that_floods_past_the_mark_and_dies_kills_nobody)
{
    struct world *world = world_new();
    make_key(world, "flood");
    world_start(world, NULL);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    world_ping(caller);
    void *context = context_open();
    void *flood = raw_dealer(context, world, "flood", NULL, NULL);
    raw_send(flood, "team_add", 1, "hold"); // from here on nobody reads
    CHECK(socket_set(flood, ZMQ_SNDTIMEO, 1000));
    int sent = 0;
    while (sent < 1000000 && zmq_send(flood, "\xc1", 1, ZMQ_SNDMORE) >= 0 &&
           zmq_send(flood, "", 0, 0) >= 0)
        sent++;
    CHECK_INT(errno, EAGAIN); // both marks and what lies between are full
    CHECK(sent >= 10000);
    fprintf(stderr, "  %d messages were taken\n", sent);
    zmq_close(flood);
    zmq_ctx_term(context);
    world_let_go(world);
    for (int i = 0; i < 20; i++)
        world_ping(caller);
    CHECK(world_figure(caller, "malformed") >= 10000); // it went through them all
    caller_free(caller);
    world_free(world);
}

static bool one_follow(struct request *rq, const struct fact *fact, const void *row)
{
    (void)rq, (void)fact, (void)row;
    return true;
}

static const struct follow follows[] = { { "telephony", "call", FOLLOW_PARK_KEY, one_follow } };

static void no_log(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "  %s\n", line);
}

static int64_t option_of(void *socket, int option)
{
    int value = -1;
    size_t size = sizeof value;
    CHECK(zmq_getsockopt(socket, option, &value, &size) == 0);
    return value;
}

// --- 1, 2: the sockets as they are open in a service that follows another
static void check_socket(void *socket, int type)
{
    static const int never[] = { ZMQ_HEARTBEAT_IVL, ZMQ_HEARTBEAT_TTL, ZMQ_LINGER };
    int64_t largest = 0;
    size_t size = sizeof largest;
    CHECK_INT(option_of(socket, ZMQ_TYPE), type);
    for (size_t i = 0; i < COUNT_OF(never); i++)
        CHECK_INT(option_of(socket, never[i]), 0);
    CHECK_INT(option_of(socket, ZMQ_HEARTBEAT_TIMEOUT), -1);
    CHECK_INT(option_of(socket, ZMQ_HANDSHAKE_IVL), 3000);
    CHECK_INT(option_of(socket, ZMQ_TCP_KEEPALIVE), 1);
    CHECK_INT(option_of(socket, ZMQ_TCP_KEEPALIVE_IDLE), 10);
    CHECK_INT(option_of(socket, ZMQ_TCP_MAXRT), 8000);
    CHECK_INT(option_of(socket, ZMQ_CONNECT_TIMEOUT), 2000);
    CHECK_INT(option_of(socket, ZMQ_BACKLOG), 1024);
    CHECK(option_of(socket, ZMQ_RCVHWM) > 0 && option_of(socket, ZMQ_SNDHWM) > 0);
    CHECK(zmq_getsockopt(socket, ZMQ_MAXMSGSIZE, &largest, &size) == 0);
    CHECK(largest > MP_FRAME_MAX && largest <= 2 * (int64_t)MP_FRAME_MAX);
    if (type != ZMQ_PAIR)
        CHECK_INT(option_of(socket, ZMQ_MECHANISM), ZMQ_CURVE);
    if (type == ZMQ_DEALER || type == ZMQ_SUB)
        CHECK_INT(option_of(socket, ZMQ_IMMEDIATE), 1);
}

TEST(landmine_1_and_2_no_socket_has_heartbeats_and_none_is_an_xpub)
{
    struct world *world = world_new();
    struct service service = world_service;
    struct err err = { 0 };
    service.follows = follows;
    service.follow_count = COUNT_OF(follows);
    make_key(world, "telephony");
    struct store_options store_options = { .folder = world->home,
                                           .tables = desk_tables,
                                           .table_count = COUNT_OF(desk_tables),
                                           .map_bytes = (size_t)1 << 28,
                                           .epoch_if_new = 1 };
    struct store *store = store_open(&store_options, &err);
    CHECK_OK(&err);
    struct server_options server_options = { .service = &service, .store = store, .seed = 1 };
    struct server *server = server_new(&server_options);
    struct bus_options options = { .loop = loop_new(),
                                   .server = server,
                                   .service = &service,
                                   .run = world->run,
                                   .keys = world->keys,
                                   .log = no_log };
    struct bus *bus = bus_new(&options, &err);
    CHECK_OK(&err);
    check_socket(bus->router, ZMQ_ROUTER);
    check_socket(bus->pub, ZMQ_PUB);
    CHECK_INT((int64_t)bus->peers->count, 1);
    check_socket(bus->peers->peers[0].dealer, ZMQ_DEALER);
    check_socket(bus->peers->peers[0].sub, ZMQ_SUB);
    check_socket(bus->peers->peers[0].monitor, ZMQ_PAIR);
    CHECK_INT(zmq_ctx_get(bus->zmq, ZMQ_BLOCKY), 0);
    bus_free(bus);
    server_free(server);
    store_close(store);
    loop_free(options.loop);
    world_free(world);
}

// --- 3: after a poll the first frame does not tell who sent it
TEST(landmine_3_the_principal_is_known_however_the_request_was_found)
{
    struct world *world = world_new();
    make_key(world, "anna");
    world_start(world, NULL);
    void *context = context_open();
    void *anna = raw_dealer(context, world, "anna", NULL, NULL);
    for (int64_t i = 1; i <= 50; i++) { // one by one: each is found by a poll
        raw_send(anna, "ping", i, NULL);
        check_answer(world, anna, i, "ok");
    }
    for (int64_t i = 1; i <= 50; i++) // all at once: most are found without one
        raw_send(anna, "ping", i, NULL);
    for (int64_t i = 1; i <= 50; i++)
        check_answer(world, anna, i, "ok");
    zmq_close(anna);
    zmq_ctx_term(context);
    world_free(world);
}

// --- 5: bounds are per frame; a message without an end lies in libzmq, unseen
// Between a peer and the service: bytes pass both ways until so many have come from the peer. So a
// message can be sent that never ends, which libzmq itself would not begin to send.
struct relay {
    char endpoint[340];
    int listening, peer, service; // -1: none
    int64_t passed, most;
};

static int relay_socket(const char *path, bool listens)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (listens)
        CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0);
    else
        CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

static void relay_open(struct relay *relay, const struct world *world, int64_t most)
{
    char path[340];
    snprintf(path, sizeof path, "%s/relay-%d", world->home, (int)world->service);
    snprintf(relay->endpoint, sizeof relay->endpoint, "ipc://%.330s", path);
    (void)unlink(path);
    relay->listening = relay_socket(path, true);
    snprintf(path, sizeof path, "%s/contacts.sock", world->run);
    relay->service = relay_socket(path, false);
    relay->peer = -1;
    relay->passed = 0;
    relay->most = most;
}

static void relay_close(struct relay *relay)
{
    close(relay->listening);
    close(relay->peer);
}

static ssize_t pass(int from, int to)
{
    static char bytes[1 << 16];
    ssize_t size = read(from, bytes, sizeof bytes);
    for (ssize_t done = 0; done < size;) {
        ssize_t written = write(to, bytes + done, (size_t)(size - done));
        CHECK(written > 0);
        done += written;
    }
    return size;
}

static void relay_turn(struct relay *relay)
{
    struct pollfd fds[] = { { relay->listening, POLLIN, 0 },
                            { relay->peer < 0 ? -1 : relay->service, POLLIN, 0 },
                            { relay->passed < relay->most ? relay->peer : -1, POLLIN, 0 } };
    (void)poll(fds, COUNT_OF(fds), 10);
    if ((fds[0].revents & POLLIN) && relay->peer < 0)
        relay->peer = accept4(relay->listening, NULL, NULL, SOCK_CLOEXEC);
    if (fds[1].revents & POLLIN)
        CHECK(pass(relay->service, relay->peer) > 0);
    if (fds[2].revents & POLLIN)
        relay->passed += pass(relay->peer, relay->service);
}

// For the service the peer is dead; the peer may say the rest. Were its socket closed in the midst
// of a message when the connection breaks, libzmq 4.3.4 aborts it (#3442).
static void relay_die(struct relay *relay)
{
    static char bytes[1 << 16];
    ssize_t size = 1;
    close(relay->service);
    while (relay->passed < MESSAGE_FRAMES * (int64_t)MEGABYTE && size > 0) {
        size = read(relay->peer, bytes, sizeof bytes);
        relay->passed += size;
    }
}

// Sends 64 MiB of a message whose end never comes, and dies. What the service holds meanwhile.
static int64_t endless(const struct world *world, struct caller *other)
{
    struct relay relay;
    char *frame = calloc(1, MEGABYTE);
    relay_open(&relay, world, 64 * (int64_t)MEGABYTE);
    void *context = context_open();
    void *socket = raw_dealer(context, world, "endless", NULL, relay.endpoint);
    zmq_pollitem_t item = { socket, 0, ZMQ_POLLOUT, 0 };
    int64_t until_us = loop_now_us() + MILLISECONDS(WORLD_WAIT_MS);
    while (zmq_poll(&item, 1, 0) == 0 && loop_now_us() < until_us)
        relay_turn(&relay);
    for (int i = 0; i < MESSAGE_FRAMES; i++)
        CHECK(zmq_send(socket, frame, MEGABYTE, i < MESSAGE_FRAMES - 1 ? ZMQ_SNDMORE : 0) >= 0);
    while (relay.passed < relay.most && loop_now_us() < until_us)
        relay_turn(&relay);
    CHECK(relay.passed >= relay.most);
    world_ping(other);
    int64_t resident = world_resident(world);
    relay_die(&relay);
    zmq_close(socket);
    relay_close(&relay);
    zmq_ctx_term(context);
    free(frame);
    world_ping(other);
    return resident;
}

TEST(landmine_5_a_message_without_an_end_harms_nobody_else_and_goes_with_its_sender)
{
    struct world *world = world_new();
    make_key(world, "endless");
    world_start(world, NULL);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    world_ping(caller);
    int64_t before = world_resident(world), first = endless(world, caller), last = first;
    for (int round = 0; round < 3; round++)
        last = endless(world, caller);
    fprintf(stderr, "  resident before %lld, while it lasts %lld, the fourth time %lld KiB\n",
            (long long)before >> 10, (long long)first >> 10, (long long)last >> 10);
    // Not bounded by us or by libzmq: if this is ever false, this test is no proof any more.
    CHECK(first > before + 32 * (int64_t)MEGABYTE);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(last < first + 32 * (int64_t)MEGABYTE); // each took its memory with it
#endif
    CHECK_INT(world_figure(caller, "malformed"), 0); // none of it was ever a message
    caller_free(caller);
    world_free(world);
}

TEST(landmine_5_a_message_of_many_frames_is_counted_once_and_kept_nowhere)
{
    struct world *world = world_new();
    world_start(world, NULL);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    void *context = context_open();
    void *socket = raw_dealer(context, world, "admin", NULL, NULL);
    for (int i = 0; i < 20000; i++)
        CHECK(zmq_send(socket, "0123456789", 10, i < 19999 ? ZMQ_SNDMORE : 0) >= 0);
    check_answer(world, socket, 0, "invalid");
    raw_send(socket, "ping", 7, NULL);
    check_answer(world, socket, 7, "ok");
    CHECK_INT(world_figure(caller, "malformed"), 1);
    zmq_close(socket);
    zmq_ctx_term(context);
    caller_free(caller);
    world_free(world);
}

static void send_body(void *socket, int64_t correlation, size_t size)
{
    struct envelope envelope = { .version = ENVELOPE_VERSION,
                                 .kind = ENVELOPE_REQUEST,
                                 .method = "ping",
                                 .has_correlation = true,
                                 .correlation = correlation };
    struct mp_writer head;
    char *body = calloc(1, size);
    mp_writer_init(&head);
    encode(envelope_record(), &envelope, &head);
    CHECK(body && zmq_send(socket, head.data, head.size, ZMQ_SNDMORE) >= 0);
    CHECK(zmq_send(socket, body, size, 0) >= 0);
    mp_writer_done(&head);
    free(body);
}

TEST(landmine_5_the_largest_frame_fits_and_one_far_too_large_ends_the_connection)
{
    struct world *world = world_new();
    world_start(world, NULL);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    void *context = context_open();
    void *socket = raw_dealer(context, world, "admin", NULL, NULL);
    send_body(socket, 1, MP_FRAME_MAX); // as large as the codec reads: it says what is wrong inside
    check_answer(world, socket, 1, "invalid");
    send_body(socket, 2, MP_FRAME_MAX + 1000); // a little too large: said so
    const char *status = "";
    struct bytes body;
    CHECK_INT(raw_answer(world, socket, WORLD_WAIT_MS, &status, &body), 2);
    CHECK(strcmp(status, "ok") != 0);
    send_body(socket, 3, 12 * MEGABYTE); // cut off; the socket comes back by itself
    world_ping(caller);
    int64_t answered = -1;
    for (int i = 0; i < 100 && answered != 4; i++) {
        raw_send(socket, "ping", 4, NULL);
        answered = raw_answer(world, socket, 300, &status, &body);
        CHECK(answered != 3);
    }
    CHECK_INT(answered, 4);
    zmq_close(socket);
    zmq_ctx_term(context);
    caller_free(caller);
    world_free(world);
}

// --- 6: with handover the second of the same routing id would get the first one's answers
TEST(landmine_6_a_peer_of_the_same_routing_id_gets_nobody_elses_answers)
{
    struct world *world = world_new();
    struct bytes body;
    const char *status;
    make_key(world, "anna");
    make_key(world, "mallory");
    world_start(world, NULL);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    void *context = context_open();
    void *anna = raw_dealer(context, world, "anna", "desk-1", NULL);
    raw_send(anna, "ping", 1, NULL);
    check_answer(world, anna, 1, "ok");
    void *mallory = raw_dealer(context, world, "mallory", "desk-1", NULL);
    zmq_pollitem_t item = { mallory, 0, ZMQ_POLLOUT, 0 };
    CHECK_INT(zmq_poll(&item, 1, WORLD_WAIT_MS), 1); // connected, as far as it can see
    raw_send(mallory, "ping", 2, NULL);
    world_ping(caller); // has had its chance
    raw_send(anna, "team_add", 3, "hold");
    world_let_go(world);
    CHECK_INT(raw_answer(world, anna, WORLD_WAIT_MS, &status, &body), 3);
    CHECK_INT(raw_answer(world, mallory, 300, &status, &body), -1);
    zmq_close(anna);
    zmq_close(mallory);
    zmq_ctx_term(context);
    caller_free(caller);
    world_free(world);
}

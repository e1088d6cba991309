// SPDX-License-Identifier: Apache-2.0
// A service as a process: it answers, keeps what it has answered, obeys signals, and says what is
// wrong with how it was started.
#include <arpa/inet.h>
#include <sys/socket.h>

#include "tests/unit/run_world.h"

TEST(a_call_over_the_socket_is_stored_under_the_callers_name)
{
    struct world *world = world_new();
    world_start(world, NULL);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    struct team team;
    CHECK_INT(world_add_team(caller, "Nachtdienst", &team), CALL_DONE);
    CHECK_STR(team.name, "Nachtdienst");
    CHECK_STR(team.edited_by, "admin");
    struct page in = { 0 };
    struct team_page page;
    CHECK_INT(call_team_list(caller_client(caller), &in, &page), CALL_DONE);
    CHECK_INT((int64_t)page.teams_count, 1);
    caller_free(caller);
    world_free(world);
}

TEST(what_was_answered_outlives_a_kill)
{
    struct world *world = world_new();
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    struct team team;
    for (int round = 0; round < 3; round++) {
        world_start(world, NULL);
        CHECK_INT(world_add_team(caller, "Tagdienst", &team), CALL_DONE);
        CHECK_INT(world_end(world, SIGKILL), 1000 + SIGKILL);
    }
    world_start(world, NULL);
    struct page in = { 0 };
    struct team_page page;
    CHECK_INT(call_team_list(caller_client(caller), &in, &page), CALL_DONE);
    CHECK_INT((int64_t)page.teams_count, 3);
    caller_free(caller);
    world_free(world);
}

TEST(a_signal_ends_it_cleanly)
{
    static const int signals[] = { SIGTERM, SIGINT };
    struct world *world = world_new();
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        world_start(world, NULL);
        world_ping(caller);
        CHECK_INT(world_end(world, signals[i]), 0);
    }
    CHECK(strstr(world_said(world, ".log"), "level=info service=contacts event=ready") != NULL);
    CHECK(strstr(world_said(world, ".log"), "event=ended") != NULL);
    caller_free(caller);
    world_free(world);
}

TEST(a_second_owner_of_the_same_store_is_refused)
{
    struct world *world = world_new();
    world_start(world, NULL);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    world_ping(caller);
    pid_t first = world->service;
    world_start(world, NULL);
    CHECK_INT(world_end(world, 0), 1);
    CHECK(strstr(world_said(world, ".log"), "event=cannot_go_on code=conflict") != NULL);
    world->service = first;
    world_ping(caller); // its socket is still its own
    caller_free(caller);
    world_free(world);
}

// Started with these arguments it ends with this code, having said this.
static void check_end(struct world *world, const char *const *more, int code, const char *said)
{
    world_start(world, more);
    CHECK_INT(world_end(world, 0), code);
    if (!strstr(world_said(world, code == 0 ? ".out" : ".log"), said))
        CHECK_STR(world_said(world, code == 0 ? ".out" : ".log"), said);
}

TEST(wrong_use_is_two_and_names_the_option)
{
    struct world *world = world_new();
    check_end(world, (const char *[]){ "--hoem", "x", NULL }, 2, "--home");
    check_end(world, (const char *[]){ "--map-size", "all", NULL }, 2, "map-size: ");
    check_end(world, (const char *[]){ "--log", "loud", NULL }, 2, "log: ");
    check_end(world, (const char *[]){ "--home", "", NULL }, 2, "home: ");
    world_free(world);
}

TEST(what_it_lacks_is_said_with_one)
{
    struct world *world = world_new();
    check_end(world, (const char *[]){ "--keys", "/nowhere", NULL }, 1, "/nowhere/contacts.key");
    check_end(world, (const char *[]){ "--listen", "tcp://no-such-interface:0", NULL }, 1,
              "tcp://no-such-interface:0");
    char deep[600];
    snprintf(deep, sizeof deep, "%s/%0200d", world->home, 0); // longer than a socket's path may be
    check_end(world, (const char *[]){ "--run", deep, NULL }, 1, "ipc://");
    world_free(world);
}

TEST(check_and_dump_look_at_the_store_and_end)
{
    struct world *world = world_new();
    world_start(world, NULL);
    struct caller *caller = world_caller(world, "admin", WORLD_WAIT_MS);
    struct team team;
    CHECK_INT(world_add_team(caller, "Spätdienst", &team), CALL_DONE);
    CHECK_INT(world_end(world, SIGTERM), 0);
    check_end(world, (const char *[]){ "--check", NULL }, 0, "rows=1 ");
    check_end(world, (const char *[]){ "--dump", NULL }, 0, "Spätdienst");
    check_end(world, (const char *[]){ "--help", NULL }, 0, "--map-size BYTES");
    check_end(world, (const char *[]){ "--version", NULL }, 0, "rufbus-contacts " RUFBUS_VERSION);
    caller_free(caller);
    world_free(world);
}

// A port that nobody has at this moment.
static int free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

TEST(it_listens_on_tcp_too_under_the_same_rules)
{
    struct world *world = world_new();
    struct err err = { 0 };
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", free_port());
    world_start(world, (const char *[]){ "--listen", endpoint, NULL });
    void *context = context_open();
    void *known = raw_dealer(context, world, "admin", NULL, endpoint);
    struct bytes body;
    const char *status = "";
    raw_send(known, "ping", 1, NULL);
    CHECK_INT(raw_answer(world, known, WORLD_WAIT_MS, &status, &body), 1);
    CHECK_STR(status, "ok");

    // A key that another house trusts.
    char other[400], made[420], here[420];
    snprintf(other, sizeof other, "%s/other", world->home);
    CHECK(key_make(other, "stranger", "admin", "house", &err));
    snprintf(made, sizeof made, "%s/stranger.key", other);
    snprintf(here, sizeof here, "%s/stranger.key", world->keys);
    CHECK(rename(made, here) == 0);
    void *stranger = raw_dealer(context, world, "stranger", NULL, endpoint);
    zmq_pollitem_t item = { stranger, 0, ZMQ_POLLOUT, 0 };
    CHECK_INT(zmq_poll(&item, 1, 300), 0); // never connected
    zmq_close(stranger);
    zmq_close(known);
    zmq_ctx_term(context);
    world_free(world);
}

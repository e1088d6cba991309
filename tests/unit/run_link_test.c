// SPDX-License-Identifier: Apache-2.0
// The connection to a foreign peer: both ends in one loop, over loopback.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/civil.h"
#include "common/run/link.h"
#include "common/run/loop.h"
#include "tests/harness/test.h"

#define GREETING  "Asterisk Call Manager/9.0.0\r\n"
#define GUARD_MS  30000
#define UNSENT    ((int64_t)64 << 10)
#define CLOSED_IN 16

struct wire {
    struct loop *loop;
    struct link *link;
    int listening, accepted; // -1: none
    int port;
    // --- what the peer does
    size_t greet; // it sends so many bytes of the greeting, then closes (unless it is all)
    bool mute;    // accepts and says nothing
    // --- what came
    int connected, closed;
    int64_t closed_us[CLOSED_IN];
    char why[320], why_english[320], got[4096], peer_got[4096];
    size_t got_size, peer_got_size;
    // --- when to end
    int end_connected, end_closed;
    size_t end_got, end_peer_got;
    bool restart; // within the next call of bytes
    bool guarded;
};

static void end_if_done(struct wire *wire)
{
    bool done = (wire->end_connected && wire->connected >= wire->end_connected) ||
                (wire->end_closed && wire->closed >= wire->end_closed) ||
                (wire->end_got && wire->got_size >= wire->end_got) ||
                (wire->end_peer_got && wire->peer_got_size >= wire->end_peer_got);
    if (done)
        loop_end(wire->loop);
}

static void on_connected(void *context, int64_t now_us)
{
    (void)now_us;
    struct wire *wire = context;
    wire->connected++;
    end_if_done(wire);
}

static void on_bytes(void *context, struct bytes bytes, int64_t now_us)
{
    (void)now_us;
    struct wire *wire = context;
    for (size_t i = 0; i < bytes.size && wire->got_size < sizeof wire->got; i++)
        wire->got[wire->got_size++] = (char)bytes.data[i];
    if (wire->restart) {
        wire->restart = false;
        struct err why = { 0 };
        (void)fail(&why, ERR_UNAVAILABLE, NULL, TEXT_AMI_BANNER, NULL);
        link_restart(wire->link, &why);
        CHECK_INT(wire->closed, 0); // not before this call has returned
    }
    end_if_done(wire);
}

static void on_closed(void *context, const struct err *why, int64_t now_us)
{
    (void)now_us;
    struct wire *wire = context;
    snprintf(wire->why, sizeof wire->why, "%s", why->german);
    snprintf(wire->why_english, sizeof wire->why_english, "%s", why->english);
    if (wire->closed < CLOSED_IN)
        wire->closed_us[wire->closed] = loop_now_us();
    wire->closed++;
    end_if_done(wire);
}

static void peer_reads(void *context, int fd, int64_t now_us)
{
    (void)now_us;
    struct wire *wire = context;
    char bytes[4096];
    ssize_t size = recv(fd, bytes, sizeof bytes, 0);
    if (size <= 0) {
        loop_unwatch(wire->loop, fd);
        close(fd);
        wire->accepted = -1;
        return;
    }
    for (ssize_t i = 0; i < size && wire->peer_got_size < sizeof wire->peer_got; i++)
        wire->peer_got[wire->peer_got_size++] = bytes[i];
    end_if_done(wire);
}

static void peer_accepts(void *context, int fd, int64_t now_us)
{
    (void)now_us;
    struct wire *wire = context;
    int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    CHECK(peer >= 0);
    if (!wire->mute)
        CHECK(send(peer, GREETING, wire->greet, MSG_NOSIGNAL) == (ssize_t)wire->greet);
    if (!wire->mute && wire->greet < sizeof GREETING - 1) {
        close(peer);
        return;
    }
    if (wire->accepted >= 0) {
        loop_unwatch(wire->loop, wire->accepted);
        close(wire->accepted);
    }
    wire->accepted = peer;
    if (!wire->mute)
        loop_watch(wire->loop, peer, false, peer_reads, wire);
}

static void listen_again(struct wire *wire)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)wire->port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof address;
    int on = 1, small = 4096;
    wire->listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    CHECK(wire->listening >= 0);
    (void)setsockopt(wire->listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    (void)setsockopt(wire->listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    CHECK(bind(wire->listening, (struct sockaddr *)&address, size) == 0);
    CHECK(listen(wire->listening, 8) == 0);
    CHECK(getsockname(wire->listening, (struct sockaddr *)&address, &size) == 0);
    wire->port = ntohs(address.sin_port);
    loop_watch(wire->loop, wire->listening, false, peer_accepts, wire);
}

static void stop_listening(struct wire *wire)
{
    loop_unwatch(wire->loop, wire->listening);
    close(wire->listening);
    wire->listening = -1;
}

static void too_long(void *context, int64_t now_us)
{
    (void)now_us;
    struct wire *wire = context;
    wire->guarded = true;
    loop_end(wire->loop);
}

static const struct link_listener listener = { on_connected, on_bytes, on_closed };

static struct wire *wire_new(size_t greet)
{
    struct wire *wire = calloc(1, sizeof *wire);
    if (!wire)
        abort();
    wire->loop = loop_new();
    wire->accepted = -1;
    wire->greet = greet;
    listen_again(wire);
    wire->link = link_new(wire->loop, "127.0.0.1", wire->port, &listener, wire);
    loop_after(wire->loop, GUARD_MS, too_long, wire);
    return wire;
}

static void run(struct wire *wire)
{
    loop_run(wire->loop);
    CHECK(!wire->guarded);
}

static void wire_free(struct wire *wire)
{
    link_free(wire->link);
    if (wire->accepted >= 0) {
        loop_unwatch(wire->loop, wire->accepted);
        close(wire->accepted);
    }
    if (wire->listening >= 0)
        stop_listening(wire);
    loop_free(wire->loop);
    free(wire);
}

static void say_login(void *context, int64_t now_us)
{
    struct wire *wire = context;
    on_connected(wire, now_us);
    link_send(wire->link, (struct bytes){ (const uint8_t *)"Action: Login\r\n\r\n", 17 });
}

TEST(bytes_go_both_ways)
{
    static const struct link_listener speaks = { say_login, on_bytes, on_closed };
    struct wire *wire = wire_new(sizeof GREETING - 1);
    link_free(wire->link);
    wire->link = link_new(wire->loop, "127.0.0.1", wire->port, &speaks, wire);
    link_send(wire->link, (struct bytes){ (const uint8_t *)"early", 5 }); // not connected: dropped
    wire->end_peer_got = 17;
    run(wire);
    CHECK(memcmp(wire->peer_got, "Action: Login\r\n\r\n", 17) == 0);
    CHECK_INT(wire->connected, 1);
    CHECK_INT(wire->closed, 0);
    wire_free(wire);
}

// The peer ends after each number of bytes; what it had said has been heard.
static void check_cut(size_t greet)
{
    struct wire *wire = wire_new(greet);
    wire->end_closed = 2; // it has come back once
    run(wire);
    CHECK_INT(wire->connected, 2);
    CHECK_INT((int64_t)wire->got_size, (int64_t)(2 * greet));
    CHECK(memcmp(wire->got, GREETING, greet) == 0 &&
          memcmp(wire->got + greet, GREETING, greet) == 0);
    CHECK_STR(wire->why, "Die Gegenseite hat die Verbindung beendet.");
    int64_t pause_us = wire->closed_us[1] - wire->closed_us[0];
    CHECK(pause_us >= MILLISECONDS(490)); // the clock of the wall may be set by a little
    wire_free(wire);
}

TEST(a_peer_that_closes_at_any_byte_is_met_again)
{
    for (size_t greet = 0; greet < sizeof GREETING - 1; greet += 9)
        check_cut(greet);
}

TEST(pauses_grow_while_nobody_listens_and_shrink_after_a_success)
{
    struct wire *wire = wire_new(sizeof GREETING - 1);
    stop_listening(wire);
    wire->end_closed = 3;
    run(wire);
    CHECK_INT(wire->connected, 0);
    int64_t first_us = wire->closed_us[1] - wire->closed_us[0];
    int64_t second_us = wire->closed_us[2] - wire->closed_us[1];
    CHECK(first_us >= MILLISECONDS(490) && second_us >= MILLISECONDS(990));
    CHECK_STR(wire->why, "Keine Verbindung: dort abgewiesen.");
    CHECK_STR(wire->why_english, "no connection: refused there");
    wire_free(wire);
}

TEST(a_peer_that_comes_late_is_met)
{
    struct wire *wire = wire_new(0);
    stop_listening(wire);
    int port = wire->port;
    wire->end_closed = 1;
    run(wire);
    link_free(wire->link);
    loop_free(wire->loop); // a loop that has ended does not run again
    wire->loop = loop_new();
    wire->port = port;
    wire->end_closed = 0;
    wire->greet = wire->end_got = sizeof GREETING - 1;
    wire->link = link_new(wire->loop, "127.0.0.1", port, &listener, wire);
    listen_again(wire);
    loop_after(wire->loop, GUARD_MS, too_long, wire);
    run(wire);
    CHECK_INT(wire->connected, 1);
    CHECK(memcmp(wire->got, GREETING, sizeof GREETING - 1) == 0);
    wire_free(wire);
}

static void flood(void *context, int64_t now_us)
{
    (void)now_us;
    static const uint8_t block[4096] = { 0 };
    struct wire *wire = context;
    on_connected(wire, now_us);
    // Within one turn nothing is sent: what is kept must be bounded by itself.
    for (int64_t sent = 0; sent < 4 * UNSENT && wire->closed == 0; sent += (int64_t)sizeof block)
        link_send(wire->link, (struct bytes){ block, sizeof block });
}

TEST(what_is_not_taken_is_bounded)
{
    static const struct link_listener floods = { flood, on_bytes, on_closed };
    struct wire *wire = wire_new(0);
    link_free(wire->link);
    wire->mute = true;
    wire->end_closed = 1;
    wire->link = link_new(wire->loop, "127.0.0.1", wire->port, &floods, wire);
    run(wire);
    CHECK_STR(wire->why, "Die Gegenseite liest nicht.");
    wire_free(wire);
}

TEST(a_restart_within_the_listener_happens_after_it)
{
    struct wire *wire = wire_new(sizeof GREETING - 1);
    wire->restart = true;
    wire->end_connected = 2;
    run(wire);
    CHECK_INT(wire->closed, 1);
    CHECK_STR(wire->why, text_german(TEXT_AMI_BANNER));
    wire_free(wire);
}

TEST(a_link_may_be_freed_in_any_state)
{
    struct loop *loop = loop_new();
    struct wire wire = { .loop = loop };
    link_free(NULL);
    link_free(link_new(loop, "127.0.0.1", 1, &listener, &wire)); // its address not yet known
    loop_free(loop);
    struct wire *paused = wire_new(0);
    paused->end_closed = 1;
    run(paused);
    wire_free(paused); // in its pause
}

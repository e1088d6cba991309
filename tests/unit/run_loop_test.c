// SPDX-License-Identifier: Apache-2.0
// The loop: what is called, in which order, and never after it was cancelled.
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <zmq.h>

#include "common/run/loop.h"
#include "common/run/socket.h"
#include "tests/harness/test.h"

struct told {
    struct loop *loop;
    char text[40];
    int first, second; // numbers of timers
    int fd;
    int turns;
};

static void say(struct told *told, char letter)
{
    size_t size = strlen(told->text);
    if (size + 1 < sizeof told->text)
        told->text[size] = letter;
}

static void say_a(void *context, int64_t now_us)
{
    CHECK(now_us <= loop_now_us());
    say(context, 'a');
}

static void say_b(void *context, int64_t now_us)
{
    (void)now_us;
    say(context, 'b');
}

static void say_c(void *context, int64_t now_us)
{
    (void)now_us;
    say(context, 'c');
}

static void end(void *context, int64_t now_us)
{
    (void)now_us;
    struct told *told = context;
    say(told, '.');
    loop_end(told->loop);
}

TEST(timers_come_by_time_and_those_of_one_time_in_the_order_given)
{
    struct told told = { .loop = loop_new() };
    loop_after(told.loop, 40, end, &told);
    loop_after(told.loop, 20, say_c, &told);
    loop_after(told.loop, 0, say_a, &told);
    loop_after(told.loop, 0, say_b, &told);
    loop_after(told.loop, -5, say_c, &told);
    loop_after(told.loop, 5, say_a, &told);
    loop_run(told.loop);
    CHECK_STR(told.text, "abcac.");
    loop_free(told.loop);
}

static void cancel_both(void *context, int64_t now_us)
{
    (void)now_us;
    struct told *told = context;
    say(told, 'x');
    loop_cancel(told->loop, told->first);
    loop_cancel(told->loop, told->second);
    loop_cancel(told->loop, 4711); // there is none
}

TEST(a_timer_cancelled_within_another_never_comes)
{
    struct told told = { .loop = loop_new() };
    loop_after(told.loop, 0, cancel_both, &told);
    told.first = loop_after(told.loop, 0, say_a, &told); // due in the same turn
    told.second = loop_after(told.loop, 10, say_b, &told);
    loop_after(told.loop, 0, say_c, &told);
    loop_after(told.loop, 30, end, &told);
    loop_run(told.loop);
    CHECK_STR(told.text, "xc.");
    loop_free(told.loop);
}

static void cancel_itself(void *context, int64_t now_us)
{
    (void)now_us;
    struct told *told = context;
    loop_cancel(told->loop, told->first); // has been called already
    say(told, 'x');
}

// Asks for itself at once: sockets and descriptors must have their turn all the same.
static void again(void *context, int64_t now_us)
{
    (void)now_us;
    struct told *told = context;
    told->first = loop_after(told->loop, 0, again, told);
    told->turns++;
}

static void read_fd(void *context, int fd, int64_t now_us)
{
    (void)now_us;
    struct told *told = context;
    uint64_t count;
    CHECK(read(fd, &count, sizeof count) == sizeof count);
    say(told, 'r');
    loop_end(told->loop);
}

TEST(a_timer_that_never_rests_does_not_starve_descriptors)
{
    struct told told = { .loop = loop_new(), .fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC) };
    told.first = loop_after(told.loop, 0, cancel_itself, &told);
    again(&told, 0);
    loop_watch(told.loop, told.fd, false, read_fd, &told);
    loop_run(told.loop);
    CHECK_STR(told.text[0] == 'x' ? told.text + 1 : told.text, "r");
    loop_unwatch(told.loop, told.fd);
    close(told.fd);
    loop_free(told.loop);
}

static void write_fd(void *context, int fd, int64_t now_us)
{
    (void)now_us;
    struct told *told = context;
    say(told, 'w');
    // From now on only read: the present watch ends within its own call.
    loop_watch(told->loop, fd, false, read_fd, told);
    uint64_t one = 1;
    CHECK(write(fd, &one, sizeof one) == sizeof one);
}

static void unwatch_itself(void *context, int fd, int64_t now_us)
{
    (void)now_us;
    struct told *told = context;
    say(told, 'u');
    loop_unwatch(told->loop, fd);
    loop_unwatch(told->loop, fd); // once is enough
    loop_after(told->loop, 20, end, told);
}

TEST(a_second_watch_replaces_the_first_even_within_its_call)
{
    struct told told = { .loop = loop_new(), .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
    loop_watch(told.loop, told.fd, true, write_fd, &told);
    loop_run(told.loop);
    CHECK_STR(told.text, "wr");
    loop_unwatch(told.loop, told.fd);
    close(told.fd);
    loop_free(told.loop);
}

TEST(a_watch_may_end_itself)
{
    struct told told = { .loop = loop_new(), .fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC) };
    loop_watch(told.loop, told.fd, false, unwatch_itself, &told); // stays readable
    loop_run(told.loop);
    CHECK_STR(told.text, "u.");
    close(told.fd);
    loop_free(told.loop);
}

static void take_turn(void *context, int64_t now_us)
{
    (void)now_us;
    struct told *told = context;
    say(told, '|');
}

TEST(the_turn_follows_whatever_was_treated)
{
    struct told told = { .loop = loop_new() };
    loop_on_turn(told.loop, take_turn, &told);
    loop_after(told.loop, 0, say_a, &told);
    loop_after(told.loop, 20, say_b, &told);
    loop_after(told.loop, 40, end, &told);
    loop_run(told.loop);
    CHECK_STR(told.text, "a|b|."); // none after the end
    loop_free(told.loop);
}

struct meeting {
    struct loop *loop;
    void *taker;
    int taken;
};

static void take_message(void *context, int64_t now_us)
{
    (void)now_us;
    struct meeting *meeting = context;
    char byte;
    while (zmq_recv(meeting->taker, &byte, 1, ZMQ_DONTWAIT) == 1)
        meeting->taken++;
    if (meeting->taken == 3)
        loop_end(meeting->loop);
}

TEST(a_socket_is_watched_like_a_descriptor)
{
    void *context = context_open();
    void *giver = socket_open(context, ZMQ_PAIR);
    struct meeting meeting = { .loop = loop_new(), .taker = socket_open(context, ZMQ_PAIR) };
    CHECK(zmq_bind(meeting.taker, "inproc://meeting") == 0);
    CHECK(zmq_connect(giver, "inproc://meeting") == 0);
    for (int i = 0; i < 3; i++)
        CHECK(zmq_send(giver, "x", 1, 0) == 1);
    loop_watch_socket(meeting.loop, meeting.taker, take_message, &meeting);
    loop_run(meeting.loop);
    CHECK_INT(meeting.taken, 3);
    loop_unwatch_socket(meeting.loop, meeting.taker);
    loop_free(meeting.loop);
    zmq_close(giver);
    zmq_close(meeting.taker);
    zmq_ctx_term(context);
}

TEST(a_free_of_nothing_is_allowed)
{
    loop_free(NULL);
    loop_free(loop_new()); // never run
}

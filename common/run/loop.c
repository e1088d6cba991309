// SPDX-License-Identifier: Apache-2.0
// The event loop: zloop waits for descriptors and sockets, one timerfd stands for all timers, so
// that an idle process is never woken.
#include "common/run/loop.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <czmq.h>

#define PARTS_MAX 4

struct timer {
    int number;
    int64_t due_ns; // of the monotonic clock
    loop_timer *call;
    void *context;
};

struct watch {
    struct loop *loop;
    int fd;       // -1: a socket
    void *socket; // NULL: a descriptor
    loop_ready *ready;
    loop_timer *socket_ready;
    void *context;
    struct watch *next;
};

struct loop {
    zloop_t *zloop;
    struct watch *watches;
    struct timer *timers; // the earliest is the last
    size_t timer_count, timer_room;
    int last_number;
    int timer_fd;
    int64_t armed_ns; // 0: the timerfd rests
    loop_timer *turn;
    void *turn_context;
    struct {
        const struct loop_part *part;
        void *thing;
    } parts[PARTS_MAX];
    size_t part_count;
    bool ended;
};

int64_t loop_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t monotonic_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// --- timers
static void arm(struct loop *loop)
{
    int64_t due_ns = loop->timer_count ? loop->timers[loop->timer_count - 1].due_ns : 0;
    if (due_ns == loop->armed_ns)
        return;
    struct itimerspec spec = { .it_value = { .tv_sec = (time_t)(due_ns / 1000000000),
                                             .tv_nsec = (long)(due_ns % 1000000000) } };
    int rc = timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL);
    assert(rc == 0);
    loop->armed_ns = due_ns;
}

static void make_room(struct loop *loop)
{
    if (loop->timer_count < loop->timer_room)
        return;
    loop->timer_room = loop->timer_room ? loop->timer_room * 2 : 16;
    loop->timers = realloc(loop->timers, loop->timer_room * sizeof *loop->timers);
    if (!loop->timers)
        abort();
}

int loop_after(struct loop *loop, int64_t after_ms, loop_timer *timer, void *context)
{
    make_room(loop);
    loop->last_number = loop->last_number == INT_MAX ? 1 : loop->last_number + 1;
    struct timer added = { loop->last_number, monotonic_ns(), timer, context };
    if (after_ms > 0)
        added.due_ns += (after_ms < 1000000000 ? after_ms : 1000000000) * 1000000;
    size_t at = loop->timer_count++;
    // Behind those that are due at the same time or earlier: nearer to the front of the array.
    while (at > 0 && loop->timers[at - 1].due_ns <= added.due_ns)
        at--;
    memmove(loop->timers + at + 1, loop->timers + at,
            (loop->timer_count - 1 - at) * sizeof *loop->timers);
    loop->timers[at] = added;
    arm(loop);
    return added.number;
}

void loop_cancel(struct loop *loop, int timer)
{
    for (size_t i = 0; i < loop->timer_count; i++) {
        if (loop->timers[i].number != timer)
            continue;
        loop->timer_count--;
        memmove(loop->timers + i, loop->timers + i + 1,
                (loop->timer_count - i) * sizeof *loop->timers);
        arm(loop);
        return;
    }
}

static void fire_timers(void *context, int fd, int64_t now_us)
{
    struct loop *loop = context;
    (void)now_us;
    uint64_t expirations;
    (void)!read(fd, &expirations, sizeof expirations);
    int64_t now_ns = monotonic_ns();
    loop->armed_ns = 0;
    while (!loop->ended && loop->timer_count &&
           loop->timers[loop->timer_count - 1].due_ns <= now_ns) {
        struct timer timer = loop->timers[--loop->timer_count];
        timer.call(timer.context, loop_now_us());
    }
    arm(loop);
}

// --- descriptors and sockets
static zmq_pollitem_t poll_item(const struct watch *watch, bool write)
{
    return (zmq_pollitem_t){ .socket = watch->socket,
                             .fd = watch->fd,
                             .events = (short)(write ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN) };
}

static int wake(zloop_t *zloop, zmq_pollitem_t *item, void *argument)
{
    (void)zloop;
    (void)item;
    struct watch *watch = argument;
    struct loop *loop = watch->loop; // the watch may be gone after the call
    if (watch->socket)
        watch->socket_ready(watch->context, loop_now_us());
    else
        watch->ready(watch->context, watch->fd, loop_now_us());
    if (loop->turn && !loop->ended)
        loop->turn(loop->turn_context, loop_now_us());
    return loop->ended ? -1 : 0;
}

static void add_watch(struct loop *loop, const struct watch *values, bool write)
{
    struct watch *watch = malloc(sizeof *watch);
    if (!watch)
        abort();
    *watch = *values;
    watch->loop = loop;
    watch->next = loop->watches;
    loop->watches = watch;
    zmq_pollitem_t item = poll_item(watch, write);
    if (zloop_poller(loop->zloop, &item, wake, watch) != 0)
        abort();
    // Whoever watches treats errors when reading; zloop would drop the watch without a word.
    zloop_poller_set_tolerant(loop->zloop, &item);
}

static void end_watch(struct loop *loop, int fd, const void *socket)
{
    for (struct watch **link = &loop->watches; *link; link = &(*link)->next) {
        struct watch *watch = *link;
        if (watch->fd != fd || watch->socket != socket)
            continue;
        zmq_pollitem_t item = poll_item(watch, false);
        zloop_poller_end(loop->zloop, &item);
        *link = watch->next;
        free(watch);
        return;
    }
}

void loop_watch(struct loop *loop, int fd, bool write, loop_ready *ready, void *context)
{
    end_watch(loop, fd, NULL);
    add_watch(loop, &(struct watch){ .fd = fd, .ready = ready, .context = context }, write);
}

void loop_unwatch(struct loop *loop, int fd)
{
    end_watch(loop, fd, NULL);
}

void loop_watch_socket(struct loop *loop, void *socket, loop_timer *ready, void *context)
{
    end_watch(loop, -1, socket);
    add_watch(
        loop,
        &(struct watch){ .fd = -1, .socket = socket, .socket_ready = ready, .context = context },
        false);
}

void loop_unwatch_socket(struct loop *loop, void *socket)
{
    end_watch(loop, -1, socket);
}

// --- begin and end
struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        abort();
    loop->zloop = zloop_new();
    // Signals come through a descriptor of our own.
    zloop_set_nonstop(loop->zloop, true);
    loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (loop->timer_fd < 0)
        abort();
    loop_watch(loop, loop->timer_fd, false, fire_timers, loop);
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    while (loop->part_count > 0) {
        loop->part_count--;
        loop->parts[loop->part_count].part->end(loop->parts[loop->part_count].thing);
    }
    loop_unwatch(loop, loop->timer_fd);
    assert(!loop->watches);
    (void)close(loop->timer_fd);
    zloop_destroy(&loop->zloop);
    free(loop->timers);
    free(loop);
}

void loop_run(struct loop *loop)
{
    while (!loop->ended)
        (void)zloop_start(loop->zloop);
}

void loop_end(struct loop *loop)
{
    loop->ended = true;
}

void loop_on_turn(struct loop *loop, loop_timer *turn, void *context)
{
    loop->turn = turn;
    loop->turn_context = context;
}

void *loop_part(struct loop *loop, const struct loop_part *part)
{
    for (size_t i = 0; i < loop->part_count; i++) {
        if (loop->parts[i].part == part)
            return loop->parts[i].thing;
    }
    assert(loop->part_count < PARTS_MAX);
    loop->parts[loop->part_count].part = part;
    return loop->parts[loop->part_count++].thing = part->make(loop);
}

// SPDX-License-Identifier: Apache-2.0
// The one thread's event loop (czmq's zloop): timers, file descriptors, sockets. Only `run` and the
// ports of services know it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;

// Microseconds since 1970 UTC, never running backwards within a process by more than the system's
// own steps; the only clock of the house.
int64_t loop_now_us(void);

typedef void loop_timer(void *context, int64_t now_us);
// Calls once, `after_ms` from now. Returns a number for loop_cancel.
int loop_after(struct loop *loop, int64_t after_ms, loop_timer *timer, void *context);
void loop_cancel(struct loop *loop, int timer);

// Calls whenever the descriptor can be read (or, with `write`, also when it can be written). A
// second call for the same descriptor replaces the first.
typedef void loop_ready(void *context, int fd, int64_t now_us);
void loop_watch(struct loop *loop, int fd, bool write, loop_ready *ready, void *context);
void loop_unwatch(struct loop *loop, int fd);

// Ends the loop after the present turn.
void loop_end(struct loop *loop);

// --- whoever owns the loop: app_run, and tests of ports
// Never NULL: aborts when the system refuses (every process is crash-only).
struct loop *loop_new(void);
void loop_free(struct loop *loop); // takes NULL
void loop_run(struct loop *loop);  // until loop_end
// Calls whenever the socket of the bus (a libzmq socket) can be read; end with loop_unwatch_socket
// before it is closed.
void loop_watch_socket(struct loop *loop, void *socket, loop_timer *ready, void *context);
void loop_unwatch_socket(struct loop *loop, void *socket);
// Calls after every timer, descriptor and socket that was treated: what they handed in is run.
void loop_on_turn(struct loop *loop, loop_timer *turn, void *context);
// A part of the loop that it does not know: made at the first call, ended before the loop is.
struct loop_part {
    void *(*make)(struct loop *loop);
    void (*end)(void *thing);
};
void *loop_part(struct loop *loop, const struct loop_part *part);

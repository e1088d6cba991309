// SPDX-License-Identifier: Apache-2.0
// A TCP connection that comes back by itself.
#include "common/run/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/system.h"
#include "common/run/log.h"
#include "common/run/resolver.h"

#define PAUSE_FIRST_MS 500
#define PAUSE_LAST_MS  30000
#define CONNECT_MS     10000
#define UNSENT_MAX     ((size_t)64 << 10)
#define READ_AT_ONCE   65536

struct link {
    struct loop *loop;
    struct link_listener listener;
    void *context;
    char host[256];
    int port;
    int fd; // -1: none
    bool up, wanted_write;
    int question; // of the resolver; 0: none
    int timer;    // pause or time limit of connecting; 0: none
    int64_t pause_ms;
    uint8_t *unsent;
    size_t unsent_size;
    struct address addresses[RESOLVER_ADDRESSES_MAX];
    size_t address_count, address_next;
    bool within;        // the listener is being called: link_restart waits until it returns
    struct err restart; // why, when it is to
};

static void begin(void *context, int64_t now_us);
static void try_next(struct link *link, struct err why, int64_t now_us);

static struct err said(enum text_id text, const char *argument)
{
    struct err err = { 0 };
    (void)fail(&err, ERR_UNAVAILABLE, NULL, text, argument, NULL);
    return err;
}

static struct err system_said(int error)
{
    return said(TEXT_LINK_SYSTEM, system_text(error).text);
}

static void stop_timer(struct link *link)
{
    if (link->timer)
        loop_cancel(link->loop, link->timer);
    link->timer = 0;
}

static void close_socket(struct link *link)
{
    if (link->fd < 0)
        return;
    loop_unwatch(link->loop, link->fd);
    close(link->fd);
    link->fd = -1;
    link->up = false;
    link->unsent_size = 0;
    link->wanted_write = false;
}

static void pause_then_begin(struct link *link)
{
    stop_timer(link);
    link->timer = loop_after(link->loop, link->pause_ms, begin, link);
    link->pause_ms = link->pause_ms * 2 > PAUSE_LAST_MS ? PAUSE_LAST_MS : link->pause_ms * 2;
}

static void end(struct link *link, struct err why, int64_t now_us)
{
    close_socket(link);
    pause_then_begin(link);
    link->listener.closed(link->context, &why, now_us);
}

static void ready(void *context, int fd, int64_t now_us);

static void watch(struct link *link, bool write)
{
    link->wanted_write = write;
    loop_watch(link->loop, link->fd, write, ready, link);
}

static void flush(struct link *link, int64_t now_us)
{
    while (link->unsent_size > 0) {
        ssize_t sent = send(link->fd, link->unsent, link->unsent_size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN) {
            end(link, system_said(errno), now_us);
            return;
        }
        if (sent < 0)
            break;
        link->unsent_size -= (size_t)sent;
        memmove(link->unsent, link->unsent + sent, link->unsent_size);
    }
    bool write = link->unsent_size > 0;
    if (write != link->wanted_write)
        watch(link, write);
}

// Calls the listener; what it asked for meanwhile happens afterwards. False: the socket is gone.
static bool tell_bytes(struct link *link, struct bytes bytes, int64_t now_us)
{
    link->within = true;
    link->listener.bytes(link->context, bytes, now_us);
    link->within = false;
    if (link->restart.code == ERR_NONE)
        return link->fd >= 0;
    struct err why = link->restart;
    link->restart = (struct err){ 0 };
    end(link, why, now_us);
    return false;
}

static void read_all(struct link *link, int64_t now_us)
{
    uint8_t buffer[READ_AT_ONCE];
    ssize_t size = recv(link->fd, buffer, sizeof buffer, 0);
    if (size > 0)
        (void)tell_bytes(link, (struct bytes){ buffer, (size_t)size }, now_us);
    else if (size == 0)
        end(link, said(TEXT_LINK_ENDED, NULL), now_us);
    else if (errno != EAGAIN && errno != EINTR)
        end(link, system_said(errno), now_us);
}

static void connected(struct link *link, int64_t now_us)
{
    int fault = 0, on = 1;
    socklen_t size = sizeof fault;
    if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &fault, &size) != 0 || fault != 0) {
        try_next(link, system_said(fault), now_us);
        return;
    }
    stop_timer(link);
    (void)setsockopt(link->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // A peer that lost its power says nothing: noticed after a minute, not after the system's
    // hours.
    int idle_s = 30, pause_s = 10, tries = 3;
    (void)setsockopt(link->fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    (void)setsockopt(link->fd, IPPROTO_TCP, TCP_KEEPINTVL, &pause_s, sizeof pause_s);
    (void)setsockopt(link->fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
    link->up = true;
    link->pause_ms = PAUSE_FIRST_MS;
    watch(link, false);
    link->listener.connected(link->context, now_us);
}

static void ready(void *context, int fd, int64_t now_us)
{
    (void)fd;
    struct link *link = context;
    if (!link->up) {
        connected(link, now_us);
        return;
    }
    if (link->unsent_size > 0)
        flush(link, now_us);
    if (link->fd >= 0 && link->up)
        read_all(link, now_us);
}

static void too_slow(void *context, int64_t now_us)
{
    struct link *link = context;
    link->timer = 0;
    try_next(link, said(TEXT_LINK_SLOW, NULL), now_us);
}

static void try_next(struct link *link, struct err why, int64_t now_us)
{
    stop_timer(link);
    close_socket(link);
    while (link->address_next < link->address_count) {
        const struct address *address = &link->addresses[link->address_next++];
        link->fd =
            socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (link->fd < 0) {
            why = system_said(errno);
            continue;
        }
        if (connect(link->fd, (const struct sockaddr *)&address->storage, address->size) == 0 ||
            errno == EINPROGRESS) {
            watch(link, true);
            link->timer = loop_after(link->loop, CONNECT_MS, too_slow, link);
            return;
        }
        why = system_said(errno);
        close(link->fd);
        link->fd = -1;
    }
    end(link, why, now_us);
}

static void resolved(void *context, const struct address *addresses, size_t count, const char *why,
                     int64_t now_us)
{
    struct link *link = context;
    link->question = 0;
    if (count == 0)
        log_write(LEVEL_WARNING, "event=resolve host=%s error=\"%s\"", link->host, why);
    link->address_count = count < COUNT_OF(link->addresses) ? count : COUNT_OF(link->addresses);
    link->address_next = 0;
    for (size_t i = 0; i < link->address_count; i++)
        link->addresses[i] = addresses[i];
    try_next(link, said(TEXT_LINK_NAME, link->host), now_us);
}

static void begin(void *context, int64_t now_us)
{
    (void)now_us;
    struct link *link = context;
    link->timer = 0;
    link->question = resolver_ask(resolver_of(link->loop), link->host, link->port, resolved, link);
}

struct link *link_new(struct loop *loop, const char *host, int port,
                      const struct link_listener *listener, void *context)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        abort();
    link->loop = loop;
    link->listener = *listener;
    link->context = context;
    link->port = port;
    link->fd = -1;
    link->pause_ms = PAUSE_FIRST_MS;
    snprintf(link->host, sizeof link->host, "%s", host);
    link->unsent = malloc(UNSENT_MAX);
    if (!link->unsent)
        abort();
    begin(link, 0);
    return link;
}

void link_free(struct link *link)
{
    if (!link)
        return;
    stop_timer(link);
    if (link->question)
        resolver_cancel(resolver_of(link->loop), link->question);
    close_socket(link);
    free(link->unsent);
    free(link);
}

void link_send(struct link *link, struct bytes bytes)
{
    if (link->fd < 0 || !link->up)
        return;
    if (bytes.size > UNSENT_MAX - link->unsent_size) {
        struct err why = said(TEXT_LINK_UNREAD, NULL);
        link_restart(link, &why);
        return;
    }
    memcpy(link->unsent + link->unsent_size, bytes.data, bytes.size);
    link->unsent_size += bytes.size;
    if (!link->wanted_write)
        watch(link, true);
}

void link_restart(struct link *link, const struct err *why)
{
    if (link->within) {
        link->restart = *why;
        return;
    }
    if (link->fd >= 0)
        end(link, *why, loop_now_us());
}

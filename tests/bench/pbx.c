// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/pbx.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define LINE_MAX_BYTES 1024
#define AWAIT_S        30

struct pbx {
    int listener, peer;
    pthread_t thread;
    pthread_mutex_t lock; // of the peer's writing side and the stage
    pthread_cond_t moved;
    enum pbx_stage stage;
    bool may_ask;
};

// An action as it comes in, line by line.
struct action {
    char name[64], id[256], line[LINE_MAX_BYTES];
    size_t size;
};

static void write_all(struct pbx *pbx, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(pbx->peer, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return; // whoever is gone reads nothing
        bytes += sent;
        size -= (size_t)sent;
    }
}

void pbx_tell(struct pbx *pbx, const void *bytes, size_t size)
{
    pthread_mutex_lock(&pbx->lock);
    write_all(pbx, bytes, size);
    pthread_mutex_unlock(&pbx->lock);
}

static void move(struct pbx *pbx, enum pbx_stage stage)
{
    pthread_mutex_lock(&pbx->lock);
    pbx->stage = stage > pbx->stage ? stage : pbx->stage;
    pthread_cond_broadcast(&pbx->moved);
    pthread_mutex_unlock(&pbx->lock);
}

void pbx_await(struct pbx *pbx, enum pbx_stage stage)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += AWAIT_S;
    pthread_mutex_lock(&pbx->lock);
    while (pbx->stage < stage) {
        if (pthread_cond_timedwait(&pbx->moved, &pbx->lock, &until) != 0)
            bench_stop("the PBX waits for somebody in vain");
    }
    pthread_mutex_unlock(&pbx->lock);
}

static void answer(struct pbx *pbx, const struct action *action)
{
    char text[1400];
    const char *more = "", *response = "Success";
    bool getvar = strcasecmp(action->name, "Getvar") == 0;
    char list[700] = "";
    if (strcasecmp(action->name, "CoreShowChannels") == 0 ||
        strcasecmp(action->name, "Status") == 0) {
        more = "EventList: start\r\nMessage: They follow\r\n";
        snprintf(list, sizeof list,
                 "Event: %sComplete\r\nActionID: %s\r\nEventList: Complete\r\nListItems: 0\r\n\r\n",
                 action->name, action->id);
    } else if (getvar && !pbx->may_ask) {
        response = "Error";
        more = "Message: Permission denied\r\n";
    } else if (getvar) {
        more = "Variable: CALLERID(pres)\r\nValue: allowed_not_screened\r\n";
    }
    int size = snprintf(text, sizeof text, "Response: %s\r\nActionID: %s\r\n%s\r\n%s", response,
                        action->id, more, list);
    pbx_tell(pbx, text, (size_t)size);
    if (strcasecmp(action->name, "Login") == 0)
        move(pbx, PBX_LOGGED_IN);
    if (getvar)
        move(pbx, PBX_ASKED);
}

static void take_line(struct pbx *pbx, struct action *action)
{
    if (action->size == 0 && action->name[0]) {
        answer(pbx, action);
        *action = (struct action){ 0 };
        return;
    }
    action->line[action->size] = '\0';
    if (strncasecmp(action->line, "Action: ", 8) == 0)
        snprintf(action->name, sizeof action->name, "%.60s", action->line + 8);
    else if (strncasecmp(action->line, "ActionID: ", 10) == 0)
        snprintf(action->id, sizeof action->id, "%.250s", action->line + 10);
    action->size = 0;
}

static void take(struct pbx *pbx, struct action *action, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n')
            take_line(pbx, action);
        else if (bytes[i] != '\r' && action->size < LINE_MAX_BYTES - 1)
            action->line[action->size++] = bytes[i];
    }
}

static void *serve(void *argument)
{
    struct pbx *pbx = argument;
    char bytes[4096];
    int on = 1;
    static const char banner[] = "Asterisk Call Manager/11.0.0\r\n";
    pbx->peer = accept(pbx->listener, NULL, NULL);
    if (pbx->peer < 0)
        return NULL;
    (void)setsockopt(pbx->peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pbx_tell(pbx, banner, sizeof banner - 1);
    move(pbx, PBX_CONNECTED);
    struct action action = { 0 };
    ssize_t size;
    while ((size = recv(pbx->peer, bytes, sizeof bytes, 0)) > 0)
        take(pbx, &action, bytes, (size_t)size);
    return NULL;
}

struct pbx *pbx_new(int *ret_port, bool may_ask)
{
    struct pbx *pbx = calloc(1, sizeof *pbx);
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof place;
    if (!pbx)
        abort();
    pbx->peer = -1;
    pbx->may_ask = may_ask;
    pbx->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (pbx->listener < 0 || bind(pbx->listener, (struct sockaddr *)&place, size) != 0 ||
        listen(pbx->listener, 1) != 0 ||
        getsockname(pbx->listener, (struct sockaddr *)&place, &size) != 0)
        bench_stop("the PBX has no port");
    *ret_port = ntohs(place.sin_port);
    pthread_mutex_init(&pbx->lock, NULL);
    pthread_cond_init(&pbx->moved, NULL);
    if (pthread_create(&pbx->thread, NULL, serve, pbx) != 0)
        bench_stop("the PBX has no thread");
    return pbx;
}

void pbx_free(struct pbx *pbx)
{
    if (!pbx)
        return;
    (void)shutdown(pbx->listener, SHUT_RDWR);
    if (pbx->peer >= 0)
        (void)shutdown(pbx->peer, SHUT_RDWR);
    pthread_join(pbx->thread, NULL);
    close(pbx->listener);
    if (pbx->peer >= 0)
        close(pbx->peer);
    free(pbx);
}

// SPDX-License-Identifier: Apache-2.0
// The resolver's thread and its queue. The thread may hang in getaddrinfo for many seconds; so it
// is never waited for, and what it shares with the loop is freed by whichever of the two is last.
#include "common/run/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct question {
    int number;
    char host[256];
    int port;
    resolver_listener *listener; // these two are the loop's; the thread never looks at them
    void *context;
    struct address addresses[RESOLVER_ADDRESSES_MAX];
    size_t count;
    char why[120];
    struct question *next;
};

// Shared by loop and thread, under the lock.
struct desk {
    pthread_mutex_t lock;
    pthread_cond_t asked;
    struct question *waiting, *answered;
    struct question *busy; // the thread is asking for it
    int event_fd;          // readable: something is answered
    bool closed;
    int users;
};

struct resolver {
    struct loop *loop;
    struct desk *desk;
    int last_number;
    bool has_thread;
};

static void append(struct question **list, struct question *question)
{
    while (*list)
        list = &(*list)->next;
    question->next = NULL;
    *list = question;
}

static struct question *take_first(struct question **list)
{
    struct question *first = *list;
    if (first)
        *list = first->next;
    return first;
}

static void leave_desk(struct desk *desk)
{
    (void)pthread_mutex_lock(&desk->lock);
    bool last = --desk->users == 0;
    (void)pthread_mutex_unlock(&desk->lock);
    if (!last)
        return;
    struct question *question;
    while ((question = take_first(&desk->waiting)) || (question = take_first(&desk->answered)))
        free(question);
    (void)close(desk->event_fd);
    (void)pthread_cond_destroy(&desk->asked);
    (void)pthread_mutex_destroy(&desk->lock);
    free(desk);
}

static void answer(struct question *question, int flags)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    hints.ai_flags = flags | AI_NUMERICSERV;
    char service[16];
    (void)snprintf(service, sizeof service, "%d", question->port);
    struct addrinfo *found = NULL;
    int rc = getaddrinfo(question->host, service, &hints, &found);
    question->count = 0;
    if (rc != 0) {
        (void)snprintf(question->why, sizeof question->why, "%s", gai_strerror(rc));
        return;
    }
    for (const struct addrinfo *one = found; one; one = one->ai_next) {
        if (question->count == RESOLVER_ADDRESSES_MAX)
            break;
        struct address *address = &question->addresses[question->count++];
        memcpy(&address->storage, one->ai_addr, one->ai_addrlen);
        address->size = one->ai_addrlen;
    }
    freeaddrinfo(found);
}

static void hand_back(struct desk *desk, struct question *question)
{
    append(&desk->answered, question);
    uint64_t one = 1;
    (void)!write(desk->event_fd, &one, sizeof one);
}

static void *answer_all(void *argument)
{
    struct desk *desk = argument;
    (void)pthread_mutex_lock(&desk->lock);
    while (!desk->closed) {
        struct question *question = take_first(&desk->waiting);
        if (!question) {
            (void)pthread_cond_wait(&desk->asked, &desk->lock);
            continue;
        }
        desk->busy = question;
        (void)pthread_mutex_unlock(&desk->lock);
        answer(question, AI_ADDRCONFIG);
        (void)pthread_mutex_lock(&desk->lock);
        desk->busy = NULL;
        hand_back(desk, question);
    }
    (void)pthread_mutex_unlock(&desk->lock);
    leave_desk(desk);
    return NULL;
}

static void start_thread(struct resolver *resolver)
{
    if (resolver->has_thread)
        return;
    resolver->has_thread = true;
    resolver->desk->users++; // nobody else knows the desk yet
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    if (pthread_create(&thread, NULL, answer_all, resolver->desk) != 0)
        abort();
    (void)pthread_detach(thread);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void deliver(void *context, int fd, int64_t now_us)
{
    struct resolver *resolver = context;
    struct desk *desk = resolver->desk;
    uint64_t count;
    (void)!read(fd, &count, sizeof count);
    for (;;) {
        (void)pthread_mutex_lock(&desk->lock);
        struct question *question = take_first(&desk->answered);
        (void)pthread_mutex_unlock(&desk->lock);
        if (!question)
            return;
        if (question->listener)
            question->listener(question->context, question->addresses, question->count,
                               question->why, now_us);
        free(question);
    }
}

static void *resolver_new(struct loop *loop)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    struct desk *desk = calloc(1, sizeof *desk);
    if (!resolver || !desk)
        abort();
    (void)pthread_mutex_init(&desk->lock, NULL);
    (void)pthread_cond_init(&desk->asked, NULL);
    desk->users = 1;
    desk->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (desk->event_fd < 0)
        abort();
    *resolver = (struct resolver){ .loop = loop, .desk = desk };
    loop_watch(loop, desk->event_fd, false, deliver, resolver);
    return resolver;
}

static void resolver_free(void *thing)
{
    struct resolver *resolver = thing;
    struct desk *desk = resolver->desk;
    loop_unwatch(resolver->loop, desk->event_fd);
    (void)pthread_mutex_lock(&desk->lock);
    desk->closed = true;
    (void)pthread_cond_signal(&desk->asked);
    (void)pthread_mutex_unlock(&desk->lock);
    leave_desk(desk);
    free(resolver);
}

struct resolver *resolver_of(struct loop *loop)
{
    static const struct loop_part part = { resolver_new, resolver_free };
    return loop_part(loop, &part);
}

int resolver_ask(struct resolver *resolver, const char *host, int port, resolver_listener *listener,
                 void *context)
{
    struct desk *desk = resolver->desk;
    struct question *question = calloc(1, sizeof *question);
    if (!question)
        abort();
    question->number = ++resolver->last_number;
    question->port = port;
    question->listener = listener;
    question->context = context;
    (void)snprintf(question->host, sizeof question->host, "%s", host);
    int number = question->number;
    // An address needs no name server, and so no thread.
    answer(question, AI_NUMERICHOST);
    if (question->count > 0) {
        (void)pthread_mutex_lock(&desk->lock);
        hand_back(desk, question);
        (void)pthread_mutex_unlock(&desk->lock);
        return number;
    }
    start_thread(resolver);
    (void)pthread_mutex_lock(&desk->lock);
    append(&desk->waiting, question);
    (void)pthread_cond_signal(&desk->asked);
    (void)pthread_mutex_unlock(&desk->lock);
    return number;
}

static void forget(struct question *list, int number)
{
    for (; list; list = list->next) {
        if (list->number == number)
            list->listener = NULL;
    }
}

void resolver_cancel(struct resolver *resolver, int number)
{
    struct desk *desk = resolver->desk;
    (void)pthread_mutex_lock(&desk->lock);
    forget(desk->waiting, number);
    forget(desk->answered, number);
    if (desk->busy && desk->busy->number == number)
        desk->busy->listener = NULL;
    (void)pthread_mutex_unlock(&desk->lock);
}

struct address_text address_text(const struct address *address)
{
    struct address_text text;
    char host[INET6_ADDRSTRLEN + 16], port[8];
    if (getnameinfo((const struct sockaddr *)&address->storage, address->size, host, sizeof host,
                    port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        (void)snprintf(text.text, sizeof text.text, "?");
    else if (address->storage.ss_family == AF_INET6)
        (void)snprintf(text.text, sizeof text.text, "[%.48s]:%s", host, port);
    else
        (void)snprintf(text.text, sizeof text.text, "%.48s:%s", host, port);
    return text;
}

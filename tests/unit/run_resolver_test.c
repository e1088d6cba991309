// SPDX-License-Identifier: Apache-2.0
// Names in a thread of their own: this program's getaddrinfo hangs for as long as a test wants.
#include <arpa/inet.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/run/loop.h"
#include "common/run/resolver.h"
#include "tests/harness/test.h"

// Instead of the C library's. "slow.test" waits for `go`, and says by `asked` that it does.
static sem_t asked, go, left;

static struct addrinfo *found(const char *text, const char *service)
{
    struct {
        struct addrinfo info;
        struct sockaddr_in address;
    } *both = calloc(1, sizeof *both);
    both->address.sin_family = AF_INET;
    both->address.sin_port = htons((uint16_t)strtol(service, NULL, 10));
    if (inet_pton(AF_INET, text, &both->address.sin_addr) != 1) {
        free(both);
        return NULL;
    }
    both->info.ai_family = AF_INET;
    both->info.ai_addr = (struct sockaddr *)&both->address;
    both->info.ai_addrlen = sizeof both->address;
    return &both->info;
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    *ret = found(host, service);
    if (*ret || (hints->ai_flags & AI_NUMERICHOST))
        return *ret ? 0 : EAI_NONAME;
    if (strcmp(host, "slow.test") == 0) {
        sem_post(&asked);
        sem_wait(&go);
        *ret = found("192.0.2.1", service);
        sem_post(&left);
        return 0;
    }
    *ret = strcmp(host, "fast.test") == 0 ? found("192.0.2.2", service) : NULL;
    return *ret ? 0 : EAI_NONAME;
}

void freeaddrinfo(struct addrinfo *info)
{
    free(info);
}

struct answers {
    struct loop *loop;
    int count, wanted; // ends the loop when so many have come
    size_t addresses;
    char text[200]; // all of them
    int timers;
    int cancel; // the question to cancel when the first answer comes
};

static void hear(void *context, const struct address *addresses, size_t count, const char *why,
                 int64_t now_us)
{
    (void)now_us;
    struct answers *answers = context;
    size_t size = strlen(answers->text);
    snprintf(answers->text + size, sizeof answers->text - size, "%s;",
             count  ? address_text(&addresses[0]).text
             : *why ? "none"
                    : "?");
    if (answers->cancel)
        resolver_cancel(resolver_of(answers->loop), answers->cancel);
    if (++answers->count == answers->wanted)
        loop_end(answers->loop);
}

static void never(void *context, const struct address *addresses, size_t count, const char *why,
                  int64_t now_us)
{
    (void)context, (void)addresses, (void)count, (void)why, (void)now_us;
    abort();
}

static struct answers begin(int wanted)
{
    sem_init(&asked, 0, 0);
    sem_init(&go, 0, 0);
    sem_init(&left, 0, 0);
    return (struct answers){ .loop = loop_new(), .wanted = wanted };
}

static int ask(struct answers *answers, const char *host)
{
    return resolver_ask(resolver_of(answers->loop), host, 5038, hear, answers);
}

TEST(addresses_need_no_thread_and_unknown_names_say_so)
{
    struct answers answers = begin(3);
    ask(&answers, "192.0.2.7");
    CHECK_INT(answers.count, 0); // never from within the asking
    ask(&answers, "fast.test");
    ask(&answers, "unknown.test");
    loop_run(answers.loop);
    CHECK_STR(answers.text, "192.0.2.7:5038;192.0.2.2:5038;none;");
    loop_free(answers.loop);
}

static void tick(void *context, int64_t now_us)
{
    (void)now_us;
    struct answers *answers = context;
    if (++answers->timers < 10) {
        loop_after(answers->loop, 1, tick, answers);
        return;
    }
    CHECK_INT(answers->count, 1); // the address; the slow name is still asked for
    sem_post(&go);
}

TEST(a_slow_name_does_not_stall_the_loop)
{
    struct answers answers = begin(2);
    ask(&answers, "slow.test");
    sem_wait(&asked);
    ask(&answers, "192.0.2.7"); // overtakes
    loop_after(answers.loop, 0, tick, &answers);
    loop_run(answers.loop);
    CHECK_INT(answers.timers, 10);
    CHECK_STR(answers.text, "192.0.2.7:5038;192.0.2.1:5038;");
    sem_wait(&left);
    loop_free(answers.loop);
}

TEST(who_has_cancelled_is_never_called)
{
    struct answers answers = begin(1);
    struct resolver *resolver = resolver_of(answers.loop);
    int busy = resolver_ask(resolver, "slow.test", 1, never, NULL);
    sem_wait(&asked);
    int waiting = resolver_ask(resolver, "fast.test", 1, never, NULL);
    int answered = resolver_ask(resolver, "192.0.2.9", 1, never, NULL);
    resolver_cancel(resolver, busy);
    resolver_cancel(resolver, waiting);
    resolver_cancel(resolver, answered);
    resolver_cancel(resolver, 4711); // there is none
    ask(&answers, "fast.test");
    sem_post(&go);
    loop_run(answers.loop);
    CHECK_STR(answers.text, "192.0.2.2:5038;");
    sem_wait(&left);
    loop_free(answers.loop);
}

TEST(an_answer_may_cancel_the_next_one)
{
    struct answers answers = begin(1);
    struct resolver *resolver = resolver_of(answers.loop);
    ask(&answers, "192.0.2.7");
    answers.cancel = resolver_ask(resolver, "192.0.2.8", 1, never, NULL);
    loop_run(answers.loop);
    CHECK_STR(answers.text, "192.0.2.7:5038;");
    loop_free(answers.loop);
}

// The thread hangs; the loop ends without it, and what both shared is freed by the last.
TEST(the_loop_ends_while_the_thread_still_hangs)
{
    struct answers answers = begin(1);
    resolver_ask(resolver_of(answers.loop), "slow.test", 1, never, NULL);
    resolver_ask(resolver_of(answers.loop), "fast.test", 1, never, NULL);
    sem_wait(&asked);
    loop_free(answers.loop);
    sem_post(&go);
    sem_wait(&left);
}

TEST(an_address_is_written_as_people_write_it)
{
    struct address address = { .size = sizeof(struct sockaddr_in6) };
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address.storage;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(5038);
    CHECK(inet_pton(AF_INET6, "2001:db8::1", &six->sin6_addr) == 1);
    CHECK_STR(address_text(&address).text, "[2001:db8::1]:5038");
    address.storage.ss_family = AF_UNSPEC;
    CHECK_STR(address_text(&address).text, "?");
}

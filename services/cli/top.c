// SPDX-License-Identifier: Apache-2.0
// rufbus top: every service's life and figures, once or again each second until Ctrl-C.
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/run/loop.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/say.h"

#define SERVICES_MAX 16
#define PAUSE_MS     1000
#define WAIT_MS      1000 // a service that does not answer must not hold up the others for long
#define LOOK_BYTES   (4 << 20)
#define CLEAR        "\033[H\033[2J"

// What was seen of one service at one look.
struct look {
    const char *service;
    bool lives;
    struct pong pong;
    struct figures figures;
    struct links links;
    int64_t at_us;
    // of the look before, for the rates
    bool has_before;
    int64_t before_us, before_requests, before_batches;
};

struct top {
    struct cli *cli;
    struct caller *caller;
    struct look looks[SERVICES_MAX];
    size_t count;
};

static int64_t figure(const struct look *look, const char *name)
{
    for (size_t i = 0; i < look->figures.figures_count; i++) {
        if (strcmp(look->figures.figures[i].name, name) == 0)
            return look->figures.figures[i].value;
    }
    return 0;
}

// --- looking
static void look_at(struct client *client, struct look *look)
{
    struct nothing in = { 0 };
    look->has_before = look->lives;
    look->before_us = look->at_us;
    look->before_requests = look->lives ? figure(look, "requests") : 0;
    look->before_batches = look->lives ? figure(look, "batches") : 0;
    client->service = look->service;
    look->lives = call_ping(client, &in, &look->pong) == CALL_DONE &&
                  call_stats(client, &in, &look->figures) == CALL_DONE;
    look->at_us = loop_now_us();
    look->links.links_count = 0;
    if (look->lives && strcmp(look->service, "telephony") == 0 &&
        call_link_list(client, &in, &look->links) != CALL_DONE)
        look->links.links_count = 0;
    // A service that began anew counts from nothing.
    if (look->lives && figure(look, "requests") < look->before_requests)
        look->has_before = false;
}

// What a look shows lives in the arena until the next; only numbers are carried over.
static void look_at_all(struct top *top)
{
    for (size_t i = 0; i < top->count; i++)
        look_at(caller_client(top->caller), &top->looks[i]);
}

static const struct look *look_of(const struct top *top, const char *service)
{
    for (size_t i = 0; i < top->count; i++) {
        if (strcmp(top->looks[i].service, service) == 0)
            return &top->looks[i];
    }
    return NULL;
}

// Facts of the other's log that are not yet applied; -1 when the other is not there to say.
static int64_t lag_of(const struct top *top, const struct seen *seen)
{
    const struct look *other = look_of(top, seen->service);
    if (!other || !other->lives || other->pong.epoch != seen->epoch)
        return -1;
    return other->pong.head > seen->seq ? other->pong.head - seen->seq : 0;
}

// Per second, in tenths; -1 at the first look.
static int64_t rate_of(const struct look *look, const char *name, int64_t before)
{
    int64_t past_us = look->at_us - look->before_us;
    if (!look->has_before || past_us < 1)
        return -1;
    return (figure(look, name) - before) * 10000000 / past_us;
}

// --- for people
static void print_rate(const struct cli *cli, int64_t tenths)
{
    if (tenths < 0)
        fprintf(cli->out, " %8s", "-");
    else
        fprintf(cli->out, " %6" PRId64 "%c%" PRId64, tenths / 10, cli->english ? '.' : ',',
                tenths % 10);
}

static void print_lags(const struct top *top, const struct look *look)
{
    const struct cli *cli = top->cli;
    for (size_t i = 0; i < look->figures.following_count; i++) {
        const struct seen *seen = &look->figures.following[i];
        int64_t lag = lag_of(top, seen);
        fprintf(cli->out, "  %s ", seen->service);
        if (lag < 0)
            fputc('?', cli->out);
        else
            fprintf(cli->out, "%" PRId64, lag);
    }
}

static void print_look(const struct top *top, const struct look *look)
{
    const struct cli *cli = top->cli;
    if (!look->lives) {
        fprintf(cli->out, "%-10s %s\n", look->service, cli_text(cli, TEXT_CLI_CHECK_RESTS));
        return;
    }
    fprintf(cli->out, "%-10s %-9.9s", look->service, look->pong.version);
    print_rate(cli, rate_of(look, "requests", look->before_requests));
    print_rate(cli, rate_of(look, "batches", look->before_batches));
    fprintf(cli->out, " %10" PRId64 " %9" PRId64 " %9" PRId64 " %7" PRId64,
            figure(look, "requests"), figure(look, "batches"), look->pong.head,
            figure(look, "streams"));
    print_lags(top, look);
    fputc('\n', cli->out);
}

static void print_links(const struct cli *cli, const struct look *look)
{
    for (size_t i = 0; i < look->links.links_count; i++) {
        const struct link_row *link = &look->links.links[i];
        fprintf(cli->out, "  %s %s (%s): %s", cli_text(cli, TEXT_CLI_TOP_LINK), link->source,
                link->kind,
                cli_text(cli, link->connected ? TEXT_CLI_TOP_LINKED : TEXT_CLI_TOP_UNLINKED));
        fprintf(cli->out, ", %" PRId64 " %s", link->messages, cli_text(cli, TEXT_CLI_TOP_MESSAGES));
        const char *detail = cli->english ? link->detail_en : link->detail;
        if (detail)
            fprintf(cli->out, "; %s", detail);
        fputc('\n', cli->out);
    }
    for (size_t i = 0; i < look->figures.halted_count; i++)
        fprintf(cli->out, "  %s %s\n", cli_text(cli, TEXT_CLI_TOP_HALTED), look->figures.halted[i]);
}

static void print_table_of(const struct top *top)
{
    fprintf(top->cli->out, "%s\n", cli_text(top->cli, TEXT_CLI_TOP_HEAD));
    for (size_t i = 0; i < top->count; i++)
        print_look(top, &top->looks[i]);
    for (size_t i = 0; i < top->count; i++) {
        if (top->looks[i].lives)
            print_links(top->cli, &top->looks[i]);
    }
}

// --- for programs
static json_t *json_of(const struct top *top, const struct look *look)
{
    json_t *object = json_object(), *figures = json_object(), *lags = json_object();
    json_t *links = json_array(), *halted = json_array();
    for (size_t i = 0; i < look->figures.figures_count; i++)
        json_object_set_new(figures, look->figures.figures[i].name,
                            json_integer(look->figures.figures[i].value));
    for (size_t i = 0; i < look->figures.following_count; i++) {
        int64_t lag = lag_of(top, &look->figures.following[i]);
        json_object_set_new(lags, look->figures.following[i].service,
                            lag < 0 ? json_null() : json_integer(lag));
    }
    for (size_t i = 0; i < look->links.links_count; i++) {
        const struct link_row *link = &look->links.links[i];
        json_t *row = json_object();
        json_object_set_new(row, "source", json_string(link->source));
        json_object_set_new(row, "kind", json_string(link->kind));
        json_object_set_new(row, "connected", json_boolean(link->connected));
        json_object_set_new(row, "messages", json_integer(link->messages));
        json_array_append_new(links, row);
    }
    for (size_t i = 0; i < look->figures.halted_count; i++)
        json_array_append_new(halted, json_string(look->figures.halted[i]));
    json_object_set_new(object, "version", json_string(look->pong.version));
    json_object_set_new(object, "head", json_integer(look->pong.head));
    json_object_set_new(object, "figures", figures);
    json_object_set_new(object, "lag", lags);
    json_object_set_new(object, "links", links);
    json_object_set_new(object, "halted", halted);
    return object;
}

// null stands for a service that does not answer.
static bool print_json(const struct top *top)
{
    json_t *object = json_object();
    for (size_t i = 0; i < top->count; i++) {
        const struct look *look = &top->looks[i];
        json_object_set_new(object, look->service, look->lives ? json_of(top, look) : json_null());
    }
    char *text = json_dumps(object, JSON_INDENT(2));
    if (text)
        fprintf(top->cli->out, "%s\n", text);
    free(text);
    json_decref(object);
    return text != NULL;
}

// --- the loop
static bool lives_any(const struct top *top)
{
    for (size_t i = 0; i < top->count; i++) {
        if (top->looks[i].lives)
            return true;
    }
    return false;
}

static int top_run(struct top *top, bool once)
{
    struct arena *arenas[] = { arena_new(LOOK_BYTES), arena_new(LOOK_BYTES) };
    bool terminal = isatty(fileno(top->cli->out));
    // In turn: while one look is taken, the one before is still compared with it.
    for (size_t turn = 0; !caller_interrupted(); turn ^= 1) {
        arena_reset(arenas[turn]);
        caller_client(top->caller)->arena = arenas[turn];
        look_at_all(top);
        if (caller_interrupted())
            break;
        if (terminal && !once)
            fputs(CLEAR, top->cli->out);
        if (top->cli->json)
            (void)print_json(top);
        else
            print_table_of(top);
        (void)fflush(top->cli->out);
        if (once)
            break;
        (void)poll(NULL, 0, PAUSE_MS); // a signal ends it early
    }
    arena_free(arenas[0]);
    arena_free(arenas[1]);
    return once && !lives_any(top) ? EXIT_REFUSED : EXIT_DONE;
}

int action_top(struct cli *cli)
{
    struct err err = { 0 };
    struct top top = { .cli = cli };
    bool once = cli->word_count == 1 && strcmp(cli->words[0], "--once") == 0;
    if (cli->word_count > once)
        return cli_usage(cli, TEXT_CLI_WORD_TOO_MANY, cli->words[once], NULL);
    cli->wait_ms = cli->wait_ms > WAIT_MS ? WAIT_MS : cli->wait_ms;
    for (size_t i = 0; i < proto_service_count && top.count < SERVICES_MAX; i++)
        top.looks[top.count++].service = proto_schemas[i]->service;
    top.caller = connect_services(cli, &err);
    if (!top.caller)
        return cli_refused(cli, &err);
    caller_catch_signals();
    int code = top_run(&top, once || cli->json);
    caller_free(top.caller);
    return code;
}

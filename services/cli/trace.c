// SPDX-License-Identifier: Apache-2.0
// rufbus trace: what the services decide, fact by fact, until Ctrl-C. It reads their logs by
// log_read alone and never registers: a trace that is forgotten on some terminal pins no log.
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/civil.h"
#include "common/base/system.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/print.h"
#include "services/cli/say.h"
#include "services/cli/transfer.h"

#define SERVICES_MAX 16
#define PAUSE_MS     300
#define WAIT_MS      2000
#define PAGE_BYTES   (32 << 20)
#define TELLING_MAX  5 // fields shown of a row

struct traced {
    const char *service;
    bool known, silent; // silent: said that it does not answer
    int64_t epoch, after;
};

struct trace {
    struct cli *cli;
    struct caller *caller;
    struct traced traced[SERVICES_MAX];
    size_t count;
    const char *kind; // NULL: all
    int64_t after;    // -1: only what comes
    struct arena *arena;
};

// --- for people
static bool is_telling(const struct field *field, const void *row)
{
    static const char *const dull[] = { "id", "version", "edited_by" };
    for (size_t i = 0; i < COUNT_OF(dull); i++) {
        if (strcmp(field->name, dull[i]) == 0)
            return false;
    }
    switch (field->type) {
    case FIELD_STR:
    case FIELD_PICK:
    case FIELD_MONEY:
    case FIELD_LIST:
    case FIELD_STRS: return field_present(field, row);
    default: return false;
    }
}

static void print_row_of(const struct cli *cli, const struct fact_kind *kind,
                         const struct fact *fact)
{
    const struct record *record = kind->record();
    void *row = arena_alloc(cli->arena, record->size);
    struct err err = { 0 };
    size_t shown = 0;
    if (!row || !decode(record, fact->row, DECODE_LENIENT, cli->arena, row, &err))
        return;
    for (size_t i = 0; i < record->count && shown < TELLING_MAX; i++) {
        const struct field *field = &record->fields[i];
        const char *text = is_telling(field, row) ? print_value(cli, field, row) : "";
        if (!*text)
            continue;
        fprintf(cli->out, " %s=", field->name);
        for (; *text; text++) // one line, whatever somebody has typed
            fputc((unsigned char)*text < ' ' || *text == '\x7f' ? ' ' : *text, cli->out);
        shown++;
    }
}

static void print_fact(const struct cli *cli, const char *service, const struct fact *fact)
{
    const struct fact_kind *kind = proto_fact(service, fact->kind);
    fprintf(cli->out, "%s %s %" PRId64 " %s %s v%" PRId64 " %s %s%s",
            civil_local(fact->at, cli->zone).text, service, fact->seq, fact->kind,
            id_text(fact->entity).text, fact->version, fact->actor,
            id_is_zero(fact->cause) ? "-" : id_text(fact->cause).text,
            fact->has_deleted && fact->deleted ? " †" : "");
    if (kind)
        print_row_of(cli, kind, fact);
    fputc('\n', cli->out);
}

// --- for programs
static const char *json_of_row(const struct cli *cli, const struct fact_kind *kind,
                               const struct fact *fact)
{
    struct err err = { 0 };
    void *row = kind ? arena_alloc(cli->arena, kind->record()->size) : NULL;
    if (row && decode(kind->record(), fact->row, DECODE_LENIENT, cli->arena, row, &err))
        return json_write(kind->record(), row, JSON_LINE, cli->arena);
    return json_any(fact->row, cli->arena);
}

static void print_fact_json(const struct cli *cli, const char *service, const struct fact *fact)
{
    struct fact bare = *fact;
    bare.row = (struct bytes){ 0 };
    const char *head = json_write(fact_record(), &bare, JSON_LINE, cli->arena);
    const char *row = json_of_row(cli, proto_fact(service, fact->kind), fact);
    if (head && row)
        fprintf(cli->out, "{\"service\": \"%s\", %.*s, \"row\": %s}\n", service,
                (int)strlen(head) - 2, head + 1, row);
}

// --- the logs
static bool begin(struct trace *trace, struct traced *traced)
{
    struct nothing in = { 0 };
    struct pong pong;
    if (call_ping(caller_client(trace->caller), &in, &pong) != CALL_DONE)
        return false;
    // Another log than the one read so far (created anew, restored) is read from its end.
    traced->after = traced->known || trace->after < 0 ? pong.head : trace->after;
    traced->epoch = pong.epoch;
    traced->known = true;
    return true;
}

static void print_page(const struct trace *trace, struct traced *traced,
                       const struct log_page *page)
{
    struct cli cli = *trace->cli;
    cli.arena = trace->arena;
    for (size_t i = 0; i < page->facts_count; i++) {
        const struct fact *fact = &page->facts[i];
        traced->after = fact->seq;
        if (trace->kind && strcmp(trace->kind, fact->kind) != 0)
            continue;
        if (cli.json)
            print_fact_json(&cli, traced->service, fact);
        else
            print_fact(&cli, traced->service, fact);
    }
    (void)fflush(cli.out);
}

static void say_silent(const struct trace *trace, struct traced *traced, bool silent)
{
    struct err err = { 0 };
    if (silent && !traced->silent) {
        (void)fail(&err, ERR_TIMEOUT, NULL, TEXT_CLI_TRACE_SILENT, traced->service, NULL);
        (void)cli_refused(trace->cli, &err);
    }
    traced->silent = silent;
}

// One page of one log. *ret_more: read on at once. False when it may not be read at all.
static bool read_on(struct trace *trace, struct traced *traced, bool *ret_more)
{
    struct client *client = caller_client(trace->caller);
    struct log_page page;
    arena_reset(trace->arena);
    client->service = traced->service;
    if (!traced->known && !begin(trace, traced)) {
        say_silent(trace, traced, !caller_interrupted());
        return true;
    }
    struct log_place place = { .name = "trace", .epoch = traced->epoch, .after = traced->after };
    enum call_result result = call_log_read(client, &place, &page);
    say_silent(trace, traced, result == CALL_UNKNOWN && !caller_interrupted());
    if (result == CALL_DONE) {
        print_page(trace, traced, &page);
        *ret_more |= page.facts_count > 0 && traced->after < page.head;
    } else if (result == CALL_REFUSED && client->refused.code == ERR_CONFLICT) {
        (void)cli_refused(trace->cli, &client->refused);
        (void)begin(trace, traced);
    } else if (result == CALL_REFUSED) {
        (void)cli_refused(trace->cli, &client->refused);
        return false;
    }
    return true;
}

static int trace_run(struct trace *trace)
{
    bool allowed = true;
    while (allowed && !caller_interrupted()) {
        bool more = false;
        for (size_t i = 0; allowed && i < trace->count && !caller_interrupted(); i++)
            allowed = read_on(trace, &trace->traced[i], &more);
        if (allowed && !more && !caller_interrupted())
            (void)poll(NULL, 0, PAUSE_MS); // a signal ends it early
    }
    return allowed ? EXIT_DONE : EXIT_REFUSED;
}

// --- the words
static bool take_service(struct trace *trace, const char *word)
{
    for (size_t i = 0; i < proto_service_count && trace->count < SERVICES_MAX; i++) {
        if (!word || strcmp(word, proto_schemas[i]->service) == 0)
            trace->traced[trace->count++].service = proto_schemas[i]->service;
    }
    return trace->count > 0;
}

static bool take_after(struct trace *trace, const char *text)
{
    char *end;
    errno = 0;
    trace->after = strtoll(text, &end, 10);
    return !errno && *text && !*end && trace->after >= 0 && trace->after <= INT_LIMIT;
}

static bool kind_exists(const struct trace *trace, const char *kind)
{
    for (size_t i = 0; i < trace->count; i++) {
        if (proto_fact(trace->traced[i].service, kind))
            return true;
    }
    return false;
}

static int take_words(struct trace *trace)
{
    const struct cli *cli = trace->cli;
    for (size_t i = 0; i < cli->word_count; i++) {
        const char *word = cli->words[i];
        size_t count = trace->count;
        if (strncmp(word, "kind=", 5) == 0)
            trace->kind = word + 5;
        else if (strncmp(word, "after=", 6) == 0
                     ? !take_after(trace, word + 6)
                     : !take_service(trace, word) || trace->count == count)
            return cli_usage(cli, TEXT_CLI_TRACE_USAGE, NULL);
    }
    if (trace->count == 0)
        (void)take_service(trace, NULL);
    if (trace->kind && !kind_exists(trace, trace->kind))
        return cli_usage(cli, TEXT_CLI_TRACE_KIND, trace->kind, NULL);
    return EXIT_DONE;
}

// Logs are for services only: without --as, the trace reads with the key of the one that follows
// all others, which whoever may read this house's folder of keys has.
static int trace_as(struct cli *cli, struct trace *trace)
{
    struct cli asking = *cli;
    struct err err = { 0 };
    asking.as = cli->as ? cli->as : "notifier";
    asking.wait_ms = cli->wait_ms > WAIT_MS ? WAIT_MS : cli->wait_ms;
    trace->caller = connect_services(&asking, &err);
    if (!trace->caller)
        return cli_refused(cli, &err);
    trace->arena = arena_new(PAGE_BYTES);
    caller_client(trace->caller)->arena = trace->arena;
    caller_catch_signals();
    int code = trace_run(trace);
    caller_free(trace->caller);
    arena_free(trace->arena);
    return code;
}

int action_trace(struct cli *cli)
{
    struct trace trace = { .cli = cli, .after = -1 };
    bool bad = false;
    const char *path = transfer_option(cli, "--out", &bad);
    if (bad)
        return cli_usage(cli, TEXT_CLI_OPTION_NEEDS_VALUE, "--out", NULL);
    int code = take_words(&trace);
    if (code != EXIT_DONE)
        return code;
    (void)umask(077); // facts hold what is told about people
    FILE *file = path ? fopen(path, "we") : NULL;
    if (path && !file)
        return cli_usage(cli, TEXT_CLI_TRACE_OUT, path, system_text(errno).text, NULL);
    FILE *before = cli->out;
    cli->out = file ? file : before;
    code = trace_as(cli, &trace);
    cli->out = before;
    if (file && fclose(file) != 0)
        code = EXIT_REFUSED;
    return code;
}

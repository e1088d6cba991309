// SPDX-License-Identifier: Apache-2.0
// A service's process: one thread, one loop, one batch after the other.
#include "common/run/app.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <czmq.h>
#include <sodium.h>

#include "common/run/bus.h"
#include "common/run/log.h"
#include "common/run/options.h"
#include "common/run/roff.h"
#include "common/store/check.h"

#ifndef RUFBUS_VERSION
#define RUFBUS_VERSION "0"
#endif
#define OPTIONS_BYTES (1 << 20)
#define MAP_BYTES     "1099511627776"
#define REFRESH_MS    1000
#define LISTEN_MAX    16
#define ENDED         0
#define CANNOT_GO_ON  1
#define WRONG_USE     2

static const struct option common_options[] = {
    { "home", "ORDNER", false, NULL, "Ordner dieses Dienstes (Speicher und NAME.conf)",
      "this service's folder (store and NAME.conf)" },
    { "run", "ORDNER", false, NULL, "Ordner der Sockets; sonst neben --home: run",
      "folder of the sockets; else beside --home: run" },
    { "keys", "ORDNER", false, NULL, "Ordner der Schlüssel; sonst neben --home: keys",
      "folder of the keys; else beside --home: keys" },
    { "listen", "tcp://ADRESSE:PORT", true, NULL, "zusätzliche Anschrift, mehrfach möglich",
      "further address, may be repeated" },
    { "map-size", "BYTES", false, MAP_BYTES, "größter Umfang des Speichers (nur Adressraum)",
      "largest size of the store (address space only)" },
    { "log", "debug|info|warning|error", false, "info", "ab welcher Stufe protokolliert wird",
      "the level from which is logged" },
    { "check", NULL, false, NULL, "den Speicher Zeile für Zeile prüfen und enden",
      "check the store row by row and end" },
    { "dump", NULL, false, NULL, "alle Zeilen als JSON ausgeben und enden",
      "print all rows as JSON and end" },
    { "help", NULL, false, NULL, "diese Hilfe", "this help" },
    { "man", NULL, false, NULL, "die Handbuchseite: --man | man -l -",
      "the manual page: --man | man -l -" },
    { "version", NULL, false, NULL, "die Version", "the version" },
};

struct process {
    const struct app *app;
    struct arena *arena;
    struct options *options;
    struct store *store;
    struct server *server;
    struct loop *loop;
    struct bus *bus;
    void *port;
    int signals, due_timer, refresh_timer, code;
    int64_t due_us; // for which the timer is set
    char run[400], keys[400];
};

static const char *value(const struct process *process, const char *name)
{
    const char *given = options_value(process->options, name, 0);
    return given ? given : "";
}

static bool flag(const struct process *process, const char *name)
{
    return options_value(process->options, name, 0) != NULL;
}

static int wrong_use(const struct process *process, const struct err *err)
{
    fprintf(stderr, "rufbus-%s: %s%s%s\n", process->app->name, err->field, *err->field ? ": " : "",
            err->german);
    return WRONG_USE;
}

static int cannot(const struct process *process, const struct err *err)
{
    log_write(LEVEL_ERROR, "event=cannot_go_on code=%s detail=\"%s\"", err_word(err->code),
              err->german);
    fprintf(stderr, "rufbus-%s: %s\n", process->app->name, err->german);
    return CANNOT_GO_ON;
}

// --- help, check, dump
static void print_options(const struct option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char left[80];
        snprintf(left, sizeof left, "--%s%s%s", options[i].name, options[i].value ? " " : "",
                 options[i].value ? options[i].value : "");
        printf("  %-34s %s\n  %-34s %s\n", left, options[i].german, "", options[i].english);
    }
}

static int print_help(const struct app *app)
{
    printf("rufbus-%s: %s\n%s\n\n", app->name, app->german, app->english);
    print_options(app->options, app->option_count);
    print_options(common_options, COUNT_OF(common_options));
    printf("\nAlle Optionen auch als RUFBUS_NAME in der Umgebung oder als „name = wert“ in "
           "HOME/%s.conf.\nAll options also as RUFBUS_NAME in the environment, or as "
           "\"name = value\" in HOME/%s.conf.\n",
           app->name, app->name);
    return ENDED;
}

static void print_items(const struct option *options, size_t count)
{
    char word[80], text[400];
    for (size_t i = 0; i < count; i++) {
        snprintf(word, sizeof word, "--%s", options[i].name);
        snprintf(text, sizeof text, "%s (%s)", options[i].german, options[i].english);
        roff_item(stdout, word, options[i].value, text);
    }
}

static int print_man(const struct app *app)
{
    char name[80];
    snprintf(name, sizeof name, "rufbus-%s", app->name);
    roff_head(stdout, name, RUFBUS_VERSION, app->german);
    roff_section(stdout, "OPTIONEN");
    print_items(app->options, app->option_count);
    print_items(common_options, COUNT_OF(common_options));
    return ENDED;
}

static void print_line(void *context, const char *line)
{
    fprintf(context, "%s\n", line);
}

static int check_or_dump(struct process *process)
{
    struct err err = { 0 };
    if (flag(process, "dump"))
        return store_dump(process->store, print_line, stdout, &err) ? ENDED : cannot(process, &err);
    struct check_report report;
    if (!store_check(process->store, print_line, stdout, &report, &err))
        return cannot(process, &err);
    printf("rows=%llu index_entries=%llu facts=%llu faults=%llu\n", (unsigned long long)report.rows,
           (unsigned long long)report.index_entries, (unsigned long long)report.facts,
           (unsigned long long)report.faults);
    return report.faults == 0 ? ENDED : CANNOT_GO_ON;
}

// --- the loop
static void set_due_timer(struct process *process, int64_t now_us);

static void run_server(struct process *process, int64_t now_us)
{
    struct outbox out;
    if (server_run(process->server, now_us, &out) == COMMIT_BROKEN) {
        // What was committed and what not is unknown: nobody may be told anything.
        log_write(LEVEL_ERROR, "event=commit_broken");
        _exit(CANNOT_GO_ON);
    }
    bus_send(process->bus, &out);
    const char *line;
    while ((line = server_log_line(process->server)) != NULL)
        log_write(strncmp(line, "event=request ", 14) == 0 ? LEVEL_DEBUG : LEVEL_INFO, "%s", line);
}

static void on_turn(void *context, int64_t now_us)
{
    struct process *process = context;
    while (server_busy(process->server) || server_due_us(process->server) <= now_us) {
        int64_t due_us = server_due_us(process->server);
        bool busy = server_busy(process->server);
        run_server(process, now_us);
        if (!busy && server_due_us(process->server) == due_us)
            break; // it asks for the same moment again: let the sockets have their turn
    }
    set_due_timer(process, now_us);
}

static void due(void *context, int64_t now_us)
{
    (void)now_us;
    struct process *process = context;
    process->due_timer = 0; // the turn that follows does the work
    process->due_us = 0;
}

static void set_due_timer(struct process *process, int64_t now_us)
{
    int64_t due_us = server_due_us(process->server);
    if (process->due_timer && due_us == process->due_us)
        return;
    if (process->due_timer)
        loop_cancel(process->loop, process->due_timer);
    process->due_timer = 0;
    process->due_us = due_us;
    if (due_us == INT64_MAX)
        return;
    int64_t after_ms = due_us > now_us ? (due_us - now_us + 999) / 1000 : 0;
    process->due_timer = loop_after(process->loop, after_ms, due, process);
}

static void refresh(void *context, int64_t now_us)
{
    (void)now_us;
    struct process *process = context;
    bus_refresh(process->bus);
    process->refresh_timer = loop_after(process->loop, REFRESH_MS, refresh, process);
}

static void signalled(void *context, int fd, int64_t now_us)
{
    (void)now_us;
    struct process *process = context;
    struct signalfd_siginfo info;
    if (read(fd, &info, sizeof info) == sizeof info)
        log_write(LEVEL_INFO, "event=signal number=%u", info.ssi_signo);
    loop_end(process->loop);
}

static bool signals_open(struct process *process)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return false;
    process->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return process->signals >= 0;
}

static void bus_line(void *context, const char *line)
{
    (void)context;
    log_write(LEVEL_WARNING, "%s", line);
}

static const char *start_value(const struct app_start *start, const char *option, int nth)
{
    const char *given = options_value(start->internal, option, nth);
    return given || nth > 0 ? given : "";
}

static bool port_start(struct process *process, struct err *err)
{
    if (!process->app->port)
        return true;
    struct app_start start = {
        .loop = process->loop,
        .server = process->server,
        .home = value(process, "home"),
        .keys = process->keys,
        .run = process->run,
        .value = start_value,
        .internal = process->options,
    };
    return process->app->port->start(process->port, &start, err);
}

static bool open_all(struct process *process, struct err *err)
{
    const struct app *app = process->app;
    const char *listen[LISTEN_MAX];
    size_t count = 0;
    while (count < LISTEN_MAX &&
           (listen[count] = options_value(process->options, "listen", (int)count)) != NULL)
        count++;
    process->loop = loop_new();
    if (app->port)
        process->port = app->port->create(app, err);
    if (app->port && !process->port)
        return false;
    uint64_t seed;
    randombytes_buf(&seed, sizeof seed);
    struct server_options server = {
        .service = app->service,
        .store = process->store,
        .seed = seed,
        .context = process->port,
        .version = RUFBUS_VERSION,
        .quiet = !log_wants(LEVEL_DEBUG),
    };
    process->server = server_new(&server);
    struct bus_options bus = {
        .loop = process->loop,
        .server = process->server,
        .service = app->service,
        .run = process->run,
        .listen = listen,
        .listen_count = count,
        .keys = process->keys,
        .log = bus_line,
    };
    process->bus = bus_new(&bus, err);
    return process->bus && port_start(process, err);
}

static void close_all(struct process *process)
{
    if (process->port)
        process->app->port->stop(process->port);
    bus_free(process->bus);
    server_free(process->server);
    if (process->loop) {
        if (process->due_timer)
            loop_cancel(process->loop, process->due_timer);
        if (process->refresh_timer)
            loop_cancel(process->loop, process->refresh_timer);
    }
    loop_free(process->loop);
}

static int serve(struct process *process)
{
    struct err err = { 0 };
    if (!signals_open(process) || !open_all(process, &err)) {
        int code = err.code == ERR_INVALID ? wrong_use(process, &err) : cannot(process, &err);
        close_all(process);
        return code;
    }
    loop_watch(process->loop, process->signals, false, signalled, process);
    loop_on_turn(process->loop, on_turn, process);
    process->refresh_timer = loop_after(process->loop, 0, refresh, process);
    log_write(LEVEL_INFO, "event=ready version=%s epoch=%llu head=%lld", RUFBUS_VERSION,
              (unsigned long long)store_epoch(process->store),
              (long long)store_head(process->store));
    loop_run(process->loop);
    loop_unwatch(process->loop, process->signals);
    close_all(process);
    close(process->signals);
    log_write(LEVEL_INFO, "event=ended");
    return ENDED;
}

// --- options
static bool beside_home(struct process *process, const char *name, char *out, size_t size)
{
    const char *given = value(process, name), *home = value(process, "home");
    if (*given)
        return snprintf(out, size, "%s", given) < (int)size;
    const char *slash = strrchr(home, '/');
    return snprintf(out, size, "%.*s/%s", slash ? (int)(slash - home) : 1, slash ? home : ".",
                    name) < (int)size;
}

static bool log_level(const struct process *process, enum log_level *ret)
{
    static const char *const words[] = { "debug", "info", "warning", "error" };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(words[i], value(process, "log")) == 0) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static bool settle_options(struct process *process, size_t *ret_map, struct err *err)
{
    enum log_level level;
    char conf[500], *rest;
    const char *home = value(process, "home");
    if (!*home)
        return fail(err, ERR_INVALID, "home", TEXT_OPTION_HOME, NULL);
    snprintf(conf, sizeof conf, "%s/%s.conf", home, process->app->name);
    if (!options_file(process->options, conf, err))
        return false;
    if (!beside_home(process, "run", process->run, sizeof process->run) ||
        !beside_home(process, "keys", process->keys, sizeof process->keys))
        return fail(err, ERR_INVALID, "home", TEXT_OPTION_PATH, NULL);
    if (!log_level(process, &level))
        return fail(err, ERR_INVALID, "log", TEXT_PICK_UNKNOWN, "debug, info, warning, error",
                    NULL);
    log_begin(process->app->name, level);
    errno = 0;
    unsigned long long bytes = strtoull(value(process, "map-size"), &rest, 10);
    if (errno || *rest || bytes < (1u << 20) || bytes > (1ULL << 46) || bytes % 4096)
        return fail(err, ERR_INVALID, "map-size", TEXT_OPTION_MAP, NULL);
    *ret_map = (size_t)bytes;
    return true;
}

static int run(struct process *process)
{
    struct err err = { 0 };
    size_t map_bytes;
    if (flag(process, "help"))
        return print_help(process->app);
    if (flag(process, "man"))
        return print_man(process->app);
    if (flag(process, "version")) {
        printf("rufbus-%s %s\n", process->app->name, RUFBUS_VERSION);
        return ENDED;
    }
    if (!settle_options(process, &map_bytes, &err))
        return wrong_use(process, &err);
    uint64_t epoch;
    randombytes_buf(&epoch, sizeof epoch);
    bool looks_only = flag(process, "check") || flag(process, "dump");
    struct store_options store = {
        .folder = value(process, "home"),
        .tables = process->app->service->tables,
        .table_count = process->app->service->table_count,
        .map_bytes = map_bytes,
        .epoch_if_new = epoch % (uint64_t)INT_LIMIT + 1,
        .read_only = looks_only,
    };
    process->store = store_open(&store, &err);
    if (!process->store)
        return cannot(process, &err);
    int code = looks_only ? check_or_dump(process) : serve(process);
    store_close(process->store);
    return code;
}

int app_run(const struct app *app, int argc, char **argv)
{
    struct err err = { 0 };
    struct option_table tables[] = { { app->options, app->option_count },
                                     { common_options, COUNT_OF(common_options) } };
    struct process process = { .app = app, .arena = arena_new(OPTIONS_BYTES), .signals = -1 };
    zsys_handler_set(NULL); // signals are ours
    if (sodium_init() < 0)
        abort();
    process.options = options_read(tables, COUNT_OF(tables), argc, argv, process.arena, &err);
    int code = process.options ? run(&process) : wrong_use(&process, &err);
    arena_free(process.arena);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/house.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/stubs.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define WAIT_MS     20000
#define WORDS_MAX   24
#define EXTRA_MAX   12

static const struct starter {
    const char *name, *roles;
} starters[] = {
    { "contacts", "service" }, { "telephony", "service" }, { "timekeeping", "service" },
    { "notifier", "service" }, { "desk", "agent" },        { "admin", "admin,operator" },
    { "gateway", "gateway" },
};

void house_begin(struct house *house, struct bench *bench, const char *name)
{
    struct err err = { 0 };
    *house = (struct house){ .bench = bench, .arena = arena_new(ARENA_BYTES) };
    snprintf(house->home, sizeof house->home, "%s/%s", bench->folder, name);
    snprintf(house->keys, sizeof house->keys, "%s/keys", house->home);
    snprintf(house->run, sizeof house->run, "%s/%s", bench->sockets, name);
    if (mkdir(house->home, 0700) != 0 || mkdir(house->run, 0700) != 0)
        bench_stop("%s: cannot be made", house->home);
    for (size_t i = 0; i < COUNT_OF(starters); i++) {
        if (!key_make(house->keys, starters[i].name, starters[i].roles, "house", &err))
            bench_stop("keys: %s", err.english);
    }
    struct caller_options options = { .keys = house->keys,
                                      .run = house->run,
                                      .name = "admin",
                                      .wait_ms = WAIT_MS,
                                      .arena = house->arena };
    house->admin = caller_new(&options, &err);
    if (!house->admin)
        bench_stop("admin: %s", err.english);
}

int house_spawn(struct house *house, const char *name, const char *const *words)
{
    char program[500], log[500];
    char *copy[WORDS_MAX] = { program };
    int count = 1;
    const char *bin = getenv("RUFBUS_BENCH_BIN"); // to compare another build
    snprintf(program, sizeof program, "%s/%s", bin && *bin ? bin : BENCH_BIN, name);
    snprintf(log, sizeof log, "%s/%s.log", house->home, name);
    while (*words && count < WORDS_MAX - 1)
        copy[count++] = strdup(*words++);
    int pid = fork();
    if (pid == 0) {
        int file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // whatever becomes of the bench
        if (file >= 0)
            (void)dup2(file, STDERR_FILENO);
        (void)execv(program, copy);
        _exit(127);
    }
    while (count > 1)
        free(copy[--count]);
    if (pid < 0 || house->process_count == HOUSE_PROCESSES)
        bench_stop("%s does not start", program);
    snprintf(house->processes[house->process_count].name, sizeof house->processes[0].name, "%s",
             name);
    house->processes[house->process_count++].pid = pid;
    return pid;
}

struct client *house_admin(struct house *house, const char *service)
{
    struct client *client = caller_client(house->admin);
    client->service = service;
    return client;
}

void house_start(struct house *house, const char *name, const char *const *options)
{
    char program[64], home[500];
    const char *words[WORDS_MAX] = { "--home", home, "--keys", house->keys, "--run", house->run };
    size_t count = 6;
    struct nothing nothing = { 0 };
    struct pong pong;
    snprintf(program, sizeof program, "rufbus-%s", name);
    snprintf(home, sizeof home, "%s/%s", house->home, name);
    for (size_t i = 0; options && options[i] && i < EXTRA_MAX; i++)
        words[count++] = options[i];
    (void)house_spawn(house, program, words);
    if (call_ping(house_admin(house, name), &nothing, &pong) != CALL_DONE)
        bench_stop("%s does not answer; see %s/%s.log", name, house->home, program);
    arena_reset(house->arena);
}

static double task_us(const char *pid, const char *task)
{
    char path[80];
    double used_ns = 0;
    snprintf(path, sizeof path, "/proc/%.20s/task/%.20s/schedstat", pid, task);
    FILE *file = fopen(path, "re");
    if (!file || fscanf(file, "%lf", &used_ns) != 1)
        used_ns = 0;
    if (file)
        fclose(file);
    return used_ns / 1e3;
}

double house_used_us(const struct house *house, const char *name)
{
    double used_us = 0;
    for (size_t i = 0; i < house->process_count; i++) {
        char folder[64], pid[24];
        struct dirent *entry;
        if (strcmp(house->processes[i].name, name) != 0)
            continue;
        snprintf(pid, sizeof pid, "%d", house->processes[i].pid);
        snprintf(folder, sizeof folder, "/proc/%s/task", pid);
        DIR *dir = opendir(folder);
        while (dir && (entry = readdir(dir)) != NULL) {
            if (entry->d_name[0] != '.')
                used_us += task_us(pid, entry->d_name);
        }
        if (dir)
            closedir(dir);
    }
    return used_us;
}

void house_stop(struct house *house, const char *name)
{
    for (size_t i = 0; i < house->process_count; i++) {
        int status = 0;
        if (strcmp(house->processes[i].name, name) != 0)
            continue;
        (void)kill(house->processes[i].pid, SIGTERM);
        (void)waitpid(house->processes[i].pid, &status, 0);
        if (strncmp(name, "rufbus-", 7) == 0 && status != 0)
            bench_wrong(house->bench, "%s ended with status %d", name, status);
        house->processes[i] = house->processes[--house->process_count];
        return;
    }
}

void house_end(struct house *house)
{
    caller_free(house->admin);
    while (house->process_count > 0)
        house_stop(house, house->processes[house->process_count - 1].name);
    arena_free(house->arena);
}

void house_key(const struct house *house, const char *name, struct key_pair *out)
{
    struct err err = { 0 };
    if (!key_read(house->keys, name, out, &err))
        bench_stop("%s: %s", name, err.english);
}

void house_endpoint(const struct house *house, const char *file, char out[200])
{
    snprintf(out, 200, "ipc://%s/%s", house->run, file);
}

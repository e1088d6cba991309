// SPDX-License-Identifier: Apache-2.0
// The log is the process's, like stderr itself: the only state of common/run that is not passed in.
#include "common/run/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/run/loop.h"

#define LINES_A_SECOND 2000

static struct {
    const char *service;
    enum log_level level;
    int64_t second;
    int lines;
} state = { .service = "rufbus", .level = LEVEL_INFO };

static const char *const words[] = { "debug", "info", "warning", "error" };

void log_begin(const char *service, enum log_level level)
{
    state.service = service;
    state.level = level;
}

bool log_wants(enum log_level level)
{
    return level >= state.level;
}

static void print(int64_t now_us, enum log_level level, const char *line)
{
    fprintf(stderr, "time=%s level=%s service=%s %s\n", civil_rfc3339(now_us).text, words[level],
            state.service, line);
}

void log_write(enum log_level level, const char *format, ...)
{
    int64_t now_us = loop_now_us();
    if (level < state.level)
        return;
    if (now_us / 1000000 != state.second) {
        char line[60];
        snprintf(line, sizeof line, "event=log_dropped lines=%d", state.lines - LINES_A_SECOND);
        if (state.lines > LINES_A_SECOND)
            print(now_us, LEVEL_WARNING, line);
        state.second = now_us / 1000000;
        state.lines = 0;
    }
    if (++state.lines > LINES_A_SECOND && level < LEVEL_ERROR)
        return;
    char line[600];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    // One event, one line: nothing that came from outside may begin another.
    for (char *c = line; *c; c++)
        *c = (unsigned char)*c < ' ' ? ' ' : *c;
    print(now_us, level, line);
}

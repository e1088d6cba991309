// SPDX-License-Identifier: Apache-2.0
// What a server says about itself: lines for the log, and counters.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/step/internal.h"

void server_log(struct server *server, const char *format, ...)
{
    if (server->line_count == LOG_LINES_MAX) {
        server_count(server, "log_lines_dropped", 1);
        return;
    }
    va_list list;
    va_start(list, format);
    size_t at = (server->line_first + server->line_count++) % LOG_LINES_MAX;
    vsnprintf(server->lines[at], LOG_LINE_MAX, format, list);
    va_end(list);
}

const char *server_log_line(struct server *server)
{
    if (server->line_count == 0)
        return NULL;
    memcpy(server->line, server->lines[server->line_first], LOG_LINE_MAX);
    server->line_first = (server->line_first + 1) % LOG_LINES_MAX;
    server->line_count--;
    return server->line;
}

int64_t server_figure(const struct server *server, const char *name)
{
    for (size_t i = 0; i < server->figure_count; i++) {
        if (strcmp(server->figures[i].name, name) == 0)
            return server->figures[i].value;
    }
    return 0;
}

void server_count(struct server *server, const char *name, int64_t add)
{
    size_t at = 0;
    while (at < server->figure_count && strcmp(server->figures[at].name, name) != 0)
        at++;
    if (at == FIGURES_MAX)
        return;
    if (at == server->figure_count) {
        server->figures[server->figure_count++].name = name;
        server->figures[at].value = 0;
    }
    server->figures[at].value += add;
}

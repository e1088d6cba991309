// SPDX-License-Identifier: Apache-2.0
// Options behind a command, a client by its name, progress.
#include "services/cli/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "services/cli/naming.h"

#define SHOW_MS 200

static void take_out(struct cli *cli, size_t from, size_t count)
{
    const char **kept = arena_array(cli->arena, cli->word_count, sizeof *kept);
    size_t used = 0;
    if (!kept)
        abort(); // the arena is far larger than any command line
    for (size_t i = 0; i < cli->word_count; i++) {
        if (i < from || i >= from + count)
            kept[used++] = cli->words[i];
    }
    cli->words = kept;
    cli->word_count = used;
}

const char *transfer_option(struct cli *cli, const char *name, bool *ret_bad)
{
    for (size_t i = 0; i < cli->word_count; i++) {
        if (strcmp(cli->words[i], name) != 0)
            continue;
        const char *value = i + 1 < cli->word_count ? cli->words[i + 1] : NULL;
        *ret_bad |= !value;
        take_out(cli, i, value ? 2 : 1);
        return value;
    }
    return NULL;
}

bool transfer_flag(struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->word_count; i++) {
        if (strcmp(cli->words[i], name) == 0) {
            take_out(cli, i, 1);
            return true;
        }
    }
    return false;
}

// --- clients
bool transfer_client(struct client *client, const char *text, struct id *out, struct err *err)
{
    *out = (struct id){ { 0 } };
    return !text || naming_id(client, NAME_CLIENT, text, "--client", out, err);
}

// --- progress
static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void transfer_progress(struct transfer_progress *progress, const char *what, int64_t count)
{
    int64_t now = now_ms();
    if (!isatty(STDERR_FILENO) || now - progress->shown_ms < SHOW_MS)
        return;
    fprintf(stderr, "\r%s: %lld\033[K", what, (long long)count);
    (void)fflush(stderr);
    progress->shown_ms = now;
    progress->shown = true;
}

void transfer_progress_end(struct transfer_progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
    progress->shown = false;
}

// SPDX-License-Identifier: Apache-2.0
// Options behind a command, a client by its name, progress.
#include "services/cli/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/text.h"
#include "proto/stubs.h"

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
static bool client_named(struct client *client, const char *wanted, struct id *out, size_t *count)
{
    struct page page = { .has_limit = true, .limit = 200 };
    struct client_page answer;
    do {
        answer = (struct client_page){ .more = false };
        if (call_client_list(client, &page, &answer) != CALL_DONE)
            return false;
        for (size_t i = 0; i < answer.clients_count; i++) {
            const char *name = text_fold(client->arena, answer.clients[i].name);
            page.after = answer.clients[i].id;
            if (!name || strcmp(name, wanted) != 0)
                continue;
            *out = answer.clients[i].id;
            ++*count;
        }
    } while (answer.more);
    return true;
}

bool transfer_client(struct client *client, const char *text, struct id *out, struct err *err)
{
    size_t count = 0;
    *out = (struct id){ { 0 } };
    if (!text || id_parse(text, out))
        return true;
    const char *wanted = text_fold(client->arena, text);
    if (!wanted || !client_named(client, wanted, out, &count)) {
        *err = client->refused;
        return err->code != ERR_NONE
                   ? false
                   : fail(err, ERR_TIMEOUT, NULL, TEXT_CLI_NO_ANSWER, "contacts", NULL);
    }
    if (count == 1)
        return true;
    return fail(err, ERR_INVALID, "--client",
                count ? TEXT_CLI_CLIENT_SEVERAL : TEXT_CLI_CLIENT_NONE, text, NULL);
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

// SPDX-License-Identifier: Apache-2.0
// rufbus inquiry reply NUMBER TEXT [attach=FILE|NAME|ID]...: files are attached to the inquiry
// first, so that broken off nothing was sent and the same words go on where it was.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/command.h"
#include "services/cli/method.h"
#include "services/cli/post.h"
#include "services/cli/say.h"

#define MEMORY      ((size_t)16 << 20)
#define FILES_MOST  20
#define WORD        "attach="
#define PAGES_MOST  10
#define NUMBER_WORD "number="

struct replying {
    struct cli *cli;
    struct client *client;
    const char *number;
    const char *files[FILES_MOST];
    size_t count;
    const char *ids; // "["ID", "ID"]"
};

// --- one file
static bool refuse(struct replying *replying, enum text_id text, const char *name, int *ret_code)
{
    struct err err = { 0 };

    (void)fail(&err, ERR_INVALID, "attach", text, name, replying->number, NULL);
    *ret_code = cli_refused(replying->cli, &err);
    return false;
}

// Of those that are here the one with this name.
static bool find(struct replying *replying, const char *name, struct id *ret, int *ret_code)
{
    struct attachment_query in = { .number = replying->number, .has_limit = true, .limit = 200 };
    struct attachment_page page = { .more = true };
    size_t found = 0;

    for (int i = 0; page.more && i < PAGES_MOST; i++) {
        arena_reset(replying->client->arena);
        enum call_result result = call_attachment_list(replying->client, &in, &page);
        if (result != CALL_DONE) {
            *ret_code =
                connect_explain(replying->cli, replying->client, &method_attachment_list, result);
            return false;
        }
        for (size_t k = 0; k < page.attachments_count; k++) {
            if (page.attachments[k].state == attachment_state_HERE &&
                strcmp(page.attachments[k].name, name) == 0 && found++ == 0)
                *ret = page.attachments[k].id;
            in.after = page.attachments[k].id;
        }
    }
    if (found == 1)
        return true;
    return refuse(replying, found ? TEXT_CLI_REPLY_SEVERAL : TEXT_CLI_REPLY_NO_FILE, name,
                  ret_code);
}

static bool send_file(struct replying *replying, const char *path, struct id *ret, int *ret_code)
{
    struct post_file file = { .name = path,
                              .content_type = post_type(path),
                              .number = replying->number };
    struct err err = { 0 };
    struct attachment row;
    uint8_t *bytes = post_read(path, &file.size, &err);

    file.bytes = bytes;
    if (!bytes) {
        *ret_code = cli_refused(replying->cli, &err);
        return false;
    }
    bool good = post_send(replying->cli, replying->client, &file, &row, ret_code);
    free(bytes);
    if (good)
        *ret = row.id;
    return good;
}

static bool bring(struct replying *replying, const char *what, int *ret_code)
{
    struct id id;

    if (!id_parse(what, &id)) {
        bool good = access(what, F_OK) == 0 ? send_file(replying, what, &id, ret_code)
                                            : find(replying, what, &id, ret_code);
        if (!good)
            return false;
    }
    replying->ids = arena_format(replying->cli->arena, "%s%s\"%s\"", replying->ids,
                                 *replying->ids ? ", " : "", id_text(id).text);
    if (!replying->ids)
        abort(); // the arena is far larger
    return true;
}

static bool bring_all(struct replying *replying, int *ret_code)
{
    struct err err = { 0 };
    struct caller *caller = connect_services(replying->cli, &err);
    bool good = caller != NULL;

    if (!caller) {
        *ret_code = cli_refused(replying->cli, &err);
        return false;
    }
    replying->client = caller_client(caller);
    replying->client->arena = arena_new(MEMORY);
    for (size_t i = 0; good && i < replying->count; i++)
        good = bring(replying, replying->files[i], ret_code);
    arena_free(replying->client->arena);
    caller_free(caller);
    return good;
}

// --- the words
// Takes "attach=..." out of the words. False: too many, or no number before them.
static bool take_words(struct replying *replying)
{
    struct cli *cli = replying->cli;
    const char **rest = arena_array(cli->arena, cli->word_count + 1, sizeof *rest);
    size_t count = 0;

    if (!rest)
        abort(); // the arena is far larger
    for (size_t i = 0; i < cli->word_count; i++) {
        const char *word = cli->words[i];
        if (strncmp(word, WORD, strlen(WORD)) != 0) {
            rest[count++] = word;
            continue;
        }
        if (replying->count == FILES_MOST || !word[strlen(WORD)])
            return false;
        replying->files[replying->count++] = word + strlen(WORD);
    }
    cli->words = rest;
    cli->word_count = count;
    if (count > 0)
        replying->number =
            rest[0] +
            (strncmp(rest[0], NUMBER_WORD, strlen(NUMBER_WORD)) == 0 ? strlen(NUMBER_WORD) : 0);
    return replying->count == 0 || (replying->number && !strchr(replying->number, '='));
}

int action_inquiry_reply(struct cli *cli)
{
    static const struct command reply = { .words = "inquiry reply",
                                          .method = &method_inquiry_reply,
                                          .positions = "number text",
                                          .columns = "number to subject state message_id id" };
    struct replying replying = { .cli = cli, .ids = "" };
    int code = EXIT_DONE;

    if (!take_words(&replying))
        return cli_usage(cli, TEXT_CLI_REPLY_USAGE, NULL);
    if (replying.count > 0) {
        if (!bring_all(&replying, &code))
            return code;
        const char **words = (const char **)(uintptr_t)cli->words;
        words[cli->word_count++] = arena_format(cli->arena, "attachments=[%s]", replying.ids);
    }
    return method_run(cli, &reply);
}

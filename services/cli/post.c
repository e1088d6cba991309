// SPDX-License-Identifier: Apache-2.0
// rufbus inquiry attach NUMBER FILE..., rufbus inquiry fetch ATTACHMENT.
#include "services/cli/post.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/system.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/say.h"

#define ATTACHMENT_MOST ((size_t)50 << 20)
#define MEMORY          ((size_t)16 << 20)

// --- a file in memory
uint8_t *post_read(const char *path, size_t *ret_size, struct err *err)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = file ? malloc(ATTACHMENT_MOST + 1) : NULL;

    if (!bytes) {
        (void)fail(err, ERR_INVALID, NULL, TEXT_CLI_FILE_UNREADABLE, path, system_text(errno).text,
                   NULL);
        if (file)
            (void)fclose(file);
        return NULL;
    }
    *ret_size = fread(bytes, 1, ATTACHMENT_MOST + 1, file);
    bool good = !ferror(file);
    if (!good)
        (void)fail(err, ERR_INVALID, NULL, TEXT_CLI_FILE_UNREADABLE, path, system_text(errno).text,
                   NULL);
    else if (*ret_size > ATTACHMENT_MOST)
        (void)fail(err, ERR_TOO_LARGE, NULL, TEXT_CLI_ATTACH_BIG, path, NULL);
    (void)fclose(file);
    if (err->code == ERR_NONE)
        return bytes;
    free(bytes);
    return NULL;
}

const char *post_type(const char *name)
{
    static const struct {
        const char *ending, *type;
    } known[] = {
        { ".pdf", "application/pdf" },
        { ".png", "image/png" },
        { ".jpg", "image/jpeg" },
        { ".jpeg", "image/jpeg" },
        { ".txt", "text/plain" },
        { ".html", "text/html" },
        { ".csv", "text/csv" },
        { ".eml", "message/rfc822" },
        { ".zip", "application/zip" },
        { ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
        { ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
    };
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < COUNT_OF(known); i++) {
        if (strcasecmp(dot, known[i].ending) == 0)
            return known[i].type;
    }
    return NULL;
}

static void show(const struct cli *cli, const struct attachment *row)
{
    if (cli->json)
        fprintf(cli->out, "%s\n", json_write(attachment_record(), row, JSON_LINE, cli->arena));
    else
        fprintf(cli->out, "%s  %lld  %s\n", row->name, (long long)row->size, id_text(row->id).text);
}

static int attach(struct cli *cli, struct client *client)
{
    int code = EXIT_DONE;

    for (size_t i = 1; i < cli->word_count && code == EXIT_DONE; i++) {
        const char *path = cli->words[i];
        struct post_file file = { .name = path,
                                  .content_type = post_type(path),
                                  .number = cli->words[0] };
        struct err err = { 0 };
        struct attachment row;
        uint8_t *bytes = post_read(path, &file.size, &err);
        file.bytes = bytes;
        if (!bytes)
            code = cli_refused(cli, &err);
        else if (post_send(cli, client, &file, &row, &code))
            show(cli, &row);
        free(bytes);
    }
    return code;
}

// --- fetching
struct fetching {
    struct cli *cli;
    struct client *client;
    struct id id;
    FILE *file;
    struct transfer_progress progress;
    const char *name;
};

static int fetch_all(struct fetching *fetching)
{
    struct attachment_bytes out = { .more = true };
    int64_t at = 0;

    while (out.more) {
        struct attachment_place in = { .id = fetching->id, .offset = at };
        arena_reset(fetching->client->arena);
        enum call_result result = call_attachment_read(fetching->client, &in, &out);
        transfer_progress(&fetching->progress, fetching->name, at);
        if (result != CALL_DONE) {
            transfer_progress_end(&fetching->progress);
            return connect_explain(fetching->cli, fetching->client, &method_attachment_read,
                                   result);
        }
        (void)fwrite(out.bytes.data, 1, out.bytes.size, fetching->file);
        at += (int64_t)out.bytes.size;
    }
    transfer_progress_end(&fetching->progress);
    return EXIT_DONE;
}

static int unwritable(const struct cli *cli, const char *path)
{
    struct err err = { 0 };

    (void)fail(&err, ERR_INVALID, NULL,
               errno == EEXIST ? TEXT_CLI_FETCH_EXISTS : TEXT_CLI_FILE_UNREADABLE, path,
               errno == EEXIST ? NULL : system_text(errno).text, NULL);
    return cli_refused(cli, &err);
}

// What somebody else named is never written over anything; what the person named is.
static int fetch_into(struct fetching *fetching, const char *path, const char *mode)
{
    fetching->file = fopen(path, mode);
    if (!fetching->file)
        return unwritable(fetching->cli, path);
    int code = fetch_all(fetching);
    bool good = !ferror(fetching->file);
    good &= fclose(fetching->file) == 0;
    if (code == EXIT_DONE && !good)
        code = unwritable(fetching->cli, path);
    if (code != EXIT_DONE)
        (void)unlink(path);
    return code;
}

static int fetch(struct cli *cli, struct client *client, const char *out)
{
    struct fetching fetching = { .cli = cli, .client = client };
    struct attachment row;

    if (!id_parse(cli->words[0], &fetching.id))
        return cli_usage(cli, TEXT_CLI_FETCH_USAGE, NULL);
    enum call_result result = call_attachment_get(client, &(struct by_id){ fetching.id }, &row);
    if (result != CALL_DONE)
        return connect_explain(cli, client, &method_attachment_get, result);
    fetching.name = arena_text(cli->arena, row.name, strlen(row.name));
    if (!fetching.name)
        abort(); // the arena is far larger
    if (out && strcmp(out, "-") == 0) {
        fetching.file = cli->out;
        return fetch_all(&fetching);
    }
    // A name from outside does not hide itself.
    const char *shown =
        *fetching.name == '.' ? arena_format(cli->arena, "Anlage%s", fetching.name) : fetching.name;
    const char *path = out ? out : shown;
    if (!path)
        abort(); // likewise
    int code = fetch_into(&fetching, path, out ? "wb" : "wbx");
    if (code == EXIT_DONE && !cli->json)
        fprintf(cli->out, "%s\n", path);
    else if (code == EXIT_DONE)
        fprintf(cli->out, "{\"size\": %lld}\n", (long long)row.size);
    return code;
}

// --- the words
static int with_client(struct cli *cli, const char *out,
                       int (*run)(struct cli *cli, struct client *client, const char *out))
{
    struct err err = { 0 };
    struct caller *caller = connect_services(cli, &err);

    if (!caller)
        return cli_refused(cli, &err);
    struct client *client = caller_client(caller);
    // Answers of many pieces must not fill the command line's memory.
    client->arena = arena_new(MEMORY);
    int code = run(cli, client, out);
    arena_free(client->arena);
    caller_free(caller);
    return code;
}

static int run_attach(struct cli *cli, struct client *client, const char *out)
{
    (void)out;
    return attach(cli, client);
}

int action_inquiry_attach(struct cli *cli)
{
    if (cli->word_count < 2)
        return cli_usage(cli, TEXT_CLI_ATTACH_USAGE, NULL);
    return with_client(cli, NULL, run_attach);
}

int action_inquiry_fetch(struct cli *cli)
{
    bool bad = false;
    const char *out = transfer_option(cli, "--out", &bad);

    if (bad || cli->word_count != 1)
        return cli_usage(cli, TEXT_CLI_FETCH_USAGE, NULL);
    return with_client(cli, out, fetch);
}

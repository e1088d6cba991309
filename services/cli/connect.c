// SPDX-License-Identifier: Apache-2.0
// Whom the command line speaks with, and how it says that it could not.
#include "services/cli/connect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/wire/json.h"
#include "services/cli/print.h"
#include "services/cli/say.h"

static const char *home_of(const struct cli *cli)
{
    if (cli->home)
        return cli->home;
    const char *user = getenv("HOME");
    return arena_format(cli->arena, "%s/.local/share/rufbus", user ? user : "");
}

const char *connect_folder(const struct cli *cli, const char *given, const char *name)
{
    if (given)
        return given;
    const char *home = home_of(cli);
    return home ? arena_format(cli->arena, "%s/%s", home, name) : NULL;
}

struct caller *connect_services(const struct cli *cli, struct err *err)
{
    struct caller_options options = {
        .keys = connect_folder(cli, cli->keys, "keys"),
        .run = connect_folder(cli, cli->run, "run"),
        .name = cli->as ? cli->as : "admin",
        .service = cli->service ? cli->service : "contacts",
        .wait_ms = cli->wait_ms,
        .arena = cli->arena,
    };
    if (!options.keys || !options.run) {
        (void)fail(err, ERR_TOO_LARGE, NULL, TEXT_CLI_OUT_OF_MEMORY, NULL);
        return NULL;
    }
    if (access(options.keys, F_OK) != 0) {
        (void)fail(err, ERR_UNAVAILABLE, NULL, TEXT_CLI_HOME_MISSING, home_of(cli), NULL);
        return NULL;
    }
    return caller_new(&options, err);
}

// The present row of a conflict, as a person or a program reads it.
static void show_current(const struct cli *cli, const struct client *client,
                         const struct method *method)
{
    const struct record *record = method->out();
    void *row = arena_alloc(cli->arena, record->size);
    struct err err = { 0 };
    if (!client->current.data || !row)
        return;
    if (cli->json) {
        const char *text = json_any(client->current, cli->arena);
        fprintf(stderr, "%s\n", text ? text : "");
    } else if (decode(record, client->current, DECODE_LENIENT, cli->arena, row, &err)) {
        struct cli errors = *cli;
        errors.out = stderr;
        fprintf(stderr, "%s\n", cli_text(cli, TEXT_CLI_PRESENT_ROW));
        print_row(&errors, record, row, NULL);
    }
}

int connect_explain(const struct cli *cli, const struct client *client, const struct method *method,
                    enum call_result result)
{
    if (result == CALL_REFUSED) {
        int code = cli_refused(cli, &client->refused);
        show_current(cli, client, method);
        return code;
    }
    struct err err = { 0 };
    bool common = strcmp(method->service, "common") == 0;
    (void)fail(&err, ERR_TIMEOUT, NULL, TEXT_CLI_NO_ANSWER,
               common ? client->service : method->service, NULL);
    return cli_refused(cli, &err);
}

// SPDX-License-Identifier: Apache-2.0
// What is done to an entry once it is booked: whoever types means it as it is now.
#include <stdlib.h>
#include <string.h>

#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/method.h"
#include "services/cli/say.h"

// The entry's version now, unless one was given.
static bool read_version(struct cli *cli, struct id id, const char **ret, int *ret_code)
{
    struct err err = { 0 };
    struct entry entry = { .version = 0 };
    struct caller *caller = connect_services(cli, &err);

    if (!caller) {
        *ret_code = cli_refused(cli, &err);
        return false;
    }
    struct client *client = caller_client(caller);
    enum call_result result = call_entry_get(client, &(struct by_id){ id }, &entry);
    if (result != CALL_DONE)
        *ret_code = connect_explain(cli, client, &method_entry_get, result);
    caller_free(caller);
    *ret = arena_format(cli->arena, "version=%lld", (long long)entry.version);
    return result == CALL_DONE && *ret;
}

static int change(struct cli *cli, const struct command *command)
{
    struct id id;
    int code = EXIT_REFUSED;
    const char **words = arena_array(cli->arena, cli->word_count + 1, sizeof *words);
    bool given = cli->input || cli->word_count == 0 || !id_parse(cli->words[0], &id);

    for (size_t i = 0; i < cli->word_count; i++)
        given = given || strncmp(cli->words[i], "version=", 8) == 0;
    if (given)
        return method_run(cli, command);
    if (!words || !read_version(cli, id, &words[cli->word_count], &code))
        return code;
    memcpy(words, cli->words, cli->word_count * sizeof *words);
    cli->words = words;
    cli->word_count++;
    return method_run(cli, command);
}

#define SHOWN "key file_number contact_name raw_s actual_s rounded_s state version id"

int action_entry_correct(struct cli *cli)
{
    return change(cli, &(struct command){ .method = &method_entry_correct,
                                          .positions = "id minutes reason",
                                          .columns = SHOWN });
}

int action_entry_edit(struct cli *cli)
{
    return change(cli, &(struct command){ .method = &method_entry_edit,
                                          .positions = "id",
                                          .columns = SHOWN " text chargeable article" });
}

int action_entry_move(struct cli *cli)
{
    return change(cli, &(struct command){ .method = &method_entry_rebook,
                                          .positions = "id file",
                                          .columns = SHOWN });
}

int action_entry_split(struct cli *cli)
{
    return change(cli, &(struct command){ .method = &method_entry_split,
                                          .positions = "id file",
                                          .columns = "entry.key entry.file_number entry.actual_s "
                                                     "entry.rounded_s part.file_number "
                                                     "part.actual_s part.rounded_s part.id" });
}

int action_entry_delete(struct cli *cli)
{
    return change(cli, &(struct command){ .method = &method_entry_delete,
                                          .positions = "id reason",
                                          .columns = SHOWN });
}

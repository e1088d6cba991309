// SPDX-License-Identifier: Apache-2.0
// rufbus book, and what is done to an entry afterwards: whoever types means it as it is now.
#include <stdlib.h>
#include <string.h>

#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/input.h"
#include "services/cli/method.h"
#include "services/cli/print.h"
#include "services/cli/say.h"

static const char *value_of(const struct cli *cli, const struct entry *entry, const char *field)
{
    return print_value(cli, record_field(entry_record(), field), entry);
}

// K  A 1/26  Katrin Hansen  7:00 -> 12:00, and what is to be known of it.
static void print_booked(const struct cli *cli, const struct entry *entry)
{
    fprintf(cli->out, "%s  %s  %s", entry->key, entry->file_number ? entry->file_number : "–",
            entry->contact_name ? entry->contact_name : "–");
    if (entry->has_counting && entry->counting)
        fprintf(cli->out, "  %s", cli_text(cli, TEXT_CLI_ENTRY_COUNTING));
    else
        fprintf(cli->out, "  %s → %s", value_of(cli, entry, "actual_s"),
                value_of(cli, entry, "rounded_s"));
    if (!entry->chargeable)
        fprintf(cli->out, "  (%s)", cli_text(cli, TEXT_CLI_ENTRY_FREE));
    fprintf(cli->out, "  %s\n", id_text(entry->id).text);
    if (entry->has_consumer_warning && entry->consumer_warning)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_ENTRY_CONSUMER));
    if (entry->has_new_block && entry->new_block)
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_ENTRY_NEW_BLOCK));
    if (!id_is_zero(entry->after_run))
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_ENTRY_AFTER_RUN));
}

int action_book(struct cli *cli)
{
    struct err err = { 0 };
    struct entry_new in = { .has_minutes = false };
    struct entry entry = { .version = 0 };

    if (!input_fill(cli, &method_entry_book, "key file minutes", &in, &err)) {
        (void)cli_refused(cli, &err);
        return EXIT_USAGE;
    }
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    struct client *client = caller_client(caller);
    enum call_result result = call_entry_book(client, &in, &entry);
    int code = EXIT_DONE;
    if (result != CALL_DONE)
        code = connect_explain(cli, client, &method_entry_book, result);
    else if (cli->json)
        fprintf(cli->out, "%s\n", json_write(entry_record(), &entry, JSON_FULL, cli->arena));
    else
        print_booked(cli, &entry);
    caller_free(caller);
    return code;
}

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

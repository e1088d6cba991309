// SPDX-License-Identifier: Apache-2.0
// The table of commands, finding one, and carrying out those that are one method.
#include "services/cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/json.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/input.h"
#include "services/cli/print.h"

#define COMMAND(words, method, positions, columns, german, english)                                \
    { words, &method_##method, positions, columns, german, english, NULL, NULL },
#define ACTION(words, function, synopsis, german, english)                                         \
    { words, NULL, "", NULL, german, english, function, synopsis },
const struct command command_list[] = {
#include "services/cli/commands.def"
};
#undef COMMAND
#undef ACTION
const size_t command_count = COUNT_OF(command_list);

static size_t words_in(const char *text)
{
    size_t count = 1;
    for (; *text; text++)
        count += *text == ' ';
    return count;
}

static bool begins_with(const struct cli *cli, const char *words)
{
    for (size_t i = 0; *words; i++) {
        size_t size = strcspn(words, " ");
        if (i >= cli->word_count || strlen(cli->words[i]) != size ||
            memcmp(cli->words[i], words, size) != 0)
            return false;
        words += size + strspn(words + size, " ");
    }
    return true;
}

const struct command *command_find(struct cli *cli)
{
    const struct command *best = NULL;
    for (size_t i = 0; i < command_count; i++) {
        if (begins_with(cli, command_list[i].words) &&
            (!best || words_in(command_list[i].words) > words_in(best->words)))
            best = &command_list[i];
    }
    if (best) {
        cli->words += words_in(best->words);
        cli->word_count -= words_in(best->words);
    }
    return best;
}

// The list of a page-like answer, NULL when the answer is one row. A board's page has a list for
// each board: the one that is not empty.
static const struct field *list_of(const struct record *record, const void *out)
{
    const struct field *list = NULL;
    for (size_t i = 0; i < record->count && record->count <= 3; i++) {
        const struct field *field = &record->fields[i];
        if (field->type == FIELD_LIST && (!list || field_present(field, out)))
            list = field;
    }
    return list;
}

static void print_answer(const struct cli *cli, const struct method *method, const void *out,
                         const char *columns)
{
    const struct record *record = method->out();
    if (cli->json) {
        const char *text = json_write(record, out, JSON_FULL, cli->arena);
        fprintf(cli->out, "%s\n", text ? text : "null");
        return;
    }
    const struct field *list = list_of(record, out);
    if (!list || !columns) {
        print_row(cli, record, out, columns);
        return;
    }
    size_t count;
    memcpy(&count, (const char *)out + list->count_offset, sizeof count);
    const void *rows;
    memcpy(&rows, (const char *)out + list->offset, sizeof rows);
    print_table(cli, list->record(), rows, count, columns);
    const struct field *more = record_field(record, "more");
    if (more && *(const bool *)((const char *)out + more->offset))
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_MORE_ROWS));
}

int method_run(struct cli *cli, const struct method *method, const char *positions,
               const char *columns)
{
    struct err err = { 0 };
    void *in = arena_alloc(cli->arena, method->in()->size);
    void *out = arena_alloc(cli->arena, method->out()->size);
    if (!in || !out)
        abort(); // the arena is far larger than any record
    if (!input_fill(cli, method, positions, in, &err)) {
        (void)cli_refused(cli, &err);
        return EXIT_USAGE;
    }
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    struct client *client = caller_client(caller);
    enum call_result result = client_call(client, method, in, out);
    int code = EXIT_DONE;
    if (result == CALL_DONE)
        print_answer(cli, method, out, columns);
    else
        code = connect_explain(cli, client, method, result);
    caller_free(caller);
    return code;
}

int command_run(struct cli *cli, const struct command *command)
{
    if (command->run)
        return command->run(cli);
    return method_run(cli, command->method, command->positions, command->columns);
}

// SPDX-License-Identifier: Apache-2.0
// What the command line says about itself, from the tables it runs by.
#include "services/cli/help.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/text.h"

#include "services/cli/actions.h"
#include "services/cli/options.h"
#include "services/cli/say.h"

static const char *said(const struct cli *cli, const char *german, const char *english)
{
    return cli->english ? english : german;
}

static void field_limits(const struct cli *cli, const struct field *field)
{
    static const char *const names[] = {
        [FIELD_BOOL] = "true|false", [FIELD_INT] = "int",     [FIELD_TIME] = "time",
        [FIELD_STR] = "text",        [FIELD_BYTES] = "bytes", [FIELD_ID] = "id",
        [FIELD_PICK] = "",           [FIELD_MONEY] = "money", [FIELD_ONE] = "{...}",
        [FIELD_LIST] = "[{...}]",    [FIELD_STRS] = "[text]", [FIELD_IDS] = "[id]",
        [FIELD_ANY] = "any",
    };
    fputs(names[field->type], cli->out);
    if (field->type == FIELD_PICK) {
        const struct picks *picks = field->picks();
        for (size_t i = 1; i < picks->count; i++)
            fprintf(cli->out, "%s%s", i > 1 ? "|" : "", picks->values[i].word);
    }
    bool counted = field->type == FIELD_STR || field->type == FIELD_INT;
    if (counted && (field->min != -INT_LIMIT || field->max != INT_LIMIT))
        fprintf(cli->out, " %" PRId64 "..%" PRId64, field->min, field->max);
}

static void record_help(const struct cli *cli, const struct record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        fprintf(cli->out, "  %-18s %s ", field->name, field->required ? "!" : " ");
        field_limits(cli, field);
        fprintf(cli->out, "\n%22s%s%s%s\n", "", said(cli, field->german, ""),
                cli->english || !*field->german ? "" : ": ", field->doc);
    }
}

static void method_help(const struct cli *cli, const struct method *method)
{
    fprintf(cli->out, "%s (%s): %s\n", method->name, method->service, method->doc);
    fprintf(cli->out, "%s: ", cli_text(cli, TEXT_CLI_ROLES));
    const char *before = "";
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (method->right->roles & (1u << role)) {
            fprintf(cli->out, "%s%s", before, role_word((enum role)role));
            before = ", ";
        }
    }
    fprintf(cli->out, "\n\n%s (%s):\n", cli_text(cli, TEXT_CLI_TAKES), method->in()->name);
    record_help(cli, method->in());
    fprintf(cli->out, "\n%s (%s):\n", cli_text(cli, TEXT_CLI_GIVES), method->out()->name);
    record_help(cli, method->out());
}

void command_help(const struct cli *cli, const struct command *command)
{
    if (command) {
        fprintf(cli->out, "rufbus %s %s\n%s\n", command->words,
                command->synopsis ? command->synopsis : command->positions,
                said(cli, command->german, command->english));
        if (command->method) {
            fputc('\n', cli->out);
            method_help(cli, command->method);
        }
        return;
    }
    fprintf(cli->out, "%s\n\n", cli_text(cli, TEXT_CLI_ABOUT));
    for (size_t i = 0; i < cli->command_count; i++)
        fprintf(cli->out, "  rufbus %-16s %s\n", cli->commands[i].words,
                said(cli, cli->commands[i].german, cli->commands[i].english));
    fprintf(cli->out, "\n%s\n", cli_text(cli, TEXT_CLI_OPTIONS));
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *option = &cli_options[i];
        const char *value = said(cli, option->value_german, option->value_english);
        char left[64];
        snprintf(left, sizeof left, "%s %s", option->word, value ? value : "");
        fprintf(cli->out, "  %s%*s %s\n", left, (int)(20 - text_length(left)), "",
                said(cli, option->german, option->english));
    }
    fprintf(cli->out, "\n%s\n", cli_text(cli, TEXT_CLI_EXIT_CODES));
}

int action_methods(struct cli *cli)
{
    if (cli->word_count > 1)
        return cli_usage(cli, TEXT_CLI_WORD_TOO_MANY, cli->words[1], NULL);
    if (cli->word_count == 1) {
        const struct method *method = proto_method(NULL, cli->words[0]);
        if (!method)
            return cli_usage(cli, TEXT_CLI_UNKNOWN_METHOD, cli->words[0], NULL);
        method_help(cli, method);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < proto_service_count; i++) {
        const struct schema *schema = proto_schemas[i];
        for (size_t j = 0; j < schema->method_count; j++) {
            const struct method *method = schema->methods[j];
            if (i == 0 || strcmp(method->service, "common") != 0)
                fprintf(cli->out, "%-10s %-18s %s\n", method->service, method->name, method->doc);
        }
    }
    return EXIT_DONE;
}

// SPDX-License-Identifier: Apache-2.0
// What the command line says about itself, from the tables it runs by.
#include "services/cli/help.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "common/base/text.h"

#include "services/cli/actions.h"
#include "services/cli/near.h"
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

// --- commands
static bool begins_with(const struct command *command, const char *first)
{
    size_t size = strlen(first);
    return strncmp(command->words, first, size) == 0 &&
           (command->words[size] == ' ' || !command->words[size]);
}

// How wide the words of those that begin with `first` (NULL: all) are.
static int words_wide(const struct cli *cli, const char *first)
{
    size_t wide = 0;
    for (size_t i = 0; i < cli->command_count; i++) {
        size_t size = strlen(cli->commands[i].words);
        if ((!first || begins_with(&cli->commands[i], first)) && size > wide)
            wide = size;
    }
    return (int)wide;
}

static void list_commands(const struct cli *cli, FILE *out, const char *first)
{
    int wide = words_wide(cli, first);
    for (size_t i = 0; i < cli->command_count; i++) {
        const struct command *command = &cli->commands[i];
        if (!first || begins_with(command, first))
            fprintf(out, "  rufbus %-*s  %s\n", wide, command->words,
                    said(cli, command->german, command->english));
    }
}

// Begun so, or nearly so.
static bool fits(const char *typed, const char *word)
{
    return near(typed, word) || (strlen(typed) > 1 && strncmp(typed, word, strlen(typed)) == 0);
}

// What was meant, with `known` as the first word; NULL: nothing comes near.
static const char *second_meant(const struct cli *cli, const char *known)
{
    size_t size = strlen(known);
    for (size_t i = 0; i < cli->command_count && cli->word_count > 1; i++) {
        const struct command *command = &cli->commands[i];
        if (begins_with(command, known) && command->words[size] &&
            fits(cli->words[1], command->words + size + 1))
            return command->words;
    }
    return NULL;
}

static const char *first_meant(const struct cli *cli)
{
    const char *best = NULL;
    unsigned least = UINT_MAX;
    for (size_t i = 0; i < cli->command_count; i++) {
        const char *words = cli->commands[i].words;
        const char *word = arena_text(cli->arena, words, strcspn(words, " "));
        unsigned slips = word ? near_slips(cli->words[0], word) : 0;
        if (slips == 0 || slips >= least)
            continue;
        least = slips;
        best = word;
    }
    const char *both = best ? second_meant(cli, best) : NULL;
    return both ? both : best;
}

int command_unknown(const struct cli *cli, bool help)
{
    const char *first = cli->words[0];
    FILE *out = help ? cli->out : stderr;
    if (*first == '-')
        return cli_usage(cli, TEXT_CLI_UNKNOWN_OPTION, first, NULL);
    bool known = false;
    for (size_t i = 0; i < cli->command_count; i++)
        known |= begins_with(&cli->commands[i], first);
    if (help && known) {
        list_commands(cli, out, first);
        return EXIT_DONE;
    }
    const char *typed = known && cli->word_count > 1
                            ? arena_format(cli->arena, "%s %s", first, cli->words[1])
                            : first;
    const char *meant = known ? second_meant(cli, first) : first_meant(cli);
    if (known && cli->word_count == 1)
        (void)cli_usage(cli, TEXT_CLI_COMMAND_MORE, first, NULL);
    else if (meant)
        (void)cli_usage(cli, TEXT_CLI_COMMAND_NEARLY, typed, meant, NULL);
    else
        (void)cli_usage(cli, TEXT_CLI_UNKNOWN_COMMAND, typed, NULL);
    if (known)
        list_commands(cli, out, first);
    return EXIT_USAGE;
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
    list_commands(cli, cli->out, NULL);
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

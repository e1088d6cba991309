// SPDX-License-Identifier: Apache-2.0
// rufbus man: the manual page, from the tables of commands and options.
#include "common/run/roff.h"

#include "services/cli/actions.h"
#include "services/cli/command.h"
#include "services/cli/options.h"
#include "services/cli/say.h"

static const char *said(const struct cli *cli, const char *german, const char *english)
{
    return cli->english ? english : german;
}

static void print_commands(const struct cli *cli)
{
    for (size_t i = 0; i < cli->command_count; i++) {
        const struct command *command = &cli->commands[i];
        roff_item(cli->out, command->words,
                  command->synopsis ? command->synopsis : command->positions,
                  said(cli, command->german, command->english));
    }
}

static void print_options(const struct cli *cli)
{
    for (size_t i = 0; i < cli_option_count; i++) {
        const struct cli_option *option = &cli_options[i];
        roff_item(cli->out, option->word, said(cli, option->value_german, option->value_english),
                  said(cli, option->german, option->english));
    }
}

static void print_section(const struct cli *cli, enum text_id title, enum text_id text)
{
    roff_section(cli->out, cli_text(cli, title));
    roff_text(cli->out, cli_text(cli, text));
    fputc('\n', cli->out);
}

int action_man(struct cli *cli)
{
    if (cli->word_count > 0)
        return cli_usage(cli, TEXT_CLI_WORD_TOO_MANY, cli->words[0], NULL);
    roff_head(cli->out, "rufbus", RUFBUS_VERSION, cli_text(cli, TEXT_CLI_MAN_PURPOSE));
    roff_section(cli->out, cli_text(cli, TEXT_CLI_MAN_SYNOPSIS));
    fprintf(cli->out, "\\fBrufbus\\fR [\\fI%s\\fR] ", cli_text(cli, TEXT_CLI_MAN_OPTION));
    fprintf(cli->out, "\\fI%s\\fR [\\fI%s\\fR]\n", cli_text(cli, TEXT_CLI_MAN_COMMAND),
            cli_text(cli, TEXT_CLI_MAN_FIELD));
    print_section(cli, TEXT_CLI_MAN_DESCRIPTION, TEXT_CLI_MAN_ABOUT);
    roff_section(cli->out, cli_text(cli, TEXT_CLI_MAN_COMMANDS));
    print_commands(cli);
    roff_section(cli->out, cli_text(cli, TEXT_CLI_MAN_OPTIONS));
    print_options(cli);
    print_section(cli, TEXT_CLI_MAN_EXIT, TEXT_CLI_EXIT_CODES);
    return EXIT_DONE;
}

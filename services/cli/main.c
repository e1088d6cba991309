// SPDX-License-Identifier: Apache-2.0
// rufbus: options, then words. 0 done, 1 refused, 2 wrong use.
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "services/cli/commands.h"
#include "services/cli/help.h"
#include "services/cli/say.h"

#define ARENA_BYTES_MAX ((size_t)256 << 20)

static const char *environment(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

// One option with a value: where it goes, NULL when it is none of these.
static const char **slot_of(struct cli *cli, const char *option)
{
    const struct {
        const char *name;
        const char **slot;
    } slots[] = {
#define FLAG(...)
#define OTHER(...)
#define SLOT(word, member, ...) { word, &cli->member },
#include "services/cli/options.def"
#undef FLAG
#undef OTHER
#undef SLOT
    };
    for (size_t i = 0; i < COUNT_OF(slots); i++) {
        if (strcmp(option, slots[i].name) == 0)
            return slots[i].slot;
    }
    return NULL;
}

static bool take_flag(struct cli *cli, const char *option)
{
    if (strcmp(option, "--english") == 0)
        return cli->english = true;
    if (strcmp(option, "--german") == 0)
        return !(cli->english = false);
    if (strcmp(option, "--all") == 0)
        return cli->all = true;
    return false;
}

// --json alone prints JSON; before a file or "-" (with `call`) it reads the request as well.
static bool takes_file(const struct cli *cli, const char *next)
{
    bool call = cli->word_count > 0 && strcmp(cli->words[0], "call") == 0;
    return call && next && (strcmp(next, "-") == 0 || (*next != '-' && !strchr(next, '=')));
}

static bool take_wait(struct cli *cli, const char *value)
{
    char *end;
    errno = 0;
    long wait_ms = strtol(value, &end, 10);
    if (errno || *end || wait_ms < 1 || wait_ms > 3600000)
        return false;
    cli->wait_ms = wait_ms;
    return true;
}

// Sorts argv into options and words; 0, or the exit code.
static int take_arguments(struct cli *cli, int argc, char **argv, const char **words)
{
    cli->words = words;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
        const char **slot = slot_of(cli, word);
        if (strcmp(word, "--json") == 0) {
            cli->json = true;
            if (takes_file(cli, next))
                cli->input = argv[++i];
        } else if (slot || strcmp(word, "--wait") == 0) {
            if (!next)
                return cli_usage(cli, TEXT_CLI_OPTION_NEEDS_VALUE, word, NULL);
            if (slot)
                *slot = next;
            else if (!take_wait(cli, next))
                return cli_usage(cli, TEXT_CLI_WAIT_RANGE, next, NULL);
            i++;
        } else if (!take_flag(cli, word)) {
            words[cli->word_count++] = word;
        }
    }
    return EXIT_DONE;
}

static bool asks_help(struct cli *cli)
{
    for (size_t i = 0; i < cli->word_count; i++) {
        if (strcmp(cli->words[i], "--help") == 0 || strcmp(cli->words[i], "-h") == 0) {
            cli->word_count = i;
            return true;
        }
    }
    if (cli->word_count > 0 && strcmp(cli->words[0], "help") == 0) {
        cli->words++;
        cli->word_count--;
        return true;
    }
    return false;
}

static int run_words(struct cli *cli)
{
    bool help = asks_help(cli);
    if (cli->word_count == 1 && strcmp(cli->words[0], "--version") == 0) {
        printf("rufbus %s\n", RUFBUS_VERSION);
        return EXIT_DONE;
    }
    if (cli->word_count == 0) {
        command_help(cli, NULL);
        return help ? EXIT_DONE : EXIT_USAGE;
    }
    const struct command *command = command_find(cli);
    if (!command)
        return command_unknown(cli, help);
    if (help) {
        command_help(cli, command);
        return EXIT_DONE;
    }
    return command_run(cli, command);
}

int main(int argc, char **argv)
{
    (void)setlocale(LC_CTYPE, "");
    struct cli cli = {
        .zone = "Europe/Berlin",
        .wait_ms = 5000,
        .out = stdout,
        .commands = command_list,
        .command_count = command_count,
        .english = strncmp(environment("RUFBUS_LANG", "de"), "en", 2) == 0,
        .home = environment("RUFBUS_HOME", NULL),
    };
    const char **words = calloc((size_t)argc + 1, sizeof *words);
    if (!words)
        abort();
    int code = take_arguments(&cli, argc, argv, words);
    if (code == EXIT_DONE) {
        cli.arena = arena_new(ARENA_BYTES_MAX);
        code = run_words(&cli);
        arena_free(cli.arena);
    }
    free(words);
    if (fflush(stdout) != 0 && code == EXIT_DONE)
        code = EXIT_REFUSED;
    return code;
}

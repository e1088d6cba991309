// SPDX-License-Identifier: Apache-2.0
// rufbus completion bash: a script that knows the commands' words, the options, the methods and
// their fields. It asks nobody when the key is pressed: everything is in the script.
#include <string.h>

#include "services/cli/actions.h"
#include "services/cli/command.h"
#include "services/cli/options.h"
#include "services/cli/say.h"

// What the script does with its tables. $path: the command's words so far; $method: whose fields
// are offered.
static const char script[] =
    "_rufbus() {\n"
    "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
    "    local path='' method='' word='' i open=1\n"
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=\"${COMP_WORDS[i]}\"\n"
    "        if [[ \" $_rufbus_valued \" == *\" $word \"* ]]; then\n"
    "            ((i++))\n"
    "        elif [[ $word != -* && $open == 1 ]]; then\n"
    "            if [[ \" $(_rufbus_next \"$path\") \" == *\" $word \"* ]]; then\n"
    "                path=\"${path:+$path }$word\"\n"
    "            else\n"
    "                [[ $path == call || $path == methods ]] && method=\"$word\"\n"
    "                open=0\n"
    "            fi\n"
    "        fi\n"
    "    done\n"
    "    case \"$prev\" in\n"
    "    --home|--keys|--run) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return ;;\n"
    "    --service) mapfile -t COMPREPLY < <(compgen -W \"$_rufbus_services\" -- \"$cur\"); return "
    ";;\n"
    "    esac\n"
    "    [[ \" $_rufbus_valued \" == *\" $prev \"* || $prev == '=' || $cur == '=' ]] && return\n"
    "    if [[ $cur == -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$_rufbus_options $(_rufbus_own \"$path\")\" -- "
    "\"$cur\")\n"
    "        return\n"
    "    fi\n"
    "    [[ -n $method ]] || method=\"$(_rufbus_method \"$path\")\"\n"
    "    [[ -n $method ]] || method=\"$path\"\n"
    "    word=\"$(_rufbus_fields \"$method\")\"\n"
    "    [[ $open == 1 ]] && word=\"$(_rufbus_next \"$path\") $word\"\n"
    "    [[ $open == 1 && ( $path == call || $path == methods ) ]] && word=\"$word "
    "$_rufbus_methods\"\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$word\" -- \"$cur\")\n"
    "    [[ $path == replay || $path == load || $path == import\\ * || $path == export\\ * || "
    "$path == inquiry\\ attach || $path == inquiry\\ mail ]] &&\n"
    "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null\n"
    "    return 0\n"
    "}\n"
    "complete -F _rufbus rufbus\n";

// --- lists of words
static void print_option_lists(const struct cli *cli)
{
    fputs("_rufbus_options='", cli->out);
    for (size_t i = 0; i < cli_option_count; i++)
        fprintf(cli->out, "%s%s", i ? " " : "", cli_options[i].word);
    fputs("'\n_rufbus_valued='", cli->out);
    const char *before = "";
    for (size_t i = 0; i < cli_option_count; i++) {
        if (!cli_options[i].value_german)
            continue;
        fprintf(cli->out, "%s%s", before, cli_options[i].word);
        before = " ";
    }
    fputs("'\n", cli->out);
}

// Common methods belong to every schema and are said once.
static bool is_own(size_t schema, const struct method *method)
{
    return schema == 0 || strcmp(method->service, "common") != 0;
}

static void print_method_lists(const struct cli *cli)
{
    fputs("_rufbus_services='", cli->out);
    for (size_t i = 0; i < proto_service_count; i++)
        fprintf(cli->out, "%s%s", i ? " " : "", proto_schemas[i]->service);
    fputs("'\n_rufbus_methods='", cli->out);
    for (size_t i = 0; i < proto_service_count; i++) {
        for (size_t j = 0; j < proto_schemas[i]->method_count; j++) {
            if (is_own(i, proto_schemas[i]->methods[j]))
                fprintf(cli->out, "%s%s", i + j ? " " : "", proto_schemas[i]->methods[j]->name);
        }
    }
    fputs("'\n", cli->out);
}

// Commands without a method say their fields in what may stand behind them: [staff=NAME].
static void print_own_fields(const struct cli *cli, const struct command *command)
{
    const char *before = "";
    const char *at = command->synopsis ? strchr(command->synopsis, '=') : NULL;
    if (!at)
        return;
    fprintf(cli->out, "    '%s') echo '", command->words);
    for (; at; at = strchr(at + 1, '=')) {
        const char *name = at;
        while (name > command->synopsis && strspn(name - 1, "abcdefghijklmnopqrstuvwxyz_") > 0)
            name--;
        if (name == at || (at - name == 5 && strncmp(name, "field", 5) == 0))
            continue;
        fprintf(cli->out, "%s%.*s=", before, (int)(at - name), name);
        before = " ";
    }
    fputs("' ;;\n", cli->out);
}

static void print_fields(const struct cli *cli)
{
    fputs("_rufbus_fields() {\n    case \"$1\" in\n", cli->out);
    for (size_t i = 0; i < proto_service_count; i++) {
        for (size_t j = 0; j < proto_schemas[i]->method_count; j++) {
            const struct method *method = proto_schemas[i]->methods[j];
            const struct record *record = method->in();
            if (!is_own(i, method))
                continue;
            fprintf(cli->out, "    %s) echo '", method->name);
            for (size_t k = 0; k < record->count; k++)
                fprintf(cli->out, "%s%s=", k ? " " : "", record->fields[k].name);
            fputs("' ;;\n", cli->out);
        }
    }
    for (size_t i = 0; i < cli->command_count; i++)
        print_own_fields(cli, &cli->commands[i]);
    fputs("    esac\n}\n", cli->out);
}

// --- the commands' words as a tree
// How many bytes of `words` are its first `depth` words; 0 when it has no more than these.
static size_t size_of_path(const char *words, size_t depth)
{
    size_t size = 0;
    for (size_t i = 0; i < depth; i++) {
        size += strcspn(words + size, " ");
        if (!words[size])
            return 0;
        size += i + 1 < depth;
    }
    return size;
}

static bool has_path(const struct command *command, const char *path, size_t size)
{
    return strncmp(command->words, path, size) == 0 && (size == 0 || command->words[size] == ' ');
}

// The words that may follow the first `size` bytes of `path`, each once.
static void print_followers(const struct cli *cli, const char *path, size_t size)
{
    const char *before = "";
    for (size_t i = 0; i < cli->command_count; i++) {
        const struct command *command = &cli->commands[i];
        if (!has_path(command, path, size))
            continue;
        const char *word = command->words + size + (size > 0);
        size_t length = strcspn(word, " ");
        bool said = false;
        for (size_t j = 0; j < i && !said; j++) {
            const char *other = cli->commands[j].words + size + (size > 0);
            said = has_path(&cli->commands[j], path, size) && strcspn(other, " ") == length &&
                   memcmp(other, word, length) == 0;
        }
        if (said)
            continue;
        fprintf(cli->out, "%s%.*s", before, (int)length, word);
        before = " ";
    }
}

static bool is_first_with(const struct cli *cli, size_t at, size_t size)
{
    for (size_t j = 0; j < at; j++) {
        if (has_path(&cli->commands[j], cli->commands[at].words, size))
            return false;
    }
    return true;
}

static void print_next(const struct cli *cli)
{
    fputs("_rufbus_next() {\n    case \"$1\" in\n    '') echo 'help ", cli->out);
    print_followers(cli, "", 0);
    fputs("' ;;\n", cli->out);
    for (size_t i = 0; i < cli->command_count; i++) {
        const char *words = cli->commands[i].words;
        for (size_t depth = 1, size; (size = size_of_path(words, depth)) > 0; depth++) {
            if (!is_first_with(cli, i, size))
                continue;
            fprintf(cli->out, "    '%.*s') echo '", (int)size, words);
            print_followers(cli, words, size);
            fputs("' ;;\n", cli->out);
        }
    }
    fputs("    esac\n}\n", cli->out);
}

static void print_methods_of_commands(const struct cli *cli)
{
    fputs("_rufbus_method() {\n    case \"$1\" in\n", cli->out);
    for (size_t i = 0; i < cli->command_count; i++) {
        if (cli->commands[i].method)
            fprintf(cli->out, "    '%s') echo %s ;;\n", cli->commands[i].words,
                    cli->commands[i].method->name);
    }
    fputs("    esac\n}\n", cli->out);
}

// Options of single commands stand in what is said of the words behind them.
static void print_own_options(const struct cli *cli)
{
    fputs("_rufbus_own() {\n    case \"$1\" in\n", cli->out);
    for (size_t i = 0; i < cli->command_count; i++) {
        const struct command *command = &cli->commands[i];
        const char *at = command->synopsis ? strstr(command->synopsis, "--") : NULL;
        if (!at)
            continue;
        fprintf(cli->out, "    '%s') echo '", command->words);
        while (at) {
            size_t size = 2 + strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");
            const char *next = strstr(at + size, "--");
            fprintf(cli->out, "%.*s%s", (int)size, at, next ? " " : "");
            at = next;
        }
        fputs("' ;;\n", cli->out);
    }
    fputs("    esac\n}\n", cli->out);
}

int action_completion(struct cli *cli)
{
    if (cli->word_count != 1 || strcmp(cli->words[0], "bash") != 0)
        return cli_usage(cli, TEXT_CLI_COMPLETION_USAGE, NULL);
    fprintf(cli->out, "# bash completion for rufbus %s; made by: rufbus completion bash\n",
            RUFBUS_VERSION);
    print_option_lists(cli);
    print_method_lists(cli);
    print_fields(cli);
    print_next(cli);
    print_methods_of_commands(cli);
    print_own_options(cli);
    fputs(script, cli->out);
    return EXIT_DONE;
}

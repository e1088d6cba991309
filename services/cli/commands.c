// SPDX-License-Identifier: Apache-2.0
// The table of commands, finding one, and carrying it out.
#include "services/cli/commands.h"

#include <string.h>

#include "services/cli/actions.h"
#include "services/cli/method.h"

#define COMMAND(words, method, positions, columns, german, english)                                \
    { words, &method_##method, positions, columns, german, english, NULL, NULL, NULL },
#define COMMAND_OTHERWISE(words, method, positions, otherwise, columns, german, english)           \
    { words, &method_##method, positions, columns, german, english, NULL, otherwise, NULL },
#define ACTION(words, function, synopsis, german, english)                                         \
    { words, NULL, "", NULL, german, english, function, NULL, synopsis },
const struct command command_list[] = {
#include "services/cli/commands.def"
};
#undef COMMAND
#undef COMMAND_OTHERWISE
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

int command_run(struct cli *cli, const struct command *command)
{
    if (command->run)
        return command->run(cli);
    return method_run(cli, command);
}

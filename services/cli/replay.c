// SPDX-License-Identifier: Apache-2.0
// rufbus replay FILE.ami...: shows what Rufbus makes of a capture; needs no running house.
#include <stdlib.h>
#include <string.h>

#include "common/wire/json.h"
#include "services/cli/actions.h"
#include "services/cli/print.h"
#include "services/cli/say.h"
#include "services/telephony/rehearsal.h"

#define COLUMNS                                                                                    \
    "started_at direction caller caller_name called agent talk_ms outcome ended_by "               \
    "transferred_to "                                                                              \
    "source"

// "x.conn2.ami" where "x.ami" is played too: its later connection, read with it.
static bool is_later_connection(const struct cli *cli, const char *path)
{
    const char *mark = strstr(path, ".conn");
    if (!mark || strlen(mark) < 10 || strcmp(mark + strlen(mark) - 4, ".ami") != 0)
        return false;
    size_t size = (size_t)(mark - path);
    for (size_t i = 0; i < cli->word_count; i++) {
        if (strncmp(cli->words[i], path, size) == 0 && strcmp(cli->words[i] + size, ".ami") == 0)
            return true;
    }
    return false;
}

// The file's name without folder and ".ami".
static const char *source_of(const struct cli *cli, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t size = strlen(name);
    if (size > 4 && strcmp(name + size - 4, ".ami") == 0)
        size -= 4;
    if (size > 60)
        size = 60;
    return size ? arena_text(cli->arena, name, size) : "replay";
}

static bool play_all(struct cli *cli, struct rehearsal *rehearsal, struct err *err)
{
    for (size_t i = 0; i < cli->word_count; i++) {
        const char *path = cli->words[i];
        if (!is_later_connection(cli, path) &&
            !rehearsal_play(rehearsal, source_of(cli, path), path, err))
            return false;
    }
    return true;
}

int action_replay(struct cli *cli)
{
    if (cli->word_count == 0)
        return cli_usage(cli, TEXT_CLI_FILE_MISSING, NULL);
    struct phone_home home = { .country = "49" };
    struct err err = { 0 };
    const struct call *calls;
    size_t count;
    struct rehearsal *rehearsal = rehearsal_new(&home, &err);
    bool played = rehearsal && play_all(cli, rehearsal, &err) &&
                  rehearsal_calls(rehearsal, cli->arena, &calls, &count, &err);
    rehearsal_free(rehearsal);
    if (!played)
        return cli_refused(cli, &err);
    if (!cli->json) {
        print_table(cli, call_record(), calls, count, COLUMNS);
        return EXIT_DONE;
    }
    char *text = json_write_array(call_record(), calls, count, JSON_FULL, cli->arena);
    if (!text)
        return cli_usage(cli, TEXT_CLI_OUT_OF_MEMORY, NULL);
    fprintf(cli->out, "%s\n", text);
    return EXIT_DONE;
}

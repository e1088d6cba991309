// SPDX-License-Identifier: Apache-2.0
// What every command says, in the reader's language.
#include "services/cli/say.h"

#include <stdarg.h>
#include <string.h>

#include "common/wire/json.h"

const char *cli_text(const struct cli *cli, enum text_id text)
{
    return cli->english ? text_english(text) : text_german(text);
}

int cli_refused(const struct cli *cli, const struct err *err)
{
    const char *text = cli->english ? err->english : err->german;
    if (cli->json) {
        struct problem problem = {
            .code = err_word(err->code),
            .field = *err->field ? err->field : NULL,
            .detail = err->german,
            .detail_en = err->english,
        };
        const char *json = json_write(problem_record(), &problem, JSON_LINE, cli->arena);
        fprintf(stderr, "%s\n", json ? json : "{}");
    } else {
        fprintf(stderr, "%s%s%s\n", err->field, *err->field ? ": " : "", text);
    }
    // A file that was named and is not there was never a question to be refused.
    bool missing = err->text == TEXT_CLI_FILE_UNREADABLE || err->text == TEXT_AMI_REPLAY_MISSING;
    return missing ? EXIT_USAGE : EXIT_REFUSED;
}

int cli_misused(const struct cli *cli, const struct err *err)
{
    int code = cli_refused(cli, err);
    return err->code == ERR_INVALID ? EXIT_USAGE : code;
}

int cli_usage(const struct cli *cli, enum text_id text, ...)
{
    struct err err = { 0 };
    const char *words[4] = { 0 };
    va_list list;
    va_start(list, text);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        words[i] = va_arg(list, const char *);
        if (!words[i])
            break;
    }
    va_end(list);
    (void)fail(&err, ERR_INVALID, NULL, text, words[0], words[1], words[2], NULL);
    fprintf(stderr, "%s\n", cli->english ? err.english : err.german);
    return EXIT_USAGE;
}

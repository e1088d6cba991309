// SPDX-License-Identifier: Apache-2.0
// Small commands that are more than one method: call, schema.
#include "services/cli/actions.h"

#include <string.h>

#include "common/describe/describe.h"
#include "services/cli/method.h"
#include "services/cli/say.h"

int action_call(struct cli *cli)
{
    if (cli->word_count == 0)
        return cli_usage(cli, TEXT_CLI_METHOD_MISSING, NULL);
    const struct method *method = proto_method(cli->service, cli->words[0]);
    if (!method)
        return cli_usage(cli, TEXT_CLI_UNKNOWN_METHOD, cli->words[0], NULL);
    cli->words++;
    cli->word_count--;
    cli->json_answer = true; // what was asked by the method's name is answered by the fields' names
    return method_run(cli, &(struct command){ .method = method, .positions = "" });
}

int action_schema(struct cli *cli)
{
    const char *form = cli->word_count == 1 ? cli->words[0] : "";
    char *text = NULL;
    if (strcmp(form, "--asyncapi") == 0)
        text = describe_asyncapi(cli->arena);
    else if (strcmp(form, "--markdown") == 0)
        text = describe_markdown(cli->arena);
    else
        return cli_usage(cli, TEXT_CLI_SCHEMA_FORM, NULL);
    if (!text)
        return cli_usage(cli, TEXT_CLI_OUT_OF_MEMORY, NULL);
    fputs(text, cli->out);
    return EXIT_DONE;
}

// SPDX-License-Identifier: Apache-2.0
// rufbus search WORDS... [field=value...]: who and which file fits what is typed (contacts), and
// everything that was recorded (timekeeping), in one go. With a field of the archive's it alone is
// asked.
#include <stdlib.h>
#include <string.h>

#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/input.h"
#include "services/cli/print.h"
#include "services/cli/say.h"

#define HOUSE_TEXT    120 // as far as contacts reads
#define HOUSE_COLUMNS "rank kind title detail client_name id"
#define COLUMNS       "at kind title detail staff_name file_number client_name id"

struct searching {
    struct cli *cli;
    struct client *client;
    struct record_query query;
    bool only_records; // something was asked that contacts has not
    struct search_hits house;
    struct record_hits records;
};

// --- what is asked

static bool is_field(const char *word)
{
    char name[40] = "";
    size_t size = strcspn(word, "=");

    if (!word[size] || size >= sizeof name)
        return false;
    memcpy(name, word, size);
    return record_field(record_query_record(), name) != NULL;
}

// Words become one text; fields stay.
static bool read_question(struct searching *searching, struct err *err)
{
    struct cli *cli = searching->cli;
    const char **words = arena_array(cli->arena, cli->word_count + 1, sizeof *words);
    const char *text = NULL;
    size_t count = 0;

    for (size_t i = 0; words && i < cli->word_count; i++) {
        const char *word = cli->words[i];
        if (!is_field(word)) {
            text = text ? arena_format(cli->arena, "%s %s", text, word) : word;
            continue;
        }
        searching->only_records |= strncmp(word, "limit=", 6) != 0;
        words[count++] = word;
    }
    if (words && text)
        words[count++] = text;
    searching->only_records |= cli->input != NULL;
    cli->words = words;
    cli->word_count = count;
    return input_fill(cli, &method_record_search, "text", &searching->query, err);
}

// --- the answer

static int print_found(struct searching *searching)
{
    struct cli *cli = searching->cli;

    if (cli->json || cli->json_answer) {
        const char *house =
            json_write(search_hits_record(), &searching->house, JSON_FULL, cli->arena);
        const char *records =
            json_write(record_hits_record(), &searching->records, JSON_FULL, cli->arena);
        // The house's hits as they always were, the archive's beside them.
        if (!house || !records)
            abort(); // the arena is far larger than two answers
        fprintf(cli->out, "%.*s,\"records\":%s}\n", (int)strlen(house) - 1, house, records);
        return EXIT_DONE;
    }
    if (searching->house.hits_count) {
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_FINDING_HOUSE));
        print_table(cli, search_hit_record(), searching->house.hits, searching->house.hits_count,
                    HOUSE_COLUMNS);
        fprintf(cli->out, "\n%s\n", cli_text(cli, TEXT_FINDING_ARCHIVE));
    }
    print_table(cli, record_hit_record(), searching->records.hits, searching->records.hits_count,
                COLUMNS);
    if (searching->records.next)
        fprintf(cli->out, "%s after=%s\n", cli_text(cli, TEXT_CLI_MORE_ROWS),
                searching->records.next);
    return EXIT_DONE;
}

static bool asks_house(const struct searching *searching)
{
    return !searching->only_records && searching->query.text &&
           strlen(searching->query.text) <= HOUSE_TEXT;
}

static int find(struct searching *searching)
{
    struct cli *cli = searching->cli;
    struct err err = { 0 };

    if (!read_question(searching, &err))
        return cli_misused(cli, &err);
    struct search_query query = { .text = searching->query.text,
                                  .has_limit = searching->query.has_limit,
                                  .limit = searching->query.limit };
    if (asks_house(searching)) {
        enum call_result result = call_search(searching->client, &query, &searching->house);
        if (result != CALL_DONE)
            return connect_explain(cli, searching->client, &method_search, result);
    }
    enum call_result result =
        call_record_search(searching->client, &searching->query, &searching->records);
    int code = result == CALL_DONE
                   ? EXIT_DONE
                   : connect_explain(cli, searching->client, &method_record_search, result);
    // What contacts has found is shown also where the archive cannot be asked.
    (void)print_found(searching);
    return code;
}

int action_search(struct cli *cli)
{
    struct searching searching = { .cli = cli };
    struct err err = { 0 };

    if (cli->word_count == 0 && !cli->input)
        return cli_usage(cli, TEXT_FINDING_NOTHING, NULL);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    searching.client = caller_client(caller);
    int code = find(&searching);
    caller_free(caller);
    return code;
}

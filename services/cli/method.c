// SPDX-License-Identifier: Apache-2.0
// One method: the words into its request, its answer as rows or JSON.
#include "services/cli/method.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/json.h"
#include "services/cli/connect.h"
#include "services/cli/input.h"
#include "services/cli/naming.h"
#include "services/cli/print.h"
#include "services/cli/say.h"

// The list of a page-like answer: its only LIST field, or of several the first that is not empty.
// *columns moves on to those meant for it (apart by |). NULL when the answer is one row.
static const struct field *list_of(const struct record *record, const void *out,
                                   const char **columns)
{
    const struct field *first = NULL;
    const char *first_columns = *columns, *own = *columns;
    // Others of many fields are rows that hold lists.
    bool is_page = record->count <= 4 || record_field(record, "more");
    for (size_t i = 0; i < record->count && is_page; i++) {
        const struct field *field = &record->fields[i];
        size_t count;
        if (field->type != FIELD_LIST)
            continue;
        memcpy(&count, (const char *)out + field->count_offset, sizeof count);
        if (count > 0) {
            *columns = own;
            return field;
        }
        first = first ? first : field;
        const char *next = own ? strchr(own, '|') : NULL;
        own = next ? next + 1 : own;
    }
    *columns = first_columns;
    return first;
}

// "file.parties: name role" names a list within the row, which is shown as a table below it; moves
// both behind what was read. NULL without a colon, or when the list is not there.
static const struct field *list_within(const struct record *record, const void **row,
                                       const char **columns)
{
    const char *colon = strchr(*columns, ':');
    for (const char *at = *columns; colon && at < colon; at++) {
        char name[64] = "";
        size_t size = strcspn(at, ".:");
        if (size >= sizeof name)
            return NULL;
        memcpy(name, at, size);
        at += size;
        const struct field *field = record_field(record, name);
        if (!field || !field_present(field, *row))
            return NULL;
        if (field->type == FIELD_LIST) {
            *columns = colon + 1;
            return field;
        }
        record = field->record();
        memcpy(row, (const char *)*row + field->offset, sizeof *row);
    }
    return NULL;
}

static void print_list(const struct cli *cli, const struct field *list, const void *row,
                       const char *columns)
{
    size_t count;
    memcpy(&count, (const char *)row + list->count_offset, sizeof count);
    const void *rows;
    memcpy(&rows, (const char *)row + list->offset, sizeof rows);
    print_table(cli, list->record(), rows, count, columns + strspn(columns, " "));
}

// What a page says beside its rows: sums.
static void print_beside(const struct cli *cli, const struct record *record, const void *out)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        const void *row;
        if (field->type != FIELD_ONE || !field_present(field, out))
            continue;
        memcpy(&row, (const char *)out + field->offset, sizeof row);
        fprintf(cli->out, "%s: ", cli->english ? field->name : field->german);
        print_row(cli, field->record(), row, NULL);
    }
}

static void print_answer(const struct cli *cli, const struct method *method, const void *out,
                         const char *columns)
{
    const struct record *record = method->out();
    if (cli->json || cli->json_answer) {
        const char *text = json_write(record, out, JSON_FULL, cli->arena);
        fprintf(cli->out, "%s\n", text ? text : "null");
        return;
    }
    if (columns && strchr(columns, ':')) {
        print_row(cli, record, out, NULL);
        const void *row = out;
        const struct field *within = list_within(record, &row, &columns);
        if (within)
            print_list(cli, within, row, columns);
        return;
    }
    const struct field *list = list_of(record, out, &columns);
    if (!list || !columns) {
        print_row(cli, record, out, columns);
        return;
    }
    print_list(cli, list, out, columns);
    print_beside(cli, record, out);
    const struct field *more = record_field(record, "more");
    if (more && *(const bool *)((const char *)out + more->offset))
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_MORE_ROWS));
}

int method_run(struct cli *cli, const struct command *command)
{
    const struct method *method = command->method;
    struct err err = { 0 };
    void *in = arena_alloc(cli->arena, method->in()->size);
    void *out = arena_alloc(cli->arena, method->out()->size);
    if (!in || !out)
        abort(); // the arena is far larger than any record
    if (!input_fill(cli, method, command->positions, in, &err))
        return cli_misused(cli, &err);
    if (command->otherwise && !input_otherwise(cli, method, command->otherwise, in, &err))
        return cli_refused(cli, &err);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    struct client *client = caller_client(caller);
    enum call_result result = client_call(client, method, in, out);
    int code = EXIT_DONE;
    cli->naming = naming_new(client);
    if (result == CALL_DONE)
        print_answer(cli, method, out, command->columns);
    else
        code = connect_explain(cli, client, method, result);
    naming_free(cli->naming);
    cli->naming = NULL;
    caller_free(caller);
    return code;
}

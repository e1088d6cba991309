// SPDX-License-Identifier: Apache-2.0
// rufbus export entries|inquiries|callbacks|calls FILE.xlsx|.csv: page by page into the file, which
// gets its name when it is whole.
#include <string.h>
#include <strings.h>

#include "services/cli/actions.h"
#include "services/cli/cells.h"
#include "services/cli/say.h"

#define COLUMNS_MAX 40
#define WORDS_MAX   20

struct list_export {
    struct listing listing;
    const struct list_table *table;
    const char *path;
    struct sheet_writer *writer;
    struct sheet_column columns[COLUMNS_MAX];
    struct cell_place places[COLUMNS_MAX];
    const char *words[WORDS_MAX + 2];
    size_t word_count;
};

// The titles are known with the method; the file is made before the first row is asked for, so that
// a folder that is not there is said at once.
static bool open_sheet(struct list_export *exporting, enum sheet_form form, struct err *err)
{
    const struct list_table *table = exporting->table;
    const struct method *method = proto_method(NULL, table->method);
    const struct cli *cli = exporting->listing.cli;
    if (!method)
        return fail(err, ERR_INVALID, NULL, TEXT_CLI_UNKNOWN_METHOD, table->method, NULL);
    const void *nothing = arena_alloc(cli->arena, method->out()->size);
    const struct record *record = listing_page(method, nothing).record;
    for (size_t i = 0; i < table->count; i++) {
        exporting->places[i] = cell_place(record, &table->columns[i]);
        exporting->columns[i] = (struct sheet_column){
            .title = cell_title(&exporting->listing, &table->columns[i], record),
            .width = table->columns[i].width,
            .sum = table->columns[i].sum,
        };
    }
    exporting->writer =
        sheet_writer_new(form, exporting->path, cli->english ? table->sheet_en : table->sheet,
                         exporting->columns, table->count, err);
    return exporting->writer != NULL;
}

static bool write_row(void *context, const struct record *record, const void *row, struct err *err)
{
    struct list_export *exporting = context;
    (void)record; // known since the file was opened
    struct sheet_value values[COLUMNS_MAX];
    for (size_t i = 0; i < exporting->table->count; i++)
        values[i] = cell_value(&exporting->listing, &exporting->places[i], row);
    return sheet_writer_values(exporting->writer, values, err);
}

static bool asks_for_state(const struct list_export *exporting)
{
    for (size_t i = 0; i < exporting->word_count; i++) {
        if (strncmp(exporting->words[i], "state=", 6) == 0)
            return true;
    }
    return false;
}

static int write_rows(struct list_export *exporting)
{
    const struct list_table *table = exporting->table;
    const char *const *halves = asks_for_state(exporting) ? NULL : table->halves;
    int code = EXIT_DONE;
    do {
        exporting->words[exporting->word_count] = halves ? *halves++ : NULL;
        code = listing_rows(&exporting->listing, table->method, exporting->words, write_row,
                            exporting);
    } while (code == EXIT_DONE && halves && *halves);
    return code;
}

static int write_file(struct list_export *exporting, enum sheet_form form)
{
    struct cli *cli = exporting->listing.cli;
    struct err err = { 0 };
    exporting->listing.what = exporting->path;
    if (!open_sheet(exporting, form, &err))
        return cli_refused(cli, &err);
    int code = write_rows(exporting);
    transfer_progress_end(&exporting->listing.progress);
    if (code != EXIT_DONE) {
        sheet_writer_drop(exporting->writer);
        return code;
    }
    if (!sheet_writer_close(exporting->writer, &err))
        return cli_refused(cli, &err);
    long long count = (long long)exporting->listing.count;
    if (cli->json)
        fprintf(cli->out, "{\"rows\": %lld}\n", count);
    else
        fprintf(cli->out, "%s: %lld %s\n", exporting->path, count,
                cli_text(cli, count == 1 ? TEXT_LISTING_ROW : TEXT_LISTING_ROWS));
    return EXIT_DONE;
}

static bool take_words(struct list_export *exporting, const struct cli *cli, enum sheet_form *form)
{
    if (cli->word_count == 0 || cli->word_count > WORDS_MAX)
        return false;
    exporting->path = cli->words[0];
    const char *dot = strrchr(exporting->path, '.');
    if (!dot || (strcasecmp(dot, ".xlsx") != 0 && strcasecmp(dot, ".csv") != 0))
        return false;
    *form = strcasecmp(dot, ".csv") == 0 ? SHEET_FORM_CSV : SHEET_FORM_XLSX;
    for (size_t i = 1; i < cli->word_count; i++)
        exporting->words[exporting->word_count++] = cli->words[i];
    return true;
}

static int export_table(struct cli *cli, const char *word)
{
    struct list_export exporting = { .table = list_tables };
    enum sheet_form form;
    while (strcmp(exporting.table->word, word) != 0)
        exporting.table++;
    if (!take_words(&exporting, cli, &form))
        return cli_usage(cli, TEXT_EXPORT_LIST_USAGE, word, NULL);
    int code = listing_begin(&exporting.listing, cli);
    if (code == EXIT_DONE)
        code = write_file(&exporting, form);
    listing_end(&exporting.listing);
    return code;
}

int action_export_entries(struct cli *cli)
{
    return export_table(cli, "entries");
}

int action_export_inquiries(struct cli *cli)
{
    return export_table(cli, "inquiries");
}

int action_export_callbacks(struct cli *cli)
{
    return export_table(cli, "callbacks");
}

int action_export_calls(struct cli *cli)
{
    return export_table(cli, "calls");
}

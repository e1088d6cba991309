// SPDX-License-Identifier: Apache-2.0
// rufbus import contacts FILE: shows what the file says and what would become of it, asks, and
// takes it over in batches. Broken off, the same command goes on where it was.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/sheet/write.h"
#include "common/wire/codec.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/import_file.h"
#include "services/cli/print.h"
#include "services/cli/say.h"
#include "services/cli/transfer.h"

#define BATCH_ROWS   200
#define BATCH_BYTES  ((size_t)400 << 10)
#define MEMORY       ((size_t)32 << 20)
#define SHOWN_ROWS   5
#define SHOWN_FAULTS 10
#define FAULTS_MAX   100000 // kept for the file of rejected rows

struct fault {
    bool remark; // the row was taken all the same
    int64_t row;
    const char *field, *german, *english;
};

struct importing {
    struct cli *cli;
    struct client *client;
    struct import_file file;
    struct id client_id;
    enum import_match match;
    enum import_known known;
    bool again, yes, preview;
    const char *rejects_path;
    struct id import; // zero: only looked at
    // the batch
    struct arena *arena;
    struct import_row rows[BATCH_ROWS];
    size_t count, bytes;
    // what came of it
    struct import_result sums;
    struct fault *faults;
    size_t fault_count, fault_room;
    struct contact_new shown[SHOWN_ROWS];
    size_t shown_count;
    int64_t contacts, rejected;
    struct transfer_progress progress;
    int code; // EXIT_DONE while all goes well
};

// --- faults of rows
static const char *kept(const char *text)
{
    char *copy = text && *text ? strdup(text) : NULL;
    if (text && *text && !copy)
        abort();
    return copy;
}

static void add_fault(struct importing *importing, const struct fault *fault)
{
    importing->fault_count++;
    if (importing->fault_count > FAULTS_MAX)
        return;
    if (importing->fault_count > importing->fault_room) {
        importing->fault_room = importing->fault_room * 2 + 64;
        importing->faults =
            realloc(importing->faults, importing->fault_room * sizeof *importing->faults);
        if (!importing->faults)
            abort();
    }
    importing->faults[importing->fault_count - 1] =
        (struct fault){ fault->remark, fault->row, kept(fault->field), kept(fault->german),
                        kept(fault->english) };
}

static size_t faults_kept(const struct importing *importing)
{
    return importing->fault_count < FAULTS_MAX ? importing->fault_count : FAULTS_MAX;
}

static void faults_clear(struct importing *importing)
{
    for (size_t i = 0; i < faults_kept(importing); i++) {
        free((void *)(uintptr_t)importing->faults[i].field);
        free((void *)(uintptr_t)importing->faults[i].german);
        free((void *)(uintptr_t)importing->faults[i].english);
    }
    importing->fault_count = 0;
}

// Rejected rows first, then those to look at.
static int by_row(const void *a, const void *b)
{
    const struct fault *first = a, *second = b;
    if (first->remark != second->remark)
        return first->remark - second->remark;
    return (first->row > second->row) - (first->row < second->row);
}

static const char *fault_text(const struct importing *importing, const struct fault *fault)
{
    return importing->cli->english ? fault->english : fault->german;
}

// "emails[0]" as "E-Mail"; a heading of the file as it is.
static const char *fault_field(const struct importing *importing, const struct fault *fault)
{
    const struct cli *cli = importing->cli;
    size_t size = fault->field ? strcspn(fault->field, "[.") : 0;
    char *name = size && !cli->english ? arena_text(cli->arena, fault->field, size) : NULL;
    const struct field *field = name ? record_field(contact_new_record(), name) : NULL;
    return field ? field->german : fault->field;
}

// --- batches
static enum call_result send(struct importing *importing, struct import_result *out)
{
    if (id_is_zero(importing->import)) {
        struct import_check_in in = { .client = importing->client_id,
                                      .match = importing->match,
                                      .known = importing->known,
                                      .rows = importing->rows,
                                      .rows_count = importing->count };
        return call_import_check(importing->client, &in, out);
    }
    struct import_rows_in in = { .id = importing->import,
                                 .rows = importing->rows,
                                 .rows_count = importing->count };
    return call_import_rows(importing->client, &in, out);
}

static void add_result(struct importing *importing, const struct import_result *out)
{
    importing->sums.added += out->added;
    importing->sums.updated += out->updated;
    importing->sums.same += out->same;
    importing->sums.skipped += out->skipped;
    importing->sums.earlier += out->earlier;
    for (size_t i = 0; i < out->rejects_count + out->remarks_count; i++) {
        bool remark = i >= out->rejects_count;
        const struct import_reject *told =
            remark ? &out->remarks[i - out->rejects_count] : &out->rejects[i];
        importing->rejected += !remark;
        add_fault(importing, &(struct fault){ remark, told->row, told->field, told->problem,
                                              told->problem_en });
    }
}

static bool flush(struct importing *importing)
{
    struct import_result out = { 0 };
    if (importing->count == 0)
        return true;
    enum call_result result = send(importing, &out);
    if (result != CALL_DONE) {
        transfer_progress_end(&importing->progress);
        importing->code =
            connect_explain(importing->cli, importing->client, &method_import_rows, result);
        if (!id_is_zero(importing->import))
            fprintf(stderr, "%s\n", cli_text(importing->cli, TEXT_IMPORT_GOES_ON));
        return false;
    }
    add_result(importing, &out);
    importing->count = importing->bytes = 0;
    arena_reset(importing->arena);
    return true;
}

static void show_later(struct importing *importing, const struct contact_new *contact)
{
    struct err err = { 0 };
    if (importing->shown_count < SHOWN_ROWS &&
        record_copy(contact_new_record(), contact, importing->cli->arena,
                    &importing->shown[importing->shown_count], &err))
        importing->shown_count++;
}

static size_t size_of(const struct contact_new *contact)
{
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(contact_new_record(), contact, &writer);
    size_t size = writer.size;
    mp_writer_done(&writer);
    return size;
}

static bool take(void *context, int64_t row, const struct contact_new *contact,
                 const struct err *err)
{
    struct importing *importing = context;
    struct err fault = { 0 };
    transfer_progress(&importing->progress, importing->file.name, importing->contacts);
    importing->contacts++;
    if (!contact) {
        importing->rejected++;
        add_fault(importing, &(struct fault){ false, row, err->field, err->german, err->english });
        return true;
    }
    show_later(importing, contact);
    size_t bytes = size_of(contact);
    if ((importing->count == BATCH_ROWS || importing->bytes + bytes > BATCH_BYTES) &&
        !flush(importing))
        return false;
    struct contact_new *copy = arena_alloc(importing->arena, sizeof *copy);
    if (!copy || !record_copy(contact_new_record(), contact, importing->arena, copy, &fault))
        abort(); // a batch is far smaller than its arena
    importing->rows[importing->count++] = (struct import_row){ row, copy };
    importing->bytes += bytes;
    return true;
}

// All rows through import_check or import_rows; false after having said why not.
static bool pass(struct importing *importing)
{
    struct err err = { 0 };
    importing->contacts = importing->rejected = 0;
    importing->sums = (struct import_result){ 0 };
    importing->shown_count = 0;
    faults_clear(importing);
    bool read = import_file_read(&importing->file, take, importing, &err);
    bool sent = importing->code == EXIT_DONE && flush(importing);
    transfer_progress_end(&importing->progress);
    if (!read && importing->code == EXIT_DONE)
        importing->code = cli_refused(importing->cli, &err);
    if (importing->fault_count > 0)
        qsort(importing->faults, faults_kept(importing), sizeof *importing->faults, by_row);
    return read && sent;
}

// --- what people see
static void print_form(const struct importing *importing)
{
    const struct cli *cli = importing->cli;
    const struct sheet_about *about = &importing->file.about;
    if (importing->file.is_vcard) {
        fprintf(cli->out, "%s: vCard\n", importing->file.name);
        return;
    }
    fprintf(cli->out, "%s: %s", importing->file.name, about->form);
    if (about->separator == '\t')
        fprintf(cli->out, ", %s, Tab", about->encoding);
    else if (about->separator)
        fprintf(cli->out, ", %s, %c", about->encoding, about->separator);
    else
        fprintf(cli->out, ", „%s“", about->sheet);
    fprintf(cli->out, ", %s %lld\n", cli_text(cli, TEXT_IMPORT_HEADING_ROW),
            (long long)importing->file.heading);
}

static void print_columns(const struct importing *importing)
{
    const struct cli *cli = importing->cli;
    const struct columns *columns = &importing->file.columns;
    print_form(importing);
    for (size_t i = 0; !importing->file.is_vcard && i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (!column->heading)
            continue;
        bool known = column->meaning != COLUMN_NOTHING;
        int wide = (int)text_length(column->heading);
        fprintf(cli->out, "  %s%*s %s %s%s%s%s\n", column->heading, wide < 28 ? 28 - wide : 0, "",
                known ? "→" : " ",
                known ? column_title(column->meaning) : cli_text(cli, TEXT_IMPORT_NOT_READ),
                column->label ? " (" : "", column->label ? column->label : "",
                column->label ? ")" : "");
    }
}

static void print_faults(const struct importing *importing)
{
    const struct cli *cli = importing->cli;
    for (size_t i = 0; i < importing->fault_count && i < SHOWN_FAULTS; i++) {
        const struct fault *fault = &importing->faults[i];
        fprintf(cli->out, "  %s %lld (%s)%s%s: %s\n", cli_text(cli, TEXT_CLI_LINE),
                (long long)fault->row,
                cli_text(cli, fault->remark ? TEXT_IMPORT_TAKEN : TEXT_IMPORT_REJECTED),
                fault->field ? ", " : "", fault->field ? fault_field(importing, fault) : "",
                fault_text(importing, fault));
    }
    if (importing->fault_count > SHOWN_FAULTS)
        fprintf(cli->out, "  … +%zu %s\n", importing->fault_count - SHOWN_FAULTS,
                importing->rejects_path ? "" : cli_text(cli, TEXT_IMPORT_REJECTS_HINT));
}

static void print_sums(const struct importing *importing)
{
    const struct record *record = import_result_record();
    const struct cli *cli = importing->cli;
    static const char *const names[] = { "added", "updated", "same", "skipped", "earlier" };
    const char *before = "";
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct field *field = record_field(record, names[i]);
        int64_t value = *(const int64_t *)((const char *)&importing->sums + field->offset);
        if (value == 0 && i > 0)
            continue;
        fprintf(cli->out, "%s%lld %s", before, (long long)value,
                cli->english ? field->name : field->german);
        before = ", ";
    }
    if (importing->rejected > 0)
        fprintf(cli->out, "%s%lld %s", before, (long long)importing->rejected,
                cli_text(cli, TEXT_IMPORT_REJECTED));
    fputc('\n', cli->out);
    print_faults(importing);
}

// The rows that were not taken, as a table with reasons; false after having said why not.
static bool write_rejects(const struct importing *importing)
{
    static const struct sheet_column columns[] = {
        { .title = "Zeile", .width = 8 },
        { .title = "Ergebnis", .width = 14 },
        { .title = "Feld", .width = 24 },
        { .title = "Grund", .width = 90 },
    };
    const char *path = importing->rejects_path;
    const char *dot = path ? strrchr(path, '.') : NULL;
    bool csv = dot && strcmp(dot, ".csv") == 0;
    struct err err = { 0 };
    if (!path || importing->fault_count == 0)
        return true;
    struct sheet_writer *writer = sheet_writer_new(csv ? SHEET_FORM_CSV : SHEET_FORM_XLSX, path,
                                                   "Abgelehnt", columns, COUNT_OF(columns), &err);
    bool good = writer != NULL;
    for (size_t i = 0; good && i < faults_kept(importing); i++) {
        const struct fault *fault = &importing->faults[i];
        struct int_text row = int_text(fault->row);
        const char *const texts[] = {
            row.text,
            cli_text(importing->cli, fault->remark ? TEXT_IMPORT_TAKEN : TEXT_IMPORT_REJECTED),
            fault_field(importing, fault), fault_text(importing, fault)
        };
        good = sheet_writer_row(writer, texts, &err);
    }
    if (good)
        good = sheet_writer_close(writer, &err);
    else
        sheet_writer_drop(writer);
    if (!good)
        (void)cli_refused(importing->cli, &err);
    return good;
}

static void print_faults_json(const struct importing *importing, bool remarks)
{
    const struct cli *cli = importing->cli;
    const char *before = "";
    for (size_t i = 0; i < faults_kept(importing); i++) {
        const struct fault *fault = &importing->faults[i];
        struct import_reject told = {
            .row = fault->row,
            .field = fault->field,
            .problem = fault->german ? fault->german : "-",
            .problem_en = fault->english ? fault->english : "-",
        };
        if (fault->remark != remarks)
            continue;
        char *text = json_write(import_reject_record(), &told, JSON_LINE, cli->arena);
        fprintf(cli->out, "%s%s", before, text ? text : "null");
        before = ", ";
    }
}

static void print_json(const struct importing *importing, const struct import *import)
{
    const struct cli *cli = importing->cli;
    const char *text = import ? json_write(import_record(), import, JSON_LINE, cli->arena) : NULL;
    const struct import_result *sums = &importing->sums;
    fprintf(cli->out,
            "{\"import\": %s, \"added\": %lld, \"updated\": %lld, \"same\": %lld, "
            "\"skipped\": %lld, \"earlier\": %lld, \"rejects\": [",
            text ? text : "null", (long long)sums->added, (long long)sums->updated,
            (long long)sums->same, (long long)sums->skipped, (long long)sums->earlier);
    print_faults_json(importing, false);
    fputs("], \"remarks\": [", cli->out);
    print_faults_json(importing, true);
    fputs("]}\n", cli->out);
}

static void print_preview(const struct importing *importing)
{
    const struct cli *cli = importing->cli;
    print_columns(importing);
    fputc('\n', cli->out);
    print_table(cli, contact_new_record(), importing->shown, importing->shown_count,
                "name given_name family_name organisation customer_number phones emails addresses");
    fprintf(cli->out, "\n%s ", cli_text(cli, TEXT_IMPORT_WOULD));
    print_sums(importing);
}

// --- the deed
static bool asks_yes(const struct cli *cli)
{
    char answer[16] = "";
    if (!isatty(STDIN_FILENO))
        return false;
    fprintf(stderr, "%s ", cli_text(cli, TEXT_IMPORT_ASK));
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    return strchr("jJyY", answer[0]) && answer[0];
}

static bool begin(struct importing *importing, struct import *import)
{
    struct import_begin_in in = { .client = importing->client_id,
                                  .name = importing->file.name,
                                  .digest = importing->file.digest,
                                  .match = importing->match,
                                  .known = importing->known,
                                  .has_again = importing->again,
                                  .again = importing->again };
    enum call_result result = call_import_begin(importing->client, &in, import);
    if (result != CALL_DONE)
        importing->code =
            connect_explain(importing->cli, importing->client, &method_import_begin, result);
    else if (import->place > 0 && !importing->cli->json)
        fprintf(importing->cli->out, "%s %lld\n", cli_text(importing->cli, TEXT_IMPORT_RESUMED),
                (long long)import->place);
    importing->import = import->id;
    return result == CALL_DONE;
}

static int take_over(struct importing *importing)
{
    struct import import = { 0 };
    if (!begin(importing, &import) || !pass(importing))
        return importing->code;
    enum call_result result =
        call_import_finish(importing->client, &(struct by_id){ importing->import }, &import);
    if (result != CALL_DONE)
        return connect_explain(importing->cli, importing->client, &method_import_finish, result);
    if (importing->cli->json)
        print_json(importing, &import);
    else
        print_sums(importing);
    return write_rejects(importing) ? EXIT_DONE : EXIT_REFUSED;
}

static int show_or_do(struct importing *importing)
{
    if (importing->yes && !importing->preview)
        return take_over(importing);
    if (!pass(importing))
        return importing->code;
    if (importing->cli->json)
        print_json(importing, NULL);
    else
        print_preview(importing);
    if (importing->preview)
        return write_rejects(importing) ? EXIT_DONE : EXIT_REFUSED;
    if (!asks_yes(importing->cli)) {
        fprintf(stderr, "%s\n", cli_text(importing->cli, TEXT_IMPORT_NOT_DONE));
        return EXIT_REFUSED;
    }
    return take_over(importing);
}

// --- the words
static bool take_pick(struct cli *cli, const char *option, const struct picks *picks, int *pick,
                      bool *bad)
{
    const char *word = transfer_option(cli, option, bad);
    if (!word)
        return true;
    *pick = pick_from_word(picks, word, strlen(word));
    return *pick != 0;
}

static bool take_words(struct cli *cli, struct importing *importing, const char **ret_client,
                       unsigned *ret_sheet)
{
    int match = import_match_EITHER, known = import_known_UPDATE;
    bool bad = false;
    bool good = take_pick(cli, "--match", import_match_picks(), &match, &bad) &&
                take_pick(cli, "--known", import_known_picks(), &known, &bad);
    const char *sheet = transfer_option(cli, "--sheet", &bad);
    *ret_client = transfer_option(cli, "--client", &bad);
    importing->rejects_path = transfer_option(cli, "--rejects", &bad);
    importing->preview = transfer_flag(cli, "--preview");
    importing->yes = transfer_flag(cli, "--yes");
    importing->again = transfer_flag(cli, "--again");
    importing->match = (enum import_match)match;
    importing->known = (enum import_known)known;
    *ret_sheet = sheet ? (unsigned)strtoul(sheet, NULL, 10) : 0;
    return good && !bad && cli->word_count >= 1 && cli->words[0][0] != '-' &&
           (!sheet || *ret_sheet > 0);
}

// "Ansprechpartner=name": what a person says about a column.
static bool take_settings(struct importing *importing, struct err *err)
{
    const struct cli *cli = importing->cli;
    for (size_t i = 1; i < cli->word_count; i++) {
        const char *equal = strrchr(cli->words[i], '=');
        const char *heading =
            equal ? arena_text(cli->arena, cli->words[i], (size_t)(equal - cli->words[i])) : NULL;
        if (!heading || !columns_set(&importing->file.columns, heading, equal + 1, cli->arena))
            return fail(err, ERR_INVALID, NULL, TEXT_IMPORT_COLUMN, cli->words[i], NULL);
    }
    return true;
}

static int run_import(struct importing *importing, const char *client_word, unsigned sheet)
{
    struct cli *cli = importing->cli;
    struct err err = { 0 };
    struct caller *caller = NULL;
    int code = EXIT_REFUSED;
    bool good = import_file_open(&importing->file, cli->words[0], sheet, cli->arena, &err) &&
                take_settings(importing, &err) && (caller = connect_services(cli, &err)) != NULL;
    if (good) {
        importing->client = caller_client(caller);
        good = transfer_client(importing->client, client_word, &importing->client_id, &err);
        // Answers of many batches must not fill the command line's memory.
        importing->client->arena = importing->arena;
    }
    if (good)
        code = show_or_do(importing);
    else
        code = cli_refused(cli, &err);
    caller_free(caller);
    import_file_close(&importing->file);
    return code;
}

int action_import(struct cli *cli)
{
    struct importing *importing = calloc(1, sizeof *importing);
    const char *client_word = NULL;
    unsigned sheet = 0;
    if (!importing)
        abort();
    importing->cli = cli;
    importing->arena = arena_new(MEMORY);
    int code = take_words(cli, importing, &client_word, &sheet)
                   ? run_import(importing, client_word, sheet)
                   : cli_usage(cli, TEXT_IMPORT_USAGE, NULL);
    faults_clear(importing);
    free(importing->faults);
    arena_free(importing->arena);
    free(importing);
    return code;
}

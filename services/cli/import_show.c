// SPDX-License-Identifier: Apache-2.0
// What an import shows: what the file says, what becomes of it, and which rows are at fault.
#include <stdlib.h>
#include <string.h>

#include "common/sheet/write.h"
#include "common/wire/json.h"
#include "services/cli/importing.h"
#include "services/cli/print.h"
#include "services/cli/say.h"

#define SHOWN_FAULTS 10

static const char *fault_text(const struct importing *importing, const struct import_fault *fault)
{
    return importing->cli->english ? fault->english : fault->german;
}

// "emails[0]" as "E-Mail"; a heading of the file as it is.
static const char *fault_field(const struct importing *importing, const struct import_fault *fault)
{
    const struct cli *cli = importing->cli;
    size_t size = fault->field ? strcspn(fault->field, "[.") : 0;
    char *name = size && !cli->english ? arena_text(cli->arena, fault->field, size) : NULL;
    const struct field *field = name ? record_field(importing->file.noun->record(), name) : NULL;
    return field ? field->german : fault->field;
}

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
        bool known = column->meaning != 0;
        int wide = (int)text_length(column->heading);
        fprintf(cli->out, "  %s%*s %s %s%s%s%s\n", column->heading, wide < 28 ? 28 - wide : 0, "",
                known ? "→" : " ",
                known ? importing->file.noun->title(column, cli->arena)
                      : cli_text(cli, TEXT_IMPORT_NOT_READ),
                column->label ? " (" : "", column->label ? column->label : "",
                column->label ? ")" : "");
    }
}

static void print_faults(const struct importing *importing)
{
    const struct cli *cli = importing->cli;
    for (size_t i = 0; i < importing->fault_count && i < SHOWN_FAULTS; i++) {
        const struct import_fault *fault = &importing->faults[i];
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

void import_print_sums(const struct importing *importing)
{
    const struct record *record = import_result_record();
    const struct cli *cli = importing->cli;
    static const char *const names[] = {
        "added", "updated", "same", "skipped", "earlier", "created"
    };
    const char *before = "";
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct field *field = record_field(record, names[i]);
        int64_t value = *(const int64_t *)((const char *)&importing->sums + field->offset);
        if (value == 0 && i > 0)
            continue;
        // Only looked at, somebody named in two rows is made for each.
        bool at_most = field->offset == offsetof(struct import_result, created) &&
                       id_is_zero(importing->import);
        fprintf(cli->out, "%s%s%s%lld %s", before,
                at_most ? cli_text(cli, TEXT_IMPORT_AT_MOST) : "", at_most ? " " : "",
                (long long)value, cli->english ? field->name : field->german);
        before = ", ";
    }
    if (importing->rejected > 0)
        fprintf(cli->out, "%s%lld %s", before, (long long)importing->rejected,
                cli_text(cli, TEXT_IMPORT_REJECTED));
    fputc('\n', cli->out);
    print_faults(importing);
}

bool import_write_rejects(const struct importing *importing)
{
    static const struct sheet_column columns[] = { { .title = "Zeile", .width = 8 },
                                                   { .title = "Ergebnis", .width = 14 },
                                                   { .title = "Feld", .width = 24 },
                                                   { .title = "Grund", .width = 90 } };
    const char *path = importing->rejects_path;
    const char *dot = path ? strrchr(path, '.') : NULL;
    bool csv = dot && strcmp(dot, ".csv") == 0;
    struct err err = { 0 };
    if (!path || importing->fault_count == 0)
        return true;
    struct sheet_writer *writer = sheet_writer_new(csv ? SHEET_FORM_CSV : SHEET_FORM_XLSX, path,
                                                   "Abgelehnt", columns, COUNT_OF(columns), &err);
    bool good = writer != NULL;
    for (size_t i = 0; good && i < import_faults_kept(importing); i++) {
        const struct import_fault *fault = &importing->faults[i];
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
    for (size_t i = 0; i < import_faults_kept(importing); i++) {
        const struct import_fault *fault = &importing->faults[i];
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

void import_print_json(const struct importing *importing, const struct import *import)
{
    const struct cli *cli = importing->cli;
    const char *text = import ? json_write(import_record(), import, JSON_LINE, cli->arena) : NULL;
    const struct import_result *sums = &importing->sums;
    fprintf(cli->out,
            "{\"import\": %s, \"added\": %lld, \"updated\": %lld, \"same\": %lld, "
            "\"skipped\": %lld, \"earlier\": %lld, \"created\": %lld, \"rejects\": [",
            text ? text : "null", (long long)sums->added, (long long)sums->updated,
            (long long)sums->same, (long long)sums->skipped, (long long)sums->earlier,
            (long long)sums->created);
    print_faults_json(importing, false);
    fputs("], \"remarks\": [", cli->out);
    print_faults_json(importing, true);
    fputs("]}\n", cli->out);
}

void import_print_preview(const struct importing *importing)
{
    const struct cli *cli = importing->cli;
    print_columns(importing);
    fputc('\n', cli->out);
    print_table(cli, importing->file.noun->record(), importing->shown, importing->shown_count,
                importing->file.noun->shown);
    fprintf(cli->out, "\n%s ", cli_text(cli, TEXT_IMPORT_WOULD));
    import_print_sums(importing);
}

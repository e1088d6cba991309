// SPDX-License-Identifier: Apache-2.0
// Both forms behind one writer; written beside the wanted name first.
#include "common/sheet/write.h"
#include "common/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "common/base/civil.h"
#include "common/base/system.h"
#include "common/base/text.h"

#define ROWS_MAX  1048576
#define DAY_ZERO  25569 // 1970-01-01, as a spreadsheet counts days
#define SUM_SHOWN 109   // SUBTOTAL's number for the sum of what a filter leaves

struct sheet_writer {
    enum sheet_form form;
    char *path, *part; // the name wanted, and the one written to
    const struct sheet_column *columns;
    size_t count;
    uint32_t rows; // written, with the heading
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *formats[SHEET_MOMENT + 1], *sum_formats[SHEET_MOMENT + 1];
    struct sum {
        int64_t total;
        enum sheet_value_kind kind;
    } * sums; // one a column
    FILE *file;
};

static bool refused(const struct sheet_writer *writer, const char *why, struct err *err)
{
    return fail(err, ERR_INVALID, NULL, TEXT_SHEET_UNWRITABLE, writer->path, why, NULL);
}

// --- .csv

// A text that a spreadsheet would take for a formula gets an apostrophe, as people put it there;
// whoever reads our files takes it off again. Signed numbers are none.
static bool looks_like_formula(const char *text)
{
    if (*text == '=' || *text == '@' || *text == '\t')
        return true;
    return (*text == '+' || *text == '-') && !strchr("0123456789 (", text[1] ? text[1] : 'x');
}

static void csv_cell(FILE *file, const char *text)
{
    bool formula = looks_like_formula(text);
    if (!formula && !strpbrk(text, ";\"\r\n") && *text != ' ') {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    if (formula)
        fputc('\'', file);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

static bool csv_row(struct sheet_writer *writer, const char *const *texts)
{
    for (size_t i = 0; i < writer->count; i++) {
        if (i)
            fputc(';', writer->file);
        if (texts[i])
            csv_cell(writer->file, texts[i]);
    }
    fputs("\r\n", writer->file);
    return !ferror(writer->file);
}

static bool csv_value(struct sheet_writer *writer, const struct sheet_value *value)
{
    int64_t number = value->number, hundredths;
    struct civil_date date;
    switch (value->kind) {
    case SHEET_TEXT:
        if (value->text)
            csv_cell(writer->file, value->text);
        break;
    case SHEET_NUMBER: fprintf(writer->file, "%" PRId64, number); break;
    case SHEET_MINUTES:
        hundredths = (number * 100 + 30) / 60;
        fprintf(writer->file, "%" PRId64 ",%02d", hundredths / 100, (int)(hundredths % 100));
        break;
    case SHEET_DATE:
        date = civil_date(number);
        fprintf(writer->file, "%02d.%02d.%04d", date.day, date.month, date.year);
        break;
    case SHEET_MOMENT: fputs(civil_local(SECONDS(number), "UTC").text, writer->file); break;
    case SHEET_NOTHING: break;
    }
    return !ferror(writer->file);
}

static bool csv_values(struct sheet_writer *writer, const struct sheet_value *values)
{
    bool good = true;
    for (size_t i = 0; i < writer->count; i++) {
        if (i)
            fputc(';', writer->file);
        good &= csv_value(writer, &values[i]);
    }
    fputs("\r\n", writer->file);
    return good;
}

// --- .xlsx
static bool xlsx_row(struct sheet_writer *writer, const char *const *texts)
{
    for (size_t i = 0; i < writer->count; i++) {
        if (texts[i] && worksheet_write_string(writer->sheet, writer->rows, (lxw_col_t)i, texts[i],
                                               NULL) != LXW_NO_ERROR)
            return false;
    }
    return true;
}

static double in_sheet(enum sheet_value_kind kind, int64_t number)
{
    switch (kind) {
    case SHEET_MINUTES: return (double)number / 60;
    case SHEET_DATE: return (double)(number + DAY_ZERO);
    case SHEET_MOMENT: return (double)number / 86400 + DAY_ZERO;
    default: return (double)number;
    }
}

static bool xlsx_values(struct sheet_writer *writer, const struct sheet_value *values)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct sheet_value *value = &values[i];
        lxw_col_t at = (lxw_col_t)i;
        lxw_error code = LXW_NO_ERROR;
        if (value->kind == SHEET_TEXT && value->text)
            code = worksheet_write_string(writer->sheet, writer->rows, at, value->text, NULL);
        else if (value->kind > SHEET_TEXT)
            code = worksheet_write_number(writer->sheet, writer->rows, at,
                                          in_sheet(value->kind, value->number),
                                          writer->formats[value->kind]);
        if (code != LXW_NO_ERROR)
            return false;
        if (value->kind > SHEET_TEXT && writer->columns[i].sum) {
            writer->sums[i].total += value->number;
            writer->sums[i].kind = value->kind;
        }
    }
    return true;
}

static void xlsx_formats(struct sheet_writer *writer)
{
    static const char *const formats[] = { [SHEET_NUMBER] = "0",
                                           [SHEET_MINUTES] = "#,##0.00",
                                           [SHEET_DATE] = "dd.mm.yyyy",
                                           [SHEET_MOMENT] = "dd.mm.yyyy hh:mm:ss" };
    for (size_t i = SHEET_NUMBER; i < COUNT_OF(formats); i++) {
        writer->formats[i] = workbook_add_format(writer->book);
        format_set_num_format(writer->formats[i], formats[i]);
        writer->sum_formats[i] = workbook_add_format(writer->book);
        format_set_num_format(writer->sum_formats[i], formats[i]);
        format_set_bold(writer->sum_formats[i]);
        format_set_top(writer->sum_formats[i], LXW_BORDER_THIN);
    }
}

// With the result beside each formula, for programs that do not reckon.
static bool xlsx_sums(struct sheet_writer *writer)
{
    bool good = true;
    for (size_t i = 0; i < writer->count; i++) {
        const struct sum *sum = &writer->sums[i];
        char from[LXW_MAX_CELL_NAME_LENGTH], to[LXW_MAX_CELL_NAME_LENGTH], formula[80];
        if (sum->kind == SHEET_NOTHING)
            continue;
        lxw_rowcol_to_cell(from, 1, (lxw_col_t)i);
        lxw_rowcol_to_cell(to, writer->rows - 1, (lxw_col_t)i);
        (void)snprintf(formula, sizeof formula, "=SUBTOTAL(%d,%s:%s)", SUM_SHOWN, from, to);
        good &= worksheet_write_formula_num(writer->sheet, writer->rows, (lxw_col_t)i, formula,
                                            writer->sum_formats[sum->kind],
                                            in_sheet(sum->kind, sum->total)) == LXW_NO_ERROR;
    }
    return good;
}

// The title is bold, and has the filter's arrow beside it.
static double width_of(const struct sheet_column *column)
{
    double title = 1.15 * (double)text_length(column->title) + 3;
    return column->width > title ? column->width : title;
}

// As whoever prints it wants it: A4 across, the heading and the first column on each page.
static void set_page(lxw_worksheet *sheet)
{
    worksheet_set_paper(sheet, 9);
    worksheet_set_landscape(sheet);
    (void)worksheet_repeat_rows(sheet, 0, 0);
    (void)worksheet_repeat_columns(sheet, 0, 0);
    (void)worksheet_set_footer(sheet, "&L&A · &D&R&P / &N");
}

static bool xlsx_open(struct sheet_writer *writer, const char *sheet)
{
    lxw_workbook_options options = { .constant_memory = LXW_TRUE };
    writer->book = workbook_new_opt(writer->part, &options);
    writer->sheet = writer->book ? workbook_add_worksheet(writer->book, sheet) : NULL;
    if (!writer->sheet)
        return false;
    lxw_format *bold = workbook_add_format(writer->book);
    format_set_bold(bold);
    xlsx_formats(writer);
    for (size_t i = 0; i < writer->count; i++) {
        lxw_col_t at = (lxw_col_t)i;
        (void)worksheet_set_column(writer->sheet, at, at, width_of(&writer->columns[i]), NULL);
        (void)worksheet_write_string(writer->sheet, 0, at, writer->columns[i].title, bold);
    }
    worksheet_freeze_panes(writer->sheet, 1, 0);
    set_page(writer->sheet);
    return true;
}

static bool xlsx_close(struct sheet_writer *writer, struct err *err)
{
    (void)worksheet_autofilter(writer->sheet, 0, 0, writer->rows - 1,
                               (lxw_col_t)(writer->count - 1));
    if (!xlsx_sums(writer))
        return refused(writer, system_text(errno).text, err);
    lxw_error code = workbook_close(writer->book);
    writer->book = NULL;
    return code == LXW_NO_ERROR || refused(writer, lxw_strerror(code), err);
}

// --- both
static bool open_file(struct sheet_writer *writer, const char *sheet)
{
    if (writer->form == SHEET_FORM_XLSX)
        return xlsx_open(writer, sheet);
    writer->file = fopen(writer->part, "wb");
    if (!writer->file)
        return false;
    fputs("\xEF\xBB\xBF", writer->file); // without it Excel takes the file for windows-1252
    for (size_t i = 0; i < writer->count; i++) {
        if (i)
            fputc(';', writer->file);
        csv_cell(writer->file, writer->columns[i].title);
    }
    fputs("\r\n", writer->file);
    return true;
}

struct sheet_writer *sheet_writer_new(enum sheet_form form, const char *path, const char *sheet,
                                      const struct sheet_column *columns, size_t count,
                                      struct err *err)
{
    static const char suffix[] = ".part";
    size_t size = strlen(path);
    struct sheet_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        abort();
    *writer = (struct sheet_writer){ .form = form, .columns = columns, .count = count, .rows = 1 };
    writer->sums = calloc(count, sizeof *writer->sums);
    writer->path = strdup(path);
    writer->part = malloc(size + sizeof suffix);
    if (!writer->path || !writer->part || !writer->sums)
        abort();
    memcpy(writer->part, path, size);
    memcpy(writer->part + size, suffix, sizeof suffix);
    errno = 0;
    // libxlsxwriter would say only at the end that there is no such folder.
    FILE *probe = fopen(writer->part, "wb");
    if (probe)
        (void)fclose(probe);
    if (probe && open_file(writer, sheet))
        return writer;
    (void)refused(writer, system_text(errno).text, err);
    sheet_writer_drop(writer);
    return NULL;
}

bool sheet_writer_row(struct sheet_writer *writer, const char *const *texts, struct err *err)
{
    if (writer->form == SHEET_FORM_XLSX && writer->rows == ROWS_MAX)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_SHEET_ROWS, int_text(ROWS_MAX - 1).text, NULL);
    bool good = writer->form == SHEET_FORM_XLSX ? xlsx_row(writer, texts) : csv_row(writer, texts);
    writer->rows++;
    return good || refused(writer, system_text(errno).text, err);
}

bool sheet_writer_values(struct sheet_writer *writer, const struct sheet_value *values,
                         struct err *err)
{
    bool xlsx = writer->form == SHEET_FORM_XLSX;
    if (xlsx && writer->rows == ROWS_MAX - 1) // one is for the sums
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_SHEET_ROWS, int_text(ROWS_MAX - 2).text, NULL);
    bool good = xlsx ? xlsx_values(writer, values) : csv_values(writer, values);
    writer->rows++;
    return good || refused(writer, system_text(errno).text, err);
}

bool sheet_writer_close(struct sheet_writer *writer, struct err *err)
{
    bool good = true;
    if (writer->form == SHEET_FORM_XLSX) {
        good = xlsx_close(writer, err);
    } else {
        good = fclose(writer->file) == 0 || refused(writer, system_text(errno).text, err);
        writer->file = NULL;
    }
    if (good && rename(writer->part, writer->path) != 0)
        good = refused(writer, system_text(errno).text, err);
    sheet_writer_drop(writer);
    return good;
}

void sheet_writer_drop(struct sheet_writer *writer)
{
    if (!writer)
        return;
    if (writer->book)
        (void)workbook_close(writer->book); // the only way to free it
    if (writer->file)
        (void)fclose(writer->file);
    (void)unlink(writer->part);
    free(writer->sums);
    free(writer->path);
    free(writer->part);
    free(writer);
}

// SPDX-License-Identifier: Apache-2.0
// Rows as tables and labelled lines, by descriptor.
#include "services/cli/print.h"

#include "services/cli/naming.h"
#include "services/cli/say.h"

#include <inttypes.h>
#include <string.h>
#include <utf8proc.h>

#include "common/base/civil.h"

#define COLUMNS_MAX 16
#define CELL_MAX    48 // characters; only the last column may be wider

static const void *at(const struct field *field, const void *row)
{
    return (const char *)row + field->offset;
}

static size_t count_of(const struct field *field, const void *row)
{
    size_t count;
    memcpy(&count, (const char *)row + field->count_offset, sizeof count);
    return count;
}

// The first text of a nested record stands for it: a phone's number, a matching contact's name.
static const char *face(const struct cli *cli, const struct record *record, const void *row)
{
    for (size_t i = 0; i < record->count; i++) {
        if (cli->english && strcmp(record->fields[i].name, "german") == 0)
            continue; // what is said in both languages
        if (record->fields[i].type == FIELD_STR && field_present(&record->fields[i], row))
            return print_value(cli, &record->fields[i], row);
    }
    return "";
}

static const char *joined(const struct cli *cli, const char *before, const char *more)
{
    const char *text = arena_format(cli->arena, "%s%s%s", before, *before ? ", " : "", more);
    return text ? text : before;
}

static const char *list_value(const struct cli *cli, const struct field *field, const void *row)
{
    const char *text = "";
    size_t count = count_of(field, row);
    for (size_t i = 0; i < count; i++) {
        if (field->type == FIELD_STRS) {
            text = joined(cli, text, (*(const char *const *const *)at(field, row))[i]);
        } else if (field->type == FIELD_IDS) {
            const struct id *ids = *(const struct id *const *)at(field, row);
            text = joined(cli, text, id_text(ids[i]).text);
        } else {
            const struct record *record = field->record();
            const char *items = *(const char *const *)at(field, row);
            text = joined(cli, text, face(cli, record, items + i * record->size));
        }
    }
    return text;
}

// Lengths of time are named so.
static bool ends_with(const struct field *field, const char *end)
{
    size_t size = strlen(field->name), end_size = strlen(end);
    return size > end_size && strcmp(field->name + size - end_size, end) == 0;
}

static bool is_doer(const struct field *field)
{
    return strcmp(field->name, "by") == 0 || ends_with(field, "_by");
}

// Who it is rather than an id, where somebody can be asked.
static const char *named(const struct cli *cli, const struct field *field, struct id id)
{
    enum name_kind kind = NAME_STAFF;
    if (!cli->naming || id_is_zero(id) || (!is_doer(field) && !naming_kind(field->name, &kind)))
        return NULL;
    return naming_text(cli->naming, kind, id);
}

// Who did something is a key's name: a member of staff's id, or a word.
static const char *text_value(const struct cli *cli, const struct field *field, const void *row)
{
    const char *text = *(const char *const *)at(field, row), *name = NULL;
    struct id id;
    if (is_doer(field) && id_parse(text, &id))
        name = named(cli, field, id);
    return name ? name : text;
}

// 12:05, and 1:12:05 from an hour on: what a person reads as a length of time.
static const char *seconds_text(const struct cli *cli, int64_t seconds)
{
    if (seconds < 3600)
        return arena_format(cli->arena, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
    return arena_format(cli->arena, "%" PRId64 ":%02d:%02d", seconds / 3600,
                        (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static const char *scalar_value(const struct cli *cli, const struct field *field, const void *row)
{
    int64_t number = 0;
    switch (field->type) {
    case FIELD_BOOL:
        return cli_text(cli, *(const bool *)at(field, row) ? TEXT_CLI_YES : TEXT_CLI_NO);
    case FIELD_INT:
        memcpy(&number, at(field, row), sizeof number);
        if (ends_with(field, "_s") && number >= 0)
            return seconds_text(cli, number);
        if (ends_with(field, "_ms") && number >= 0)
            return seconds_text(cli, (number + 500) / 1000);
        return arena_format(cli->arena, "%" PRId64, number);
    case FIELD_TIME:
        memcpy(&number, at(field, row), sizeof number);
        return arena_format(cli->arena, "%s", civil_local(number, cli->zone).text);
    case FIELD_ID: {
        struct id id = *(const struct id *)at(field, row);
        const char *name = named(cli, field, id);
        return name ? name : arena_format(cli->arena, "%s", id_text(id).text);
    }
    case FIELD_MONEY: {
        struct money money = *(const struct money *)at(field, row);
        return arena_format(cli->arena, "%s%" PRId64 ",%02d %s", money.minor < 0 ? "-" : "",
                            (money.minor < 0 ? -money.minor : money.minor) / 100,
                            (int)((money.minor < 0 ? -money.minor : money.minor) % 100),
                            money.currency);
    }
    default: return "";
    }
}

const char *print_value(const struct cli *cli, const struct field *field, const void *row)
{
    if (!field_present(field, row))
        return "";
    const char *text = "";
    switch (field->type) {
    case FIELD_STR: text = text_value(cli, field, row); break;
    case FIELD_PICK: {
        int value = *(const int *)at(field, row);
        const struct pick *pick = &field->picks()->values[value];
        text = cli->english ? pick->word : pick->german;
        break;
    }
    case FIELD_ONE: text = face(cli, field->record(), *(const void *const *)at(field, row)); break;
    case FIELD_LIST:
    case FIELD_STRS:
    case FIELD_IDS: text = list_value(cli, field, row); break;
    case FIELD_BYTES:
    case FIELD_ANY: text = "..."; break;
    default: text = scalar_value(cli, field, row);
    }
    return text ? text : "";
}

const struct field *print_resolve(const struct record *record, const char *path, const void **row,
                                  const struct record **ret_record)
{
    for (;;) {
        const char *dot = strchr(path, '.');
        char name[64] = "";
        size_t size = dot ? (size_t)(dot - path) : strlen(path);
        if (size >= sizeof name)
            return NULL;
        memcpy(name, path, size);
        const struct field *field = record_field(record, name);
        *ret_record = record;
        if (!field || !dot)
            return field;
        if (field->type != FIELD_ONE)
            return NULL;
        if (*row)
            *row = *(const void *const *)at(field, *row);
        record = field->record();
        path = dot + 1;
    }
}

// What stands beside it in English ("text", "text_en"), where that is wanted and there.
static const struct field *in_english(const struct cli *cli, const struct record *record,
                                      const struct field *field, const void *row)
{
    char name[70];
    if (!cli->english || snprintf(name, sizeof name, "%s_en", field->name) >= (int)sizeof name)
        return field;
    const struct field *english = record_field(record, name);
    return english && field_present(english, row) ? english : field;
}

const char *print_path(const struct cli *cli, const struct record *record, const void *row,
                       const char *path)
{
    const struct record *inner;
    const struct field *field = print_resolve(record, path, &row, &inner);
    return field && row ? print_value(cli, in_english(cli, inner, field, row), row) : "";
}

const char *print_label(const struct cli *cli, const struct field *field)
{
    if (!cli->english)
        return field->german;
    char *text = arena_text(cli->arena, field->name, strlen(field->name));
    for (char *c = text; c && *c; c++) {
        if (*c == '_')
            *c = ' ';
    }
    return text ? text : "";
}

// Columns on the screen, and how many bytes of the text fit into `most` of them.
static size_t width_of(const char *text, size_t most, size_t *ret_bytes)
{
    size_t width = 0, bytes = 0, size = strlen(text);
    while (bytes < size) {
        utf8proc_int32_t point;
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text + bytes,
                                                 (utf8proc_ssize_t)(size - bytes), &point);
        if (step < 1)
            break;
        size_t wide = (size_t)utf8proc_charwidth(point);
        if (width + wide > most)
            break;
        width += wide;
        bytes += (size_t)step;
    }
    if (ret_bytes)
        *ret_bytes = bytes;
    return width;
}

static void put_cell(const struct cli *cli, const char *text, size_t wide, bool last)
{
    size_t bytes, most = last ? SIZE_MAX : wide;
    size_t width = width_of(text, most, &bytes);
    bool cut = bytes < strlen(text);
    if (cut)
        width = width_of(text, wide - 1, &bytes);
    fprintf(cli->out, "%.*s%s", (int)bytes, text, cut ? "…" : "");
    if (last)
        fputc('\n', cli->out);
    else
        fprintf(cli->out, "%*s", (int)(wide - width - cut + 2), "");
}

static size_t split_columns(const struct cli *cli, const char *columns,
                            const char *names[COLUMNS_MAX])
{
    size_t count = 0;
    while (*columns && *columns != '|' && count < COLUMNS_MAX) {
        size_t size = strcspn(columns, " |");
        names[count] = arena_text(cli->arena, columns, size);
        if (!names[count])
            return count;
        count++;
        columns += size + strspn(columns + size, " ");
    }
    return count;
}

// Without the columns that rows of this record do not have (those of another board).
static size_t drop_unknown(const struct record *record, const char *names[COLUMNS_MAX],
                           size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct record *inner;
        const void *nothing = NULL;
        if (print_resolve(record, names[i], &nothing, &inner))
            names[kept++] = names[i];
    }
    return kept;
}

void print_table(const struct cli *cli, const struct record *record, const void *rows, size_t count,
                 const char *columns)
{
    const char *names[COLUMNS_MAX], *labels[COLUMNS_MAX];
    size_t wide[COLUMNS_MAX], column_count = split_columns(cli, columns, names);
    if (count == 0) {
        fprintf(cli->out, "%s\n", cli_text(cli, TEXT_CLI_NO_ROWS));
        return;
    }
    column_count = drop_unknown(record, names, column_count);
    for (size_t c = 0; c < column_count; c++) {
        const struct record *inner;
        const void *nothing = NULL;
        labels[c] = print_label(cli, print_resolve(record, names[c], &nothing, &inner));
        wide[c] = width_of(labels[c], CELL_MAX, NULL);
        for (size_t i = 0; i < count; i++) {
            const char *text =
                print_path(cli, record, (const char *)rows + i * record->size, names[c]);
            size_t width = width_of(text, CELL_MAX, NULL);
            wide[c] = width > wide[c] ? width : wide[c];
        }
    }
    for (size_t c = 0; c < column_count; c++)
        put_cell(cli, labels[c], wide[c], c + 1 == column_count);
    for (size_t i = 0; i < count; i++) {
        const void *row = (const char *)rows + i * record->size;
        for (size_t c = 0; c < column_count; c++)
            put_cell(cli, print_path(cli, record, row, names[c]), wide[c], c + 1 == column_count);
    }
}

// The name stands beside it: client, client_name.
static bool is_said(const struct record *record, const struct field *field, const void *row)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s_name", field->name);
    const struct field *beside = field->type == FIELD_ID ? record_field(record, name) : NULL;
    return beside && field_present(beside, row);
}

static void print_fields(const struct cli *cli, const struct record *record, const void *row,
                         int depth)
{
    size_t wide = 0;
    for (size_t i = 0; i < record->count; i++) {
        size_t width = width_of(print_label(cli, &record->fields[i]), CELL_MAX, NULL);
        if (field_present(&record->fields[i], row) && width > wide)
            wide = width;
    }
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields[i];
        if (!field_present(field, row) || is_said(record, field, row))
            continue;
        fprintf(cli->out, "%*s", depth * 4, "");
        put_cell(cli, print_label(cli, field), wide, false);
        if (field->type == FIELD_ONE && depth < 4) {
            fputc('\n', cli->out);
            print_fields(cli, field->record(), *(const void *const *)at(field, row), depth + 1);
        } else {
            fprintf(cli->out, "%s\n", print_value(cli, field, row));
        }
    }
}

// Names and states say what they are; numbers, times and yes do not.
static bool needs_label(const struct field *field)
{
    return field->type == FIELD_INT || field->type == FIELD_TIME || field->type == FIELD_BOOL;
}

void print_row(const struct cli *cli, const struct record *record, const void *row,
               const char *columns)
{
    if (!columns) {
        print_fields(cli, record, row, 0);
        return;
    }
    const char *names[COLUMNS_MAX], *before = "";
    size_t count = split_columns(cli, columns, names);
    for (size_t c = 0; c < count; c++) {
        const struct record *inner;
        const void *holder = row;
        const struct field *field = print_resolve(record, names[c], &holder, &inner);
        const char *text = field && holder ? print_value(cli, field, holder) : "";
        if (!*text)
            continue;
        fprintf(cli->out, "%s", before);
        if (needs_label(field))
            fprintf(cli->out, "%s ", print_label(cli, field));
        fprintf(cli->out, "%s", text);
        before = "  ";
    }
    fputc('\n', cli->out);
}

// SPDX-License-Identifier: Apache-2.0
// rufbus import inquiries FILE: another program's inquiries. A table (.xlsx, .csv) goes the way of
// all tables (import.c); here is the other form, one JSON object a line, in batches. Broken off or
// given again, the same command takes over what is missing: an inquiry's id is made of its id
// there.
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/system.h"
#include "common/sheet/write.h"
#include "common/wire/codec.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/connect.h"
#include "services/cli/import_noun.h"
#include "services/cli/input.h"
#include "services/cli/say.h"
#include "services/cli/transfer.h"

#define BATCH_ROWS  200
#define BATCH_BYTES ((size_t)400 << 10)
#define MEMORY      ((size_t)16 << 20)
#define SHOWN       10
#define IGNORED_MAX 20
#define REJECTS_MAX 100000 // kept for the file of rejected rows

struct past_lines {
    struct cli *cli;
    struct client *client;
    const char *path, *archive, *rejects_path;
    struct id client_id;
    bool preview;
    struct arena *arena; // of the batch
    struct inquiry_old rows[BATCH_ROWS];
    size_t count, bytes;
    int64_t lines, added, known, rejected;
    struct import_reject *rejects; // texts are of the heap
    size_t reject_count, reject_room;
    const char *ignored[IGNORED_MAX];
    size_t ignored_count;
    struct transfer_progress progress;
    int code; // EXIT_DONE while all goes well
};

// --- rows that are not taken

static const char *kept(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        abort();
    return copy;
}

static void add_reject(struct past_lines *importing, const struct import_reject *reject)
{
    importing->rejected++;
    if (importing->reject_count == REJECTS_MAX)
        return;
    if (importing->reject_count == importing->reject_room) {
        importing->reject_room = importing->reject_room * 2 + 64;
        importing->rejects =
            realloc(importing->rejects, importing->reject_room * sizeof *importing->rejects);
        if (!importing->rejects)
            abort();
    }
    importing->rejects[importing->reject_count++] =
        (struct import_reject){ .row = reject->row,
                                .field = kept(reject->field),
                                .problem = kept(reject->problem),
                                .problem_en = kept(reject->problem_en) };
}

static void add_err(struct past_lines *importing, const struct err *err)
{
    add_reject(importing, &(struct import_reject){ .row = importing->lines,
                                                   .field = err->field[0] ? err->field : NULL,
                                                   .problem = err->german,
                                                   .problem_en = err->english });
}

static void rejects_free(struct past_lines *importing)
{
    for (size_t i = 0; i < importing->reject_count; i++) {
        free((void *)(uintptr_t)importing->rejects[i].field);
        free((void *)(uintptr_t)importing->rejects[i].problem);
        free((void *)(uintptr_t)importing->rejects[i].problem_en);
    }
    free(importing->rejects);
}

// --- batches

static bool flush(struct past_lines *importing)
{
    struct inquiry_import_in in = { .archive = importing->archive,
                                    .client = importing->client_id,
                                    .rows = importing->rows,
                                    .rows_count = importing->count,
                                    .has_check = importing->preview,
                                    .check = importing->preview };
    struct inquiry_import_result out = { 0 };
    if (importing->count == 0)
        return true;
    enum call_result result = call_inquiry_import(importing->client, &in, &out);
    if (result != CALL_DONE) {
        transfer_progress_end(&importing->progress);
        importing->code =
            connect_explain(importing->cli, importing->client, &method_inquiry_import, result);
        fprintf(stderr, "%s\n", cli_text(importing->cli, TEXT_IMPORT_GOES_ON));
        return false;
    }
    importing->added += out.added;
    importing->known += out.known;
    for (size_t i = 0; i < out.rejects_count; i++)
        add_reject(importing, &out.rejects[i]);
    importing->count = importing->bytes = 0;
    arena_reset(importing->arena);
    return true;
}

// --- a line

static void ignore(struct past_lines *importing, const char *name)
{
    for (size_t i = 0; i < importing->ignored_count; i++) {
        if (strcmp(importing->ignored[i], name) == 0)
            return;
    }
    if (importing->ignored_count < IGNORED_MAX)
        importing->ignored[importing->ignored_count++] =
            arena_text(importing->cli->arena, name, strlen(name));
}

static json_t *as_text(const json_t *value)
{
    char number[32];
    if (!json_is_integer(value))
        return json_incref((json_t *)(uintptr_t)value);
    snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    return json_string(number);
}

static bool is_blank(const char *text, size_t size)
{
    return strspn(text, " \t\r\n") >= size;
}

static bool is_nothing(const json_t *value)
{
    return json_is_null(value) ||
           (json_is_string(value) && is_blank(json_string_value(value), json_string_length(value)));
}

// What of the line's object an inquiry_old can hold, under its names; to be released.
static json_t *translate(struct past_lines *importing, json_t *object)
{
    json_t *out = json_object(), *value;
    const char *name;
    json_object_foreach(object, name, value)
    {
        bool is_id = strcmp(name, "id") == 0 || strcmp(name, "source") == 0;
        const struct field *field = record_field(inquiry_old_record(), is_id ? "source" : name);
        if (is_nothing(value))
            continue;
        if (!field || strcmp(name, "row") == 0)
            ignore(importing, name);
        else if (is_id || field->type == FIELD_STR)
            json_object_set_new(out, field->name, as_text(value));
        else if (field->type == FIELD_TIME && json_is_string(value))
            json_object_set_new(out, name,
                                json_string(input_time(importing->cli, json_string_value(value))));
        else
            json_object_set(out, name, value);
    }
    json_object_set_new(out, "row", json_integer(importing->lines));
    return out;
}

static bool read_object(struct past_lines *importing, json_t *object, size_t *ret_size,
                        struct inquiry_old *out, struct err *err)
{
    json_t *known = translate(importing, object);
    bool good = json_object_get(known, "source") != NULL;
    char *text = json_dumps(known, 0);
    if (!good)
        (void)fail(err, ERR_INVALID, "id", TEXT_PAST_SOURCE, NULL);
    *ret_size = text ? strlen(text) : 0;
    good = good && text &&
           json_read(inquiry_old_record(), text, strlen(text), importing->arena, out, err);
    free(text);
    json_decref(known);
    return good;
}

static json_t *parse(const char *line, size_t size, struct err *err)
{
    json_error_t fault;
    json_t *object = json_loadb(line, size, JSON_REJECT_DUPLICATES, &fault);
    if (!object && json_error_code(&fault) == json_error_invalid_utf8)
        (void)fail(err, ERR_INVALID, NULL, TEXT_PAST_NOT_UTF8, NULL);
    else if (!json_is_object(object))
        (void)fail(err, ERR_INVALID, NULL, TEXT_CLI_LINE_NOT_JSON, object ? "" : fault.text, NULL);
    return object;
}

// False when the import cannot go on.
static bool take_line(struct past_lines *importing, const char *line, size_t size)
{
    struct err err = { 0 };
    size_t bytes;
    importing->lines++;
    transfer_progress(&importing->progress, importing->path, importing->lines);
    if (importing->lines == 1 && size >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3; // the mark of some editors
        size -= 3;
    }
    if (is_blank(line, size))
        return true;
    if ((importing->count == BATCH_ROWS || importing->bytes + size > BATCH_BYTES) &&
        !flush(importing))
        return false;
    json_t *object = parse(line, size, &err);
    if (err.code == ERR_NONE &&
        read_object(importing, object, &bytes, &importing->rows[importing->count], &err)) {
        importing->count++;
        importing->bytes += bytes;
    } else {
        add_err(importing, &err);
    }
    json_decref(object);
    return true;
}

static int unreadable(const struct past_lines *importing)
{
    struct err err = { 0 };
    (void)fail(&err, ERR_INVALID, NULL, TEXT_CLI_FILE_UNREADABLE, importing->path,
               system_text(errno).text, NULL);
    (void)cli_refused(importing->cli, &err);
    return EXIT_USAGE;
}

static void take_file(struct past_lines *importing)
{
    FILE *file = fopen(importing->path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    if (!file) {
        importing->code = unreadable(importing);
        return;
    }
    while ((size = getline(&line, &room, file)) > 0 && take_line(importing, line, (size_t)size))
        continue;
    if (importing->code == EXIT_DONE && ferror(file))
        importing->code = unreadable(importing);
    if (importing->code == EXIT_DONE)
        (void)flush(importing);
    transfer_progress_end(&importing->progress);
    free(line);
    fclose(file);
}

// --- what people see

static int by_row(const void *a, const void *b)
{
    const struct import_reject *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static void print_json(const struct past_lines *importing)
{
    struct inquiry_import_result sums = { .added = importing->added, .known = importing->known };
    const char *text =
        json_write(inquiry_import_result_record(), &sums, JSON_LINE, importing->cli->arena);
    if (!text)
        abort(); // the arena is far larger
    fprintf(importing->cli->out, "%.*s,\"rejected\":%lld,\"rejects\":[", (int)strlen(text) - 1,
            text, (long long)importing->rejected);
    for (size_t i = 0; i < importing->reject_count; i++) {
        const char *reject = json_write(import_reject_record(), &importing->rejects[i], JSON_LINE,
                                        importing->cli->arena);
        fprintf(importing->cli->out, "%s%s", i ? "," : "", reject ? reject : "null");
    }
    fputs("]}\n", importing->cli->out);
}

static void print_sums(const struct past_lines *importing)
{
    const struct cli *cli = importing->cli;
    const struct record *record = inquiry_import_result_record();
    const struct field *added = record_field(record, "added"),
                       *known = record_field(record, "known");
    fprintf(cli->out, "%lld %s", (long long)importing->added,
            cli->english ? added->name : added->german);
    if (importing->known)
        fprintf(cli->out, ", %lld %s", (long long)importing->known,
                cli->english ? known->name : known->german);
    if (importing->rejected)
        fprintf(cli->out, ", %lld %s", (long long)importing->rejected,
                cli_text(cli, TEXT_IMPORT_REJECTED));
    fputc('\n', cli->out);
    for (size_t i = 0; i < importing->reject_count && i < SHOWN; i++) {
        const struct import_reject *reject = &importing->rejects[i];
        fprintf(cli->out, "  %s %lld%s%s: %s\n", cli_text(cli, TEXT_CLI_LINE),
                (long long)reject->row, reject->field ? ", " : "",
                reject->field ? reject->field : "",
                cli->english ? reject->problem_en : reject->problem);
    }
    if (importing->reject_count > SHOWN)
        fprintf(cli->out, "  … +%zu %s\n", importing->reject_count - SHOWN,
                importing->rejects_path ? "" : cli_text(cli, TEXT_IMPORT_REJECTS_HINT));
    for (size_t i = 0; i < importing->ignored_count; i++)
        fprintf(cli->out, "%s %s", i ? "," : cli_text(cli, TEXT_PAST_IGNORED),
                importing->ignored[i]);
    if (importing->ignored_count)
        fputc('\n', cli->out);
}

// The rows that were not taken, as a table with reasons; false after having said why not.
static bool write_rejects(const struct past_lines *importing)
{
    static const struct sheet_column columns[] = { { .title = "Zeile", .width = 8 },
                                                   { .title = "Feld", .width = 24 },
                                                   { .title = "Grund", .width = 90 } };
    const char *path = importing->rejects_path, *dot = path ? strrchr(path, '.') : NULL;
    bool csv = dot && strcmp(dot, ".csv") == 0;
    struct err err = { 0 };
    if (!path || importing->reject_count == 0)
        return true;
    struct sheet_writer *writer = sheet_writer_new(csv ? SHEET_FORM_CSV : SHEET_FORM_XLSX, path,
                                                   "Abgelehnt", columns, COUNT_OF(columns), &err);
    bool good = writer != NULL;
    for (size_t i = 0; good && i < importing->reject_count; i++) {
        const struct import_reject *reject = &importing->rejects[i];
        struct int_text row = int_text(reject->row);
        const char *const texts[] = { row.text, reject->field ? reject->field : "",
                                      importing->cli->english ? reject->problem_en
                                                              : reject->problem };
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

static int run(struct past_lines *importing)
{
    take_file(importing);
    if (importing->code != EXIT_DONE)
        return importing->code;
    if (importing->reject_count)
        qsort(importing->rejects, importing->reject_count, sizeof *importing->rejects, by_row);
    if (importing->cli->json || importing->cli->json_answer)
        print_json(importing);
    else
        print_sums(importing);
    return write_rejects(importing) ? EXIT_DONE : EXIT_REFUSED;
}

// Whatever its name says: an object is no row of a table.
static bool is_json_lines(const char *path)
{
    FILE *file = fopen(path, "r");
    int byte = file ? getc(file) : '{'; // what cannot be read is explained there
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == 0xEF ||
           byte == 0xBB || byte == 0xBF)
        byte = getc(file);
    if (file)
        fclose(file);
    return byte == '{' || byte == EOF;
}

int action_import_past(struct cli *cli)
{
    struct err err = { 0 };
    bool bad = false;
    if (cli->word_count > 0 && cli->words[0][0] != '-' && !is_json_lines(cli->words[0]))
        return import_from(cli, &import_inquiries_noun);
    struct past_lines *importing = calloc(1, sizeof *importing);
    if (!importing)
        abort();
    importing->cli = cli;
    (void)transfer_flag(cli, "--yes"); // such a file was made for this: it does not ask
    importing->preview = transfer_flag(cli, "--preview");
    const char *client = transfer_option(cli, "--client", &bad);
    importing->archive = transfer_option(cli, "--archive", &bad);
    importing->rejects_path = transfer_option(cli, "--rejects", &bad);
    if (bad || cli->word_count != 1) {
        free(importing);
        return cli_usage(cli, TEXT_PAST_USAGE, NULL);
    }
    importing->path = cli->words[0];
    importing->arena = arena_new(MEMORY);
    struct caller *caller = connect_services(cli, &err);
    importing->client = caller ? caller_client(caller) : NULL;
    int code = caller && transfer_client(importing->client, client, &importing->client_id, &err)
                   ? run(importing)
                   : cli_refused(cli, &err);
    caller_free(caller);
    rejects_free(importing);
    arena_free(importing->arena);
    free(importing);
    return code;
}

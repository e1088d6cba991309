// SPDX-License-Identifier: Apache-2.0
// rufbus import contacts|files|inquiries FILE: shows what the file says and what would become of
// it, asks, and takes it over in batches. Broken off, the same command goes on where it was.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/wire/codec.h"
#include "services/cli/actions.h"
#include "services/cli/importing.h"
#include "services/cli/say.h"

#define BATCH_BYTES  ((size_t)400 << 10)
#define BATCH_WEIGHT 400 // rows that the service may write for a batch
#define MEMORY       ((size_t)32 << 20)

// --- batches
static enum call_result send(struct importing *importing, struct import_result *out)
{
    if (importing->file.noun->send)
        return importing->file.noun->send(importing, out);
    if (id_is_zero(importing->import)) {
        struct import_check_in in = { .client = importing->client_id,
                                      .match = importing->match,
                                      .known = importing->known,
                                      .kind = importing->file.noun->kind,
                                      .unknown = importing->unknown,
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
    importing->sums.created += out->created;
    for (size_t i = 0; i < out->rejects_count + out->remarks_count; i++) {
        bool remark = i >= out->rejects_count;
        const struct import_reject *told =
            remark ? &out->remarks[i - out->rejects_count] : &out->rejects[i];
        importing->rejected += !remark;
        import_fault_add(importing, &(struct import_fault){ remark, told->row, told->field,
                                                            told->problem, told->problem_en });
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
        importing->code = connect_explain(importing->cli, importing->client,
                                          importing->file.noun->method, result);
        if (!id_is_zero(importing->import))
            fprintf(stderr, "%s\n", cli_text(importing->cli, TEXT_IMPORT_GOES_ON));
        return false;
    }
    add_result(importing, &out);
    importing->count = importing->bytes = importing->weight = 0;
    arena_reset(importing->arena);
    return true;
}

static void show_later(struct importing *importing, const void *said)
{
    struct err err = { 0 };
    const struct record *record = importing->file.noun->record();
    char *place = (char *)importing->shown + importing->shown_count * record->size;
    if (importing->shown_count < IMPORT_SHOWN_ROWS &&
        record_copy(record, said, importing->cli->arena, place, &err))
        importing->shown_count++;
}

static size_t size_of(const struct importing *importing, const void *said)
{
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(importing->file.noun->record(), said, &writer);
    size_t size = writer.size;
    mp_writer_done(&writer);
    return size;
}

static bool take(void *context, int64_t row, const void *said, const struct err *err)
{
    struct importing *importing = context;
    struct err fault = { 0 };
    transfer_progress(&importing->progress, importing->file.name, importing->read);
    importing->read++;
    if (!said) {
        importing->rejected++;
        import_fault_add(
            importing, &(struct import_fault){ false, row, err->field, err->german, err->english });
        return true;
    }
    show_later(importing, said);
    size_t bytes = size_of(importing, said);
    size_t weight = importing->file.noun->weight(said);
    if ((importing->count == IMPORT_BATCH_ROWS || importing->bytes + bytes > BATCH_BYTES ||
         importing->weight + weight > BATCH_WEIGHT) &&
        !flush(importing))
        return false;
    const struct record *record = importing->file.noun->record();
    void *copy = arena_alloc(importing->arena, record->size);
    if (!copy || !record_copy(record, said, importing->arena, copy, &fault))
        abort(); // a batch is far smaller than its arena
    importing->rows[importing->count] = (struct import_row){ .row = row };
    importing->said[importing->count] = copy;
    if (importing->file.noun->put)
        importing->file.noun->put(&importing->rows[importing->count], copy);
    importing->count++;
    importing->bytes += bytes;
    importing->weight += weight;
    return true;
}

// All rows through import_check or import_rows; false after having said why not.
static bool pass(struct importing *importing)
{
    struct err err = { 0 };
    importing->read = importing->rejected = 0;
    importing->sums = (struct import_result){ 0 };
    importing->shown_count = 0;
    import_faults_clear(importing);
    bool read = import_file_read(&importing->file, take, importing, &err);
    bool sent = importing->code == EXIT_DONE && flush(importing);
    transfer_progress_end(&importing->progress);
    if (!read && importing->code == EXIT_DONE)
        importing->code = cli_refused(importing->cli, &err);
    import_faults_sort(importing);
    return read && sent;
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
                                  .kind = importing->file.noun->kind,
                                  .unknown = importing->unknown,
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

// Batches by themselves: broken off, the same command takes over what is missing.
static int take_batches(struct importing *importing)
{
    importing->import = id_of_name("import", importing->file.noun->word);
    if (!pass(importing))
        return importing->code;
    if (importing->cli->json)
        import_print_json(importing, NULL);
    else
        import_print_sums(importing);
    return import_write_rejects(importing) ? EXIT_DONE : EXIT_REFUSED;
}

static int take_over(struct importing *importing)
{
    struct import import = { 0 };
    if (importing->file.noun->send)
        return take_batches(importing);
    if (!begin(importing, &import) || !pass(importing))
        return importing->code;
    enum call_result result =
        call_import_finish(importing->client, &(struct by_id){ importing->import }, &import);
    if (result != CALL_DONE)
        return connect_explain(importing->cli, importing->client, &method_import_finish, result);
    if (importing->cli->json)
        import_print_json(importing, &import);
    else
        import_print_sums(importing);
    return import_write_rejects(importing) ? EXIT_DONE : EXIT_REFUSED;
}

static int show_or_do(struct importing *importing)
{
    if (importing->yes && !importing->preview)
        return take_over(importing);
    if (!pass(importing))
        return importing->code;
    if (importing->cli->json)
        import_print_json(importing, NULL);
    else
        import_print_preview(importing);
    if (importing->preview)
        return import_write_rejects(importing) ? EXIT_DONE : EXIT_REFUSED;
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

static bool take_words(struct cli *cli, struct importing *importing, const char **ret_client)
{
    int match = import_match_EITHER, known = import_known_UPDATE, unknown = import_unknown_REJECT;
    bool bad = false;
    bool files = importing->file.noun->kind == import_kind_FILES, good = true;
    if (importing->file.noun->send)
        importing->archive = transfer_option(cli, "--archive", &bad);
    else
        good = take_pick(cli, "--known", import_known_picks(), &known, &bad) &&
               (files ? take_pick(cli, "--unknown", import_unknown_picks(), &unknown, &bad)
                      : take_pick(cli, "--match", import_match_picks(), &match, &bad));
    const char *sheet = transfer_option(cli, "--sheet", &bad);
    *ret_client = transfer_option(cli, "--client", &bad);
    importing->rejects_path = transfer_option(cli, "--rejects", &bad);
    importing->preview = transfer_flag(cli, "--preview");
    importing->yes = transfer_flag(cli, "--yes");
    importing->again = transfer_flag(cli, "--again");
    importing->match = (enum import_match)match;
    importing->known = (enum import_known)known;
    importing->unknown = (enum import_unknown)unknown;
    importing->file.sheet = sheet ? (unsigned)strtoul(sheet, NULL, 10) : 0;
    return good && !bad && cli->word_count >= 1 && cli->words[0][0] != '-' &&
           (!sheet || importing->file.sheet > 0);
}

// "Ansprechpartner=name": what a person says about a column.
static bool take_settings(struct importing *importing, struct err *err)
{
    const struct cli *cli = importing->cli;
    for (size_t i = 1; i < cli->word_count; i++) {
        const char *equal = strrchr(cli->words[i], '=');
        const char *heading =
            equal ? arena_text(cli->arena, cli->words[i], (size_t)(equal - cli->words[i])) : NULL;
        if (!heading ||
            !importing->file.noun->set(&importing->file.columns, heading, equal + 1, cli->arena))
            return fail(err, ERR_INVALID, NULL, importing->file.noun->bad_column, cli->words[i],
                        NULL);
    }
    return true;
}

static int run_import(struct importing *importing, const char *client_word)
{
    struct cli *cli = importing->cli;
    struct err err = { 0 };
    struct caller *caller = NULL;
    int code = EXIT_REFUSED;
    bool good = import_file_open(&importing->file, cli->words[0], cli->arena, &err) &&
                take_settings(importing, &err) && (caller = connect_services(cli, &err)) != NULL;
    importing->file.columns.zone = &importing->zone;
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

int import_from(struct cli *cli, const struct import_noun *noun)
{
    struct importing *importing = calloc(1, sizeof *importing);
    const char *client_word = NULL;
    if (!importing)
        abort();
    importing->cli = cli;
    importing->file.noun = noun;
    importing->shown = arena_array(cli->arena, IMPORT_SHOWN_ROWS, noun->record()->size);
    if (!importing->shown)
        abort(); // the arena is far larger
    importing->arena = arena_new(MEMORY);
    if (!zone_load(cli->zone, &importing->zone))
        importing->zone = (struct zone){ 0 }; // as what is shown: UTC
    int code = take_words(cli, importing, &client_word) ? run_import(importing, client_word)
                                                        : cli_usage(cli, noun->usage, NULL);
    import_faults_clear(importing);
    free(importing->faults);
    arena_free(importing->arena);
    free(importing);
    return code;
}

int action_import_contacts(struct cli *cli)
{
    return import_from(cli, &import_contacts_noun);
}

int action_import_files(struct cli *cli)
{
    return import_from(cli, &import_files_noun);
}

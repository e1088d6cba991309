// SPDX-License-Identifier: Apache-2.0
// rufbus export contacts|files FILE: page by page into a spool, then into the file, which
// gets its name when it is whole.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/system.h"
#include "common/wire/codec.h"
#include "services/cli/actions.h"
#include "services/cli/exporting.h"
#include "services/cli/say.h"
#include "services/contacts/vcard.h"

#define MEMORY ((size_t)32 << 20)

struct form {
    enum sheet_form sheet;
    bool cards;
    enum vcard_version version;
};

// --- from the service into the spool
static bool unwritable(const struct exporting *exporting, struct err *err)
{
    return fail(err, ERR_INVALID, NULL, TEXT_SHEET_UNWRITABLE, exporting->path,
                system_text(errno).text, NULL);
}

static bool keep(struct exporting *exporting, const void *row, struct err *err)
{
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(exporting->noun->record(), row, &writer);
    bool good = fwrite(&writer.size, sizeof writer.size, 1, exporting->spool) == 1 &&
                fwrite(writer.data, 1, writer.size, exporting->spool) == writer.size;
    mp_writer_done(&writer);
    exporting->noun->widen(exporting->widths, row);
    exporting->count++;
    return good || unwritable(exporting, err);
}

static bool keep_page(struct exporting *exporting, const struct export_page *page, struct err *err)
{
    const char *row = page->rows;
    for (size_t i = 0; i < page->count; i++, row += exporting->noun->record()->size) {
        if (exporting->noun->wanted(exporting, row) && !keep(exporting, row, err))
            return false;
    }
    return true;
}

// The exit code; EXIT_DONE when all pages are there.
static int gather(struct exporting *exporting)
{
    struct export_page page = { .more = true };
    struct err err = { 0 };
    while (page.more) {
        struct id after = page.last;
        arena_reset(exporting->arena);
        page = (struct export_page){ .last = after };
        enum call_result result = exporting->noun->page(exporting, after, &page);
        if (result != CALL_DONE)
            return connect_explain(exporting->cli, exporting->client, exporting->noun->method,
                                   result);
        if (!keep_page(exporting, &page, &err))
            return cli_refused(exporting->cli, &err);
        transfer_progress(&exporting->progress, exporting->path, exporting->count);
    }
    return EXIT_DONE;
}

// --- from the spool into the file

bool export_next(struct exporting *exporting, void *out, struct err *err)
{
    size_t size;
    arena_reset(exporting->arena);
    if (fread(&size, sizeof size, 1, exporting->spool) != 1)
        return false;
    uint8_t *data = size <= MP_FRAME_MAX ? arena_alloc(exporting->arena, size) : NULL;
    if (!data || fread(data, 1, size, exporting->spool) != size)
        return unwritable(exporting, err);
    return decode(exporting->noun->record(), (struct bytes){ data, size }, DECODE_LENIENT,
                  exporting->arena, out, err);
}

static void put_bytes(void *context, const char *bytes, size_t size)
{
    (void)fwrite(bytes, 1, size, context);
}

static bool write_cards(struct exporting *exporting, enum vcard_version version, struct err *err)
{
    struct contact contact;
    const char *part = arena_format(exporting->cli->arena, "%s.part", exporting->path);
    FILE *file = part ? fopen(part, "wb") : NULL;
    if (!file)
        return unwritable(exporting, err);
    while (export_next(exporting, &contact, err))
        vcard_write(&contact, version, put_bytes, file);
    bool good = !ferror(file);
    good &= fclose(file) == 0;
    if (!good)
        (void)unwritable(exporting, err);
    if (err->code == ERR_NONE && rename(part, exporting->path) == 0)
        return true;
    (void)unwritable(exporting, err);
    (void)unlink(part);
    return false;
}

static int write_file(struct exporting *exporting, const struct form *form)
{
    const struct cli *cli = exporting->cli;
    struct err err = { 0 };
    rewind(exporting->spool);
    bool good = form->cards ? write_cards(exporting, form->version, &err)
                            : exporting->noun->write(exporting, form->sheet, &err);
    transfer_progress_end(&exporting->progress);
    if (!good)
        return cli_refused(cli, &err);
    if (cli->json)
        fprintf(cli->out, "{\"%s\": %lld}\n", exporting->noun->word, (long long)exporting->count);
    else
        fprintf(cli->out, "%s: %lld %s\n", exporting->path, (long long)exporting->count,
                cli_text(cli, exporting->noun->done));
    return EXIT_DONE;
}

// --- the words
static bool form_of(const struct exporting *exporting, struct form *out)
{
    const char *dot = strrchr(exporting->path, '.');
    if (!dot)
        return false;
    out->sheet = strcasecmp(dot, ".csv") == 0 ? SHEET_FORM_CSV : SHEET_FORM_XLSX;
    out->cards =
        exporting->noun->cards && (strcasecmp(dot, ".vcf") == 0 || strcasecmp(dot, ".vcard") == 0);
    return out->cards || out->sheet == SHEET_FORM_CSV || strcasecmp(dot, ".xlsx") == 0;
}

static bool take_words(struct exporting *exporting, struct form *form, const char **ret_client)
{
    struct cli *cli = exporting->cli;
    bool bad = false;
    const char *version = exporting->noun->cards ? transfer_option(cli, "--vcard", &bad) : NULL;
    *ret_client = transfer_option(cli, "--client", &bad);
    exporting->everywhere = transfer_flag(cli, "--everywhere");
    if (bad || cli->word_count != 1 || (version && strcmp(version, "3") && strcmp(version, "4")))
        return false;
    form->version = version && version[0] == '3' ? VCARD_3 : VCARD_4;
    exporting->path = cli->words[0];
    return form_of(exporting, form) && !(*ret_client && exporting->everywhere);
}

static int run_export(struct exporting *exporting, const struct form *form, const char *client_word)
{
    struct cli *cli = exporting->cli;
    struct err err = { 0 };
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    int code = EXIT_REFUSED;
    exporting->client = caller_client(caller);
    bool good = transfer_client(exporting->client, client_word, &exporting->client_id, &err);
    exporting->client->arena = exporting->arena; // pages must not fill the command line's memory
    exporting->spool = good ? tmpfile() : NULL;
    if (good && !exporting->spool)
        good = unwritable(exporting, &err);
    code = good ? gather(exporting) : cli_refused(cli, &err);
    if (code == EXIT_DONE)
        code = write_file(exporting, form);
    if (exporting->spool)
        (void)fclose(exporting->spool);
    caller_free(caller);
    return code;
}

static int export(struct cli *cli, const struct export_noun *noun)
{
    struct exporting exporting = { .noun = noun, .cli = cli };
    struct form form;
    const char *client_word;
    if (!take_words(&exporting, &form, &client_word))
        return cli_usage(cli, noun->usage, NULL);
    exporting.arena = arena_new(MEMORY);
    exporting.widths = arena_alloc(cli->arena, noun->widths_size);
    if (!exporting.widths)
        abort(); // the arena is far larger
    int code = run_export(&exporting, &form, client_word);
    arena_free(exporting.arena);
    return code;
}

int action_export_contacts(struct cli *cli)
{
    return export(cli, &export_contacts_noun);
}

int action_export_files(struct cli *cli)
{
    return export(cli, &export_files_noun);
}

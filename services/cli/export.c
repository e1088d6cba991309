// SPDX-License-Identifier: Apache-2.0
// rufbus export contacts FILE.vcf|.csv|.xlsx: page by page into a spool, then into the file, which
// gets its name when it is whole.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/wire/codec.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/export_sheet.h"
#include "services/cli/say.h"
#include "services/cli/transfer.h"
#include "services/contacts/vcard.h"

#define MEMORY     ((size_t)32 << 20)
#define PAGE_LIMIT 200

enum form { FORM_NONE, FORM_XLSX, FORM_CSV, FORM_VCARD };

struct exporting {
    struct cli *cli;
    struct client *client;
    struct arena *arena;
    const char *path;
    enum form form;
    enum vcard_version version;
    struct id client_id;
    bool everywhere;
    FILE *spool; // sizes and rows, encoded
    struct export_widths widths;
    int64_t count;
    struct transfer_progress progress;
};

// --- from the service into the spool
static bool unwritable(const struct exporting *exporting, struct err *err)
{
    return fail(err, ERR_INVALID, NULL, TEXT_SHEET_UNWRITABLE, exporting->path, strerror(errno),
                NULL);
}

static bool keep(struct exporting *exporting, const struct contact *contact, struct err *err)
{
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(contact_record(), contact, &writer);
    bool good = fwrite(&writer.size, sizeof writer.size, 1, exporting->spool) == 1 &&
                fwrite(writer.data, 1, writer.size, exporting->spool) == writer.size;
    mp_writer_done(&writer);
    export_widen(&exporting->widths, contact);
    exporting->count++;
    return good || unwritable(exporting, err);
}

static bool keep_page(struct exporting *exporting, const struct contact_page *page, struct err *err)
{
    for (size_t i = 0; i < page->contacts_count; i++) {
        const struct contact *contact = &page->contacts[i];
        if (!exporting->everywhere && !id_equal(contact->client, exporting->client_id))
            continue;
        if (!keep(exporting, contact, err))
            return false;
    }
    return true;
}

// The exit code; EXIT_DONE when all pages are there.
static int gather(struct exporting *exporting)
{
    struct page in = { .has_limit = true, .limit = PAGE_LIMIT };
    struct contact_page page;
    struct err err = { 0 };
    do {
        arena_reset(exporting->arena);
        page = (struct contact_page){ .more = false };
        enum call_result result = call_contact_list(exporting->client, &in, &page);
        if (result != CALL_DONE)
            return connect_explain(exporting->cli, exporting->client, &method_contact_list, result);
        if (!keep_page(exporting, &page, &err))
            return cli_refused(exporting->cli, &err);
        if (page.contacts_count > 0)
            in.after = page.contacts[page.contacts_count - 1].id;
        transfer_progress(&exporting->progress, exporting->path, exporting->count);
    } while (page.more);
    return EXIT_DONE;
}

// --- from the spool into the file

// False at the end, or with `err` filled.
static bool next(struct exporting *exporting, struct contact *out, struct err *err)
{
    size_t size;
    arena_reset(exporting->arena);
    if (fread(&size, sizeof size, 1, exporting->spool) != 1)
        return false;
    uint8_t *data = size <= MP_FRAME_MAX ? arena_alloc(exporting->arena, size) : NULL;
    if (!data || fread(data, 1, size, exporting->spool) != size)
        return unwritable(exporting, err);
    return decode(contact_record(), (struct bytes){ data, size }, DECODE_LENIENT, exporting->arena,
                  out, err);
}

static bool write_sheet(struct exporting *exporting, struct err *err)
{
    enum sheet_form form = exporting->form == FORM_CSV ? SHEET_FORM_CSV : SHEET_FORM_XLSX;
    struct export_sheet *sheet =
        export_sheet_new(form, exporting->path, &exporting->widths, exporting->everywhere, err);
    struct contact contact;
    bool good = sheet != NULL;
    while (good && next(exporting, &contact, err))
        good = export_sheet_row(sheet, &contact, err);
    if (good && err->code == ERR_NONE)
        return export_sheet_close(sheet, err);
    export_sheet_drop(sheet);
    return false;
}

static void put_bytes(void *context, const char *bytes, size_t size)
{
    (void)fwrite(bytes, 1, size, context);
}

static bool write_cards(struct exporting *exporting, struct err *err)
{
    struct contact contact;
    const char *part = arena_format(exporting->cli->arena, "%s.part", exporting->path);
    FILE *file = part ? fopen(part, "wb") : NULL;
    if (!file)
        return unwritable(exporting, err);
    while (next(exporting, &contact, err))
        vcard_write(&contact, exporting->version, put_bytes, file);
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

static int write_file(struct exporting *exporting)
{
    struct err err = { 0 };
    rewind(exporting->spool);
    bool good =
        exporting->form == FORM_VCARD ? write_cards(exporting, &err) : write_sheet(exporting, &err);
    transfer_progress_end(&exporting->progress);
    if (!good)
        return cli_refused(exporting->cli, &err);
    if (exporting->cli->json)
        fprintf(exporting->cli->out, "{\"contacts\": %lld}\n", (long long)exporting->count);
    else
        fprintf(exporting->cli->out, "%s: %lld %s\n", exporting->path, (long long)exporting->count,
                cli_text(exporting->cli, TEXT_EXPORT_DONE));
    return EXIT_DONE;
}

// --- the words
static enum form form_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && strcasecmp(dot, ".xlsx") == 0)
        return FORM_XLSX;
    if (dot && strcasecmp(dot, ".csv") == 0)
        return FORM_CSV;
    return dot && (strcasecmp(dot, ".vcf") == 0 || strcasecmp(dot, ".vcard") == 0) ? FORM_VCARD
                                                                                   : FORM_NONE;
}

static bool take_words(struct exporting *exporting, const char **ret_client)
{
    struct cli *cli = exporting->cli;
    bool bad = false;
    const char *version = transfer_option(cli, "--vcard", &bad);
    *ret_client = transfer_option(cli, "--client", &bad);
    exporting->everywhere = transfer_flag(cli, "--everywhere");
    if (bad || cli->word_count != 1 || (version && strcmp(version, "3") && strcmp(version, "4")))
        return false;
    exporting->version = version && version[0] == '3' ? VCARD_3 : VCARD_4;
    exporting->path = cli->words[0];
    exporting->form = form_of(exporting->path);
    return exporting->form != FORM_NONE && !(*ret_client && exporting->everywhere);
}

static int run_export(struct exporting *exporting, const char *client_word)
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
        code = write_file(exporting);
    if (exporting->spool)
        (void)fclose(exporting->spool);
    caller_free(caller);
    return code;
}

int action_export(struct cli *cli)
{
    struct exporting exporting = { .cli = cli };
    const char *client_word;
    if (!take_words(&exporting, &client_word))
        return cli_usage(cli, TEXT_EXPORT_USAGE, NULL);
    exporting.arena = arena_new(MEMORY);
    int code = run_export(&exporting, client_word);
    arena_free(exporting.arena);
    return code;
}

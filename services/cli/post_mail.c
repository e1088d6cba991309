// SPDX-License-Identifier: Apache-2.0
// rufbus inquiry mail FILE.eml...: reads the mail here, in a process that has nothing to lose, and
// hands over what it says. The same file again changes nothing, and brings what was missing.
#include <stdlib.h>
#include <string.h>

#include "common/mail/eml.h"
#include "common/wire/json.h"
#include "proto/stubs.h"
#include "services/cli/actions.h"
#include "services/cli/file.h"
#include "services/cli/post.h"
#include "services/cli/say.h"

#define MEMORY ((size_t)16 << 20)

struct mailing {
    struct cli *cli;
    struct client *client;
    struct id client_id;
    const char *path;
    const char *bytes;
    size_t size;
    struct eml *eml;
    struct id inquiry, mail;
};

static enum call_result add_mail(struct mailing *mailing, struct inquiry_mail_taken *out)
{
    const struct eml *eml = mailing->eml;
    struct inquiry_mail_new in = { .client = mailing->client_id,
                                   .message_id = eml->message_id,
                                   .in_reply_to = eml->in_reply_to,
                                   .references = eml->references,
                                   .references_count = eml->reference_count,
                                   .from = eml->from,
                                   .from_name = eml->from_name,
                                   .reply_to = eml->reply_to,
                                   .to = eml->to,
                                   .to_count = eml->to_count,
                                   .subject = eml->subject,
                                   .text = eml->text,
                                   .has_cut = eml->cut,
                                   .cut = eml->cut,
                                   .has_automatic = eml->automatic,
                                   .automatic = eml->automatic,
                                   .has_at = eml->has_at,
                                   .at = eml->at_us };

    return call_inquiry_mail_add(mailing->client, &in, out);
}

static void show(const struct mailing *mailing, const struct inquiry_mail_taken *taken)
{
    struct cli *cli = mailing->cli;
    enum text_id text = TEXT_CLI_MAIL_JOINED;
    struct err said = { 0 };

    if (cli->json) {
        fprintf(cli->out, "%s\n",
                json_write(inquiry_mail_taken_record(), taken, JSON_LINE, cli->arena));
        return;
    }
    if (taken->known)
        text = TEXT_CLI_MAIL_KNOWN;
    else if (taken->opened)
        text = TEXT_CLI_MAIL_OPENED;
    else if (taken->reopened)
        text = TEXT_CLI_MAIL_REOPENED;
    (void)fail(&said, ERR_INVALID, NULL, text, mailing->path, taken->mail->number, NULL);
    fprintf(cli->out, "%s\n", cli->english ? said.english : said.german);
}

static bool send_part(struct mailing *mailing, const struct eml_part *part, size_t nth, int *ret)
{
    const char *name = part->name;
    struct attachment row;

    if (!*name)
        name = arena_format(mailing->cli->arena, "Anlage %zu", nth + 1);
    struct post_file file = { .name = name ? name : "Anlage",
                              .content_type = part->content_type,
                              .bytes = part->bytes,
                              .size = part->size,
                              .inquiry = mailing->inquiry,
                              .mail = mailing->mail };
    return post_send(mailing->cli, mailing->client, &file, &row, ret);
}

static bool send_parts(struct mailing *mailing, int *ret)
{
    const struct eml *eml = mailing->eml;
    struct eml_part all = { .name = "Nachricht.eml",
                            .content_type = "message/rfc822",
                            .bytes = (const uint8_t *)mailing->bytes,
                            .size = mailing->size };

    for (size_t i = 0; i < eml->part_count; i++) {
        if (!send_part(mailing, &eml->parts[i], i, ret))
            return false;
    }
    return !eml->cut || send_part(mailing, &all, eml->part_count, ret);
}

static int take(struct mailing *mailing)
{
    struct inquiry_mail_taken taken = { 0 };
    int code = EXIT_DONE;

    arena_reset(mailing->client->arena);
    enum call_result result = add_mail(mailing, &taken);
    if (result != CALL_DONE)
        return connect_explain(mailing->cli, mailing->client, &method_inquiry_mail_add, result);
    mailing->inquiry = taken.mail->inquiry;
    mailing->mail = taken.mail->id;
    show(mailing, &taken);
    return send_parts(mailing, &code) ? EXIT_DONE : code;
}

static int take_all(struct mailing *mailing)
{
    struct cli *cli = mailing->cli;
    int code = EXIT_DONE;

    for (size_t i = 0; i < cli->word_count; i++) {
        struct err err = { 0 };
        int one;
        mailing->path = cli->words[i];
        mailing->bytes = file_read(cli, mailing->path, &mailing->size, &err);
        mailing->eml = mailing->bytes ? eml_read(mailing->bytes, mailing->size, &err) : NULL;
        one = mailing->eml ? take(mailing) : cli_refused(cli, &err);
        eml_free(mailing->eml);
        if (one != EXIT_DONE)
            code = one; // the others are taken all the same
    }
    return code;
}

int action_inquiry_mail(struct cli *cli)
{
    struct mailing mailing = { .cli = cli };
    struct err err = { 0 };
    bool bad = false;
    const char *client_word = transfer_option(cli, "--client", &bad);
    int code;

    if (bad || cli->word_count == 0)
        return cli_usage(cli, TEXT_CLI_MAIL_USAGE, NULL);
    struct caller *caller = connect_services(cli, &err);
    if (!caller)
        return cli_refused(cli, &err);
    mailing.client = caller_client(caller);
    mailing.client->arena = arena_new(MEMORY);
    code = transfer_client(mailing.client, client_word, &mailing.client_id, &err)
               ? take_all(&mailing)
               : cli_refused(cli, &err);
    arena_free(mailing.client->arena);
    caller_free(caller);
    return code;
}

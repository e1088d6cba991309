// SPDX-License-Identifier: Apache-2.0
// One file, piece by piece; broken off, the same command goes on where it was.
#include <sodium.h>
#include <string.h>

#include "proto/stubs.h"
#include "services/cli/post.h"
#include "services/cli/say.h"

// The request's own texts lie elsewhere: only answers are forgotten.
static enum call_result send_piece(struct client *client, const struct post_file *file,
                                   struct attachment *row)
{
    size_t left = file->size - (size_t)row->received;
    struct attachment_piece in = { .id = row->id,
                                   .offset = row->received,
                                   .bytes = { file->bytes + row->received,
                                              left < POST_PIECE ? left : POST_PIECE } };

    arena_reset(client->arena);
    return call_attachment_chunk(client, &in, row);
}

bool post_send(struct cli *cli, struct client *client, const struct post_file *file,
               struct attachment *out, int *ret_code)
{
    struct transfer_progress progress = { 0 };
    uint8_t hash[32];
    struct attachment_new in = { .inquiry = file->inquiry,
                                 .number = file->number,
                                 .mail = file->mail,
                                 .name = file->name,
                                 .content_type = file->content_type,
                                 .size = (int64_t)file->size,
                                 .hash = { hash, sizeof hash } };

    (void)crypto_generichash(hash, sizeof hash, file->bytes, file->size, NULL, 0);
    const struct method *method = &method_attachment_begin;
    enum call_result result = call_attachment_begin(client, &in, out);
    while (result == CALL_DONE && out->state == attachment_state_COMING) {
        transfer_progress(&progress, file->name, out->received);
        method = &method_attachment_chunk;
        result = send_piece(client, file, out);
    }
    transfer_progress_end(&progress);
    if (result != CALL_DONE) {
        *ret_code = connect_explain(cli, client, method, result);
        return false;
    }
    if (out->state == attachment_state_HERE)
        return true;
    struct err err = { 0 };
    (void)fail(&err, ERR_CONFLICT, NULL, TEXT_CLI_ATTACH_CHANGED, file->name, NULL);
    *ret_code = cli_refused(cli, &err);
    return false;
}

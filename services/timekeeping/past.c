// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/past.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/step/rows.h"
#include "services/timekeeping/inquiry_new.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"

#define SERVICE_FILE "proto/timekeeping_inquiry.def"
#include "proto/handlers.inc"

#define NUMBER_MAX 20

static bool too_large(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

static struct id past_id(struct request *rq, const struct inquiry_import_in *in, const char *source)
{
    const char *space = arena_format(rq->arena, "inquiry_import %s %s", id_text(in->client).text,
                                     in->archive ? in->archive : "");

    return id_of_name(space ? space : "", source);
}

// Of the archive's name and the id there: ALT-000017. Which of two archives is meant must show.
static const char *past_number(struct request *rq, const struct inquiry_import_in *in,
                               const struct inquiry_old *old)
{
    const char *archive = in->archive ? in->archive : "ALT";
    size_t digits = strspn(old->source, "0123456789");

    if (old->number)
        return old->number;
    if (!old->source[digits] && digits < 6 && strlen(archive) + 7 <= NUMBER_MAX)
        return arena_format(rq->arena, "%s-%0*d%s", archive, (int)(6 - digits), 0, old->source);
    if (strlen(archive) + 1 + strlen(old->source) <= NUMBER_MAX &&
        strlen(archive) + 1 + strlen(old->source) >= 6)
        return arena_format(rq->arena, "%s-%s", archive, old->source);
    // Too long: what is the same of an id is as good a number.
    return arena_format(rq->arena, "A-%.17s", id_text(past_id(rq, in, old->source)).text + 19);
}

static struct inquiry past_row(struct request *rq, const struct inquiry_import_in *in,
                               const struct inquiry_old *old)
{
    int64_t opened_at = old->has_opened_at ? old->opened_at : rq->now_us;
    bool solved = old->solution != NULL;
    int64_t closed_at = old->has_closed_at ? old->closed_at : opened_at;

    return (struct inquiry){
        .id = past_id(rq, in, old->source),
        .version = 1,
        .number = past_number(rq, in, old),
        .client = in->client,
        .state = solved || old->has_closed_at ? inquiry_state_CLOSED : inquiry_state_OPEN,
        .channel = old->channel ? old->channel : channel_PHONE,
        .priority = old->priority ? old->priority : priority_NORMAL,
        .contact_name = old->contact_name,
        .phone = old->phone,
        .email = old->email,
        .subject = old->subject,
        .text = old->text,
        .solution = old->solution,
        .chargeable = old->has_chargeable && old->chargeable,
        .source =
            in->archive ? arena_format(rq->arena, "%s:%s", in->archive, old->source) : old->source,
        .opened_at = opened_at,
        .opened_by = rq->actor,
        .has_solved_at = solved,
        .solved_at = solved ? closed_at : 0,
        .has_closed_at = solved || old->has_closed_at,
        .closed_at = solved || old->has_closed_at ? closed_at : 0,
        .edited_at = rq->now_us,
        .edited_by = rq->actor,
    };
}

// The one place that writes what was taken over.
static bool past_write(struct request *rq, const struct inquiry *row)
{
    if (!table_put(rq->txn, &inquiry_table, row, &rq->err))
        return false;
    emit_inquiry(rq, row, false);
    return true;
}

// The same as it was taken over, or worked on since.
static bool is_known(const struct inquiry *kept, const struct inquiry *row)
{
    return kept->version > 1 ||
           (text_equal(kept->subject, row->subject) && text_equal(kept->text, row->text) &&
            text_equal(kept->solution, row->solution));
}

// False with rq->err set: the row is rejected, and nothing of it is written.
static bool past_take(struct request *rq, const struct inquiry_import_in *in,
                      const struct inquiry_old *old, struct inquiry_import_result *out)
{
    struct inquiry row = past_row(rq, in, old), kept;
    struct key key = key_of_id(row.id);

    if (!row.number || !row.source)
        return too_large(rq);
    inquiry_read_phone(rq, &row);
    if (!row_in_scope(rq, &inquiry_table, &row, NULL))
        return false;
    if (row.has_closed_at && row.closed_at < row.opened_at)
        return fail(&rq->err, ERR_INVALID, "closed_at", TEXT_PAST_CLOSED_BEFORE, NULL);
    if (!table_get(rq->txn, &inquiry_table, &scope_house, &key, rq->arena, &kept)) {
        out->added++;
        return past_write(rq, &row);
    }
    if (!is_known(&kept, &row))
        return fail(&rq->err, ERR_CONFLICT, "source", TEXT_PAST_OTHER, old->source, kept.subject,
                    NULL);
    out->known++;
    return true;
}

static struct import_reject reject_of(struct request *rq, int64_t row)
{
    const struct err *err = &rq->err;

    return (struct import_reject){
        .row = row,
        .field = err->field[0] ? arena_text(rq->arena, err->field, strlen(err->field)) : NULL,
        .problem = arena_text(rq->arena, err->german, strlen(err->german)),
        .problem_en = arena_text(rq->arena, err->english, strlen(err->english)),
    };
}

bool past_import(struct request *rq, const struct inquiry_import_in *in,
                 struct inquiry_import_result *out)
{
    struct import_reject *rejects = arena_array(rq->arena, in->rows_count + 1, sizeof *rejects);
    struct client_row client;

    if (!rejects)
        return too_large(rq);
    if (!id_is_zero(in->client) && !kept_client(rq, in->client, &client))
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    out->rejects = rejects;
    for (size_t i = 0; i < in->rows_count; i++) {
        int64_t added = out->added;
        if (past_take(rq, in, &in->rows[i], out))
            continue;
        if (rq->err.code == ERR_TOO_LARGE)
            return false;
        out->added = added;
        rejects[out->rejects_count++] = reject_of(rq, in->rows[i].row);
        rq->err = (struct err){ .code = ERR_NONE };
    }
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// Hotlines, and figures of queues and lines.
#include "common/base/civil.h"
#include "common/base/phone.h"
#include "common/base/text.h"
#include "common/step/rows.h"
#include "services/telephony/hotlines.h"
#include "services/telephony/queue.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"

#include <string.h>

#define SERVICE_FILE "proto/telephony.def"
#include "proto/handlers.inc"

#define WITHIN_DEFAULT_S 20
#define LOOKED_AT_MAX    20000

static bool number_of(struct request *rq, const char *typed, struct hotline *out)
{
    const struct switchboard *board = rq->context;
    struct phone phone;
    if (!typed)
        return true;
    if (!phone_read(typed, &board->home, &phone, &rq->err)) {
        memcpy(rq->err.field, "number", sizeof "number");
        return false;
    }
    if (!phone.e164[0])
        return fail(&rq->err, ERR_INVALID, "number", TEXT_HOTLINE_NUMBER, typed, NULL);
    out->number = arena_text(rq->arena, phone.e164, strlen(phone.e164));
    return out->number || fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
}

bool hotline_add(struct request *rq, const struct hotline_new *in, struct hotline *out)
{
    struct hotline row = { .id = new_id(rq),
                           .version = 1,
                           .name = in->name,
                           .queue = in->queue,
                           .edited_at = rq->now_us,
                           .edited_by = rq->actor };
    if ((in->number != NULL) == (in->queue != NULL))
        return fail(&rq->err, ERR_INVALID, "number", TEXT_ACT_TARGET, "number, queue", NULL);
    if (!number_of(rq, in->number, &row) || !row_in_scope(rq, &hotline_table, &row, NULL) ||
        !table_put(rq->txn, &hotline_table, &row, &rq->err))
        return false;
    emit_hotline(rq, &row, false);
    *out = row;
    return true;
}

bool hotline_delete(struct request *rq, const struct deletion *in, struct hotline *out)
{
    struct key key = key_of_id(in->id);
    if (!row_find(rq, &hotline_table, in->id, out))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_HOTLINE_UNKNOWN, NULL);
    if (in->version != out->version)
        return refuse_stale(rq, hotline_record(), out);
    out->version++;
    out->edited_at = rq->now_us;
    out->edited_by = rq->actor;
    (void)table_del(rq->txn, &hotline_table, &key);
    emit_hotline(rq, out, true);
    return true;
}

bool hotline_list(struct request *rq, const struct page *in, struct hotline_page *out)
{
    struct paging paging = { .table = &hotline_table };
    if (!page_read(rq, in, &paging))
        return false;
    *out = (struct hotline_page){ paging.rows, paging.count, paging.more };
    return true;
}

static bool fits(const struct call *call, const struct queue_query *query)
{
    if (query->queue && !text_equal(query->queue, call->queue))
        return false;
    return id_is_zero(query->client) || id_equal(query->client, call->client);
}

bool queue_list(struct request *rq, const struct queue_query *in, struct queue_figures *out)
{
    int64_t until_us = in->has_until ? in->until : rq->now_us + 1;
    int64_t from_us = in->has_from ? in->from : rq->now_us - DAYS(1);
    struct walk_options options = { .scope = &rq->scope, .index = call_by_start, .down = true };
    struct queue_sums sums;
    struct call call;
    size_t looked_at = 0;
    if (!queue_sums_begin(&sums, rq->now_us, in->has_within_s ? in->within_s : WITHIN_DEFAULT_S,
                          rq->arena, &rq->err))
        return false;
    options.after = call_start_key(until_us);
    struct walk *walk = walk_open(rq->txn, &call_table, &options, rq->arena);
    while (looked_at < LOOKED_AT_MAX && walk_next(walk, &call) && call.started_at >= from_us) {
        looked_at++;
        if (call.started_at < until_us && fits(&call, in))
            queue_sums_add(&sums, &call);
    }
    walk_close(walk);
    queue_sums_end(&sums);
    *out =
        (struct queue_figures){ sums.figures, sums.count, sums.full || looked_at == LOOKED_AT_MAX };
    return true;
}

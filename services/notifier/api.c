// SPDX-License-Identifier: Apache-2.0
// What the notifier is asked: streams, which the server drives, and a board's rows once.
#include "services/notifier/api.h"

#include "common/step/rows.h"
#include "common/step/server.h"
#include "common/step/stream.h"
#include "common/wire/codec.h"
#include "services/notifier/board.h"
#include "services/notifier/board_missed.h"
#include "services/notifier/desk.h"
#include "services/notifier/follow.h"
#include "services/notifier/rows.h"
#include "services/notifier/store.h"

#define SERVICE_FILE "proto/notifier.def"
#include "proto/handlers.inc"

#define PAGE_ROWS     50
#define PAGE_ROWS_MAX 200
// A page must fit into a message beside its head.
#define PAGE_BYTES ((size_t)700 << 10)

bool stream_open(struct request *rq, const struct stream_order *order, struct stream_opened *out)
{
    return streams_open(server_streams(rq->server), rq, order, &out->stream);
}

bool stream_credit(struct request *rq, const struct stream_credit_in *in, struct nothing *out)
{
    (void)out;
    return streams_credit(server_streams(rq->server), rq, in);
}

bool stream_close(struct request *rq, const struct stream_place *in, struct nothing *out)
{
    (void)out;
    return streams_close(server_streams(rq->server), rq, in->stream);
}

static void page_fill(struct request *rq, const struct board_query *query, struct board_call *rows,
                      struct board_page *out)
{
    struct walk_options options = { .scope = &rq->scope };
    size_t limit = query->has_limit ? (size_t)query->limit : PAGE_ROWS;
    struct mp_writer writer;
    struct board_call row;
    struct walk *walk;

    key_init(&options.after);
    if (!id_is_zero(query->after))
        key_id(&options.after, query->after);
    mp_writer_init(&writer);
    walk = walk_open(rq->txn, &board_call_table, &options, rq->arena);
    while (!out->more && walk_next(walk, &row)) {
        if (!board_fits(&row, query))
            continue;
        encode(board_call_record(), &row, &writer);
        out->more = out->calls_count == limit || (out->calls_count && writer.size > PAGE_BYTES);
        if (!out->more)
            rows[out->calls_count++] = row;
    }
    walk_close(walk);
    mp_writer_done(&writer);
}

static bool agents_get(struct request *rq, const struct board_query *query, struct board_page *out)
{
    struct page page = { query->after, query->has_limit, query->limit };
    struct paging paging = { .table = &board_agent_table };

    if (!id_is_zero(query->client) || !id_is_zero(query->staff) || !id_is_zero(query->team))
        return fail(&rq->err, ERR_INVALID, "board", TEXT_BOARD_NOT_NARROWED, NULL);
    if (!page_read(rq, &page, &paging))
        return false;
    *out = (struct board_page){ .agents = paging.rows,
                                .agents_count = paging.count,
                                .more = paging.more };
    return true;
}

static bool desk_get(struct request *rq, const struct desk *desk, const struct board_query *query,
                     struct board_page *out)
{
    struct desk_rows found;

    if (!desk_page(rq, desk, query, &found))
        return false;
    out->more = found.more;
    switch (desk->board) {
    case board_CLOCKS: out->clocks = found.rows, out->clocks_count = found.count; break;
    case board_INQUIRIES: out->inquiries = found.rows, out->inquiries_count = found.count; break;
    case board_CALLBACKS: out->callbacks = found.rows, out->callbacks_count = found.count; break;
    default: out->resubmissions = found.rows, out->resubmissions_count = found.count; break;
    }
    return true;
}

bool board_get(struct request *rq, const struct board_query *query, struct board_page *out)
{
    struct board_call *rows;

    if (query->board == board_MISSED)
        return board_missed_page(rq, query, out);
    if (query->board == board_AGENTS)
        return agents_get(rq, query, out);
    if (desk_of(query->board))
        return desk_get(rq, desk_of(query->board), query, out);
    rows = arena_array(rq->arena, PAGE_ROWS_MAX, sizeof *rows);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
    out->calls = rows;
    page_fill(rq, query, rows, out);
    return true;
}

static bool tick(struct request *rq)
{
    bool more = desk_tick(rq);

    return job_step(rq, notifier_jobs, NOTIFIER_JOBS) || more;
}

static const struct board_source boards[] = {
    { "calls", "board_call", &board_call_table },
    { "agents", "board_agent", &board_agent_table },
    { "missed", "board_missed", &board_missed_table },
    { "clocks", "board_clock", &board_clock_table },
    { "inquiries", "board_inquiry", &board_inquiry_table },
    { "callbacks", "board_callback", &board_callback_table },
    { "resubmissions", "board_resubmission", &board_resubmission_table },
};

#define SERVICE      notifier
#define SERVICE_FILE "proto/notifier.def"
#include "proto/handler_table.inc"

const struct service notifier_service = {
    .schema = &notifier_schema,
    .handlers = notifier_handlers,
    .handler_count = COUNT_OF(notifier_handlers),
    .tables = notifier_tables,
    .table_count = NOTIFIER_TABLES,
    .follows = notifier_follows,
    .follow_count = NOTIFIER_FOLLOWS,
    .projection = NOTIFIER_PROJECTION,
    .boards = boards,
    .board_count = COUNT_OF(boards),
    .tick = tick,
};

// SPDX-License-Identifier: Apache-2.0
// What every service understands: ping, stats, and being followed.
#include <string.h>

#include "common/step/internal.h"
#include "common/store/derived.h"

#define BACKLOG_MAX 100000 // counted; more is as bad

#define SERVICE_FILE "proto/common.def"
#include "proto/handlers.inc"

bool ping(struct request *rq, const struct nothing *in, struct pong *out)
{
    (void)in;
    const struct server *server = rq->server;
    *out = (struct pong){
        .service = server->service->schema->service,
        .version = *server->version ? server->version : "0",
        .epoch = (int64_t)store_epoch(server->store),
        .head = store_head(server->store),
        .at = rq->now_us,
    };
    return true;
}

static void add_figure(struct figures *out, const char *name, int64_t value)
{
    struct figure *figures = (struct figure *)(uintptr_t)out->figures;
    figures[out->figures_count++] = (struct figure){ .name = name, .value = value };
}

bool stats(struct request *rq, const struct nothing *in, struct figures *out)
{
    (void)in;
    const struct server *server = rq->server;
    size_t tables = server->service->table_count;
    out->figures = arena_array(rq->arena, FIGURES_MAX + 2 * tables + 4, sizeof *out->figures);
    struct seen *seen = arena_array(rq->arena, FOLLOWED_MAX, sizeof *seen);
    const char **halted = arena_array(rq->arena, FOLLOWED_MAX, sizeof *halted);
    if (!out->figures || !seen || !halted)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    for (size_t i = 0; i < server->figure_count; i++)
        add_figure(out, server->figures[i].name, server->figures[i].value);
    for (size_t i = 0; i < tables; i++) {
        const struct table *table = server->service->tables[i];
        add_figure(out, arena_format(rq->arena, "rows_%s", table->name),
                   (int64_t)table_count(rq->txn, table));
        if (table->derived)
            add_figure(out, arena_format(rq->arena, "unindexed_%s", table->name),
                       (int64_t)derived_backlog(rq->txn, table, BACKLOG_MAX));
    }
    add_figure(out, "parked_facts", (int64_t)parked_count(rq->txn));
    add_figure(out, "streams", (int64_t)streams_count(server->streams));
    for (size_t i = 0; i < server->following_count; i++) {
        struct cursor cursor;
        if (!cursor_get(rq->txn, server->following[i].service, &cursor))
            continue;
        seen[out->following_count++] = (struct seen){ .service = server->following[i].service,
                                                      .epoch = cursor.epoch,
                                                      .seq = cursor.seq };
        if (cursor.halted[0])
            halted[out->halted_count++] =
                arena_format(rq->arena, "%s: %s", server->following[i].service, cursor.halted);
    }
    out->following = seen;
    out->halted = halted;
    return true;
}

// --- being followed
bool follow_register(struct request *rq, const struct follower *in, struct follow_place *out)
{
    struct follower_place place = { 0 };
    bool known = follower_get(rq->txn, in->name, &place);
    bool resumes = known && !place.cut_off && place.projection == in->projection;
    if (!resumes)
        place = (struct follower_place){ .projection = in->projection, .acked = 0 };
    place.at_us = rq->now_us;
    follower_put(rq->txn, in->name, &place);
    out->epoch = (int64_t)store_epoch(rq->server->store);
    out->head = log_head(rq->txn);
    out->oldest = log_oldest(rq->txn);
    out->has_acked = resumes;
    out->acked = place.acked;
    return true;
}

static bool epoch_is(struct request *rq, int64_t epoch)
{
    if (epoch == (int64_t)store_epoch(rq->server->store))
        return true;
    return fail(&rq->err, ERR_CONFLICT, "epoch", TEXT_EPOCH_UNKNOWN, NULL);
}

bool log_read(struct request *rq, const struct log_place *in, struct log_page *out)
{
    if (!epoch_is(rq, in->epoch))
        return false;
    out->head = log_head(rq->txn);
    int64_t oldest = log_oldest(rq->txn);
    if (in->after > out->head || (in->after < out->head && oldest > in->after + 1) ||
        (in->after < out->head && oldest == 0))
        return fail(&rq->err, ERR_CONFLICT, "after", TEXT_LOG_FORGOTTEN, NULL);
    size_t limit = in->has_limit ? (size_t)in->limit : PAGE_FACTS;
    out->facts_count = log_facts(rq->txn, in->after, limit, PAGE_BYTES_MAX, rq->arena, &out->facts);
    return true;
}

bool log_ack(struct request *rq, const struct log_ack_in *in, struct nothing *out)
{
    (void)out;
    struct follower_place place;
    if (!epoch_is(rq, in->epoch))
        return false;
    if (!follower_get(rq->txn, in->name, &place))
        return fail(&rq->err, ERR_NOT_FOUND, "name", TEXT_FOLLOWER_UNKNOWN, NULL);
    if (in->seq > log_head(rq->txn))
        return fail(&rq->err, ERR_INVALID, "seq", TEXT_LOG_FORGOTTEN, NULL);
    if (in->seq > place.acked)
        place.acked = in->seq;
    place.at_us = rq->now_us;
    follower_put(rq->txn, in->name, &place);
    return true;
}

static const struct table *table_of(const struct service *service, const struct record *record)
{
    for (size_t i = 0; i < service->table_count; i++) {
        if (service->tables[i]->record() == record)
            return service->tables[i];
    }
    return NULL;
}

static void fact_of_row(struct request *rq, const struct record *record, const void *row,
                        const char *kind, struct fact *out)
{
    const uint8_t *bytes = row;
    *out = (struct fact){
        .seq = log_head(rq->txn) ? log_head(rq->txn) : 1,
        .kind = kind,
        .entity = *(const struct id *)(bytes + record_field(record, "id")->offset),
        .version = *(const int64_t *)(bytes + record_field(record, "version")->offset),
        .at = rq->now_us,
        .actor = rq->service->schema->service,
        .row = request_encode(rq, record, row),
    };
}

bool snapshot_read(struct request *rq, const struct snapshot_place *in, struct snapshot_page *out)
{
    const char *service = rq->service->schema->service;
    const struct fact_kind *kind = proto_fact(service, in->kind);
    const struct table *table = kind ? table_of(rq->service, kind->record()) : NULL;
    if (!table)
        return fail(&rq->err, ERR_NOT_FOUND, "kind", TEXT_FACT_UNKNOWN, in->kind, NULL);
    size_t limit = in->has_limit ? (size_t)in->limit : PAGE_FACTS, used = 0;
    struct fact *facts = arena_array(rq->arena, limit, sizeof *facts);
    void *row = arena_alloc(rq->arena, kind->record()->size);
    if (!facts || !row)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    struct walk_options options = { .scope = &scope_house };
    if (!id_is_zero(in->after))
        options.after = key_of_id(in->after);
    struct walk *walk = walk_open(rq->txn, table, &options, rq->arena);
    while (walk_next(walk, row)) {
        out->more = out->facts_count == limit || used > PAGE_BYTES_MAX;
        if (out->more)
            break;
        fact_of_row(rq, kind->record(), row, kind->name, &facts[out->facts_count]);
        used += facts[out->facts_count++].row.size;
    }
    walk_close(walk);
    out->facts = facts;
    out->epoch = (int64_t)store_epoch(rq->server->store);
    out->head = log_head(rq->txn);
    return true;
}

#define SERVICE      common
#define SERVICE_FILE "proto/common.def"
#include "proto/handler_table.inc"

const struct handler *const shared_handlers = common_handlers;
const size_t shared_handler_count = COUNT_OF(common_handlers);

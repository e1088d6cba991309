// SPDX-License-Identifier: Apache-2.0
// What handlers say: new ids, facts, stale edits.
#include "common/step/request.h"

#include <stdlib.h>
#include <string.h>

#include "common/step/internal.h"

#define HOPS_MAX     8
#define FACT_ROW_MAX 65536 // as proto/common.def says of fact.row

struct id new_id(struct request *rq)
{
    const char *applying = rq->server ? rq->server->applying : NULL;
    return id_derive(rq->id, applying ? applying : rq->actor, rq->created++);
}

struct bytes request_encode(struct request *rq, const struct record *record, const void *row)
{
    struct mp_writer writer;
    mp_writer_init(&writer);
    encode(record, row, &writer);
    char *copy = arena_text(rq->arena, writer.data, writer.size);
    struct bytes bytes = { (const uint8_t *)copy, copy ? writer.size : 0 };
    mp_writer_done(&writer);
    return bytes;
}

static const struct record *record_of_kind(const struct request *rq, const char *kind)
{
    const struct schema *schema = rq->service->schema;
    for (size_t i = 0; i < schema->fact_count; i++) {
        if (strcmp(schema->facts[i].name, kind) == 0)
            return schema->facts[i].record();
    }
    abort(); // a fact that the contract does not name
}

// What cannot be told must not be half told: the request is refused as a whole.
static void emit_refuse(struct request *rq, enum err_code code, enum text_id text, int64_t most)
{
    (void)fail(&rq->err, code, NULL, text, int_text(most).text, NULL);
    if (rq->server)
        rq->server->emit_refused = true;
}

void emit(struct request *rq, const char *kind, const void *row, bool deleted)
{
    const struct record *record = record_of_kind(rq, kind);
    const uint8_t *bytes = row;
    bool applying = rq->server && rq->server->applying;
    struct fact fact = {
        .kind = kind,
        .entity = *(const struct id *)(bytes + record_field(record, "id")->offset),
        .version = *(const int64_t *)(bytes + record_field(record, "version")->offset),
        .at = rq->now_us,
        .actor = rq->actor,
        .cause = rq->id,
        .hops = applying ? rq->hops + 1 : 0,
        .has_deleted = deleted,
        .deleted = deleted,
        .row = request_encode(rq, record, row),
    };
    if (fact.hops > HOPS_MAX)
        emit_refuse(rq, ERR_CONFLICT, TEXT_FACT_HOPS, HOPS_MAX);
    else if (!fact.row.data || fact.row.size > FACT_ROW_MAX)
        emit_refuse(rq, ERR_TOO_LARGE, TEXT_FACT_TOO_LARGE, FACT_ROW_MAX);
    else
        (void)log_append(rq->txn, &fact);
}

bool refuse_stale(struct request *rq, const struct record *record, const void *row)
{
    rq->current = request_encode(rq, record, row);
    return fail(&rq->err, ERR_CONFLICT, "version", TEXT_STALE_EDIT, NULL);
}

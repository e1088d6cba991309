// SPDX-License-Identifier: Apache-2.0
// What is asked about agents.
#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/telephony/agent.h"
#include "services/telephony/store.h"

#define SERVICE_FILE "proto/telephony.def"
#include "proto/handlers.inc"

#define LIMIT_DEFAULT 50
// A page must fit into a message beside its head.
#define PAGE_BYTES ((size_t)700 << 10)

bool agent_get(struct request *rq, const struct by_id *in, struct agent *out)
{
    if (row_find(rq, &agent_table, in->id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_STAFF_UNKNOWN, NULL);
}

bool agent_list(struct request *rq, const struct agent_query *in, struct agent_page *out)
{
    size_t limit = in->has_limit ? (size_t)in->limit : LIMIT_DEFAULT;
    struct walk_options options = { .scope = &rq->scope };
    struct agent *agents = arena_array(rq->arena, limit + 1, sizeof *agents);
    if (!agents)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!id_is_zero(in->after))
        options.after = key_of_id(in->after);
    struct mp_writer writer;
    mp_writer_init(&writer);
    struct walk *walk = walk_open(rq->txn, &agent_table, &options, rq->arena);
    while (!out->more && walk_next(walk, &agents[out->agents_count])) {
        if (!agent_fits(&agents[out->agents_count], in))
            continue;
        encode(agent_record(), &agents[out->agents_count], &writer);
        out->more = out->agents_count == limit || (out->agents_count && writer.size > PAGE_BYTES);
        out->agents_count += !out->more;
    }
    walk_close(walk);
    mp_writer_done(&writer);
    out->agents = agents;
    return true;
}

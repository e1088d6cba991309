// SPDX-License-Identifier: Apache-2.0
// Which rows a stream may show: within the request's scope, and within what was ordered; and which
// facts are no longer to be told.
#include "common/step/stream_state.h"

#define WITHDRAWN   "streams_withdrawn"
#define WITHDRAWALS "streams_withdrawals"

void streams_withdraw(struct request *rq)
{
    meta_put(rq->txn, WITHDRAWN, log_head(rq->txn));
    meta_put(rq->txn, WITHDRAWALS, meta_get(rq->txn, WITHDRAWALS, 0) + 1);
}

struct withdrawal streams_withdrawn(struct txn *txn)
{
    return (struct withdrawal){ meta_get(txn, WITHDRAWN, 0), meta_get(txn, WITHDRAWALS, 0) };
}

bool stream_sees(const struct stream *stream, const void *row)
{
    const struct record *record = stream->source->table->record();

    for (size_t i = 0; i < stream->narrow_count; i++)
        if (!scope_sees(&stream->narrow[i], record, row))
            return false;
    return scope_sees(&stream->scope, record, row);
}

// SPDX-License-Identifier: Apache-2.0
// Hints: something was committed. Lost ones do no harm: a beacon repeats the head, after a second
// and then ever more seldom.
#include "common/step/internal.h"

#define INLINE_FACTS    50
#define INLINE_BYTES    ((size_t)32 << 10)
#define BEACON_FIRST_US SECONDS(1)
#define BEACON_LAST_US  SECONDS(30)

static void send_hint(struct server *server, const struct fact *facts, size_t count)
{
    struct out_slot *slot = out_add(server, OUT_HINT);
    struct envelope envelope = { .version = ENVELOPE_VERSION, .kind = ENVELOPE_HINT };
    struct hint hint = {
        .service = server->service->schema->service,
        .epoch = (int64_t)store_epoch(server->store),
        .head = store_head(server->store),
        .facts = facts,
        .facts_count = count,
    };
    encode(envelope_record(), &envelope, &slot->head);
    encode(hint_record(), &hint, &slot->body);
}

void hint_send(struct server *server, struct txn *txn)
{
    int64_t head = store_head(server->store);
    if (head > server->hinted_head) {
        const struct fact *facts = NULL;
        size_t count = 0;
        arena_reset(server->arena);
        if (head - server->hinted_head <= INLINE_FACTS)
            count = log_facts(txn, server->hinted_head, INLINE_FACTS, INLINE_BYTES, server->arena,
                              &facts);
        // Only all of them or none: a follower takes them as the continuation of what it has.
        bool all = (int64_t)count == head - server->hinted_head;
        send_hint(server, all ? facts : NULL, all ? count : 0);
        server->hinted_head = head;
        server->beacon_pause_us = BEACON_FIRST_US;
        server->beacon_us = server->now_us + BEACON_FIRST_US;
    } else if (server->beacon_us && server->now_us >= server->beacon_us) {
        send_hint(server, NULL, 0);
        server->beacon_pause_us *= 2;
        if (server->beacon_pause_us > BEACON_LAST_US)
            server->beacon_pause_us = BEACON_LAST_US;
        server->beacon_us = server->now_us + server->beacon_pause_us;
    }
}

// SPDX-License-Identifier: Apache-2.0
// One row per client with the length of the run of calls.
#include "services/telephony/diversion.h"

#include <string.h>

#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"

#define SERVICE_FILE "proto/telephony_diversion.def"
#include "proto/handlers.inc"

#define CALLS_DEFAULT 10

static void diversion_key(const void *row, struct key *key)
{
    key_id(key, ((const struct client_diversion *)row)->id);
}

const struct table call_diversion_table = {
    .name = "client_diversion",
    .number = 60,
    .record = client_diversion_record,
    .key = diversion_key,
};

static int64_t calls_needed(const struct request *rq)
{
    const struct switchboard *board = rq->context;
    return board && board->diversion_calls > 0 ? board->diversion_calls : CALLS_DEFAULT;
}

static bool is_own_number(const struct client_row *client, const char *number)
{
    for (size_t i = 0; i < client->numbers_count; i++) {
        if (client->numbers[i].e164 && strcmp(client->numbers[i].e164, number) == 0)
            return true;
    }
    return false;
}

static void count(struct client_diversion *row, bool own, int64_t at_us)
{
    row->version++;
    row->last_at = at_us;
    if (!own) {
        row->calls = 0;
        row->has_first_at = false;
        return;
    }
    if (row->calls++ == 0) {
        row->has_first_at = true;
        row->first_at = at_us;
    }
}

bool diversion_note(struct request *rq, const struct call *ended)
{
    struct client_row client;
    struct client_diversion row;
    struct key key = key_of_id(ended->client);
    if (ended->direction != call_direction_INBOUND || !ended->caller || id_is_zero(ended->client) ||
        !table_get(rq->txn, &known_client_table, &scope_house, &key, rq->arena, &client))
        return true;
    bool known = table_get(rq->txn, &call_diversion_table, &scope_house, &key, rq->arena, &row);
    if (!known)
        row = (struct client_diversion){ .id = ended->client };
    bool own = is_own_number(&client, ended->caller), before = row.diverted;
    // A client whose calls are in order needs no row.
    if (!own && (!known || (row.calls == 0 && !before)))
        return true;
    count(&row, own, ended->started_at);
    row.diverted = own && (before || row.calls >= calls_needed(rq));
    if (!table_put(rq->txn, &call_diversion_table, &row, &rq->err))
        return false;
    if (row.diverted != before)
        emit_client_diversion(rq, &row, false);
    return true;
}

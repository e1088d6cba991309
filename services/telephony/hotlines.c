// SPDX-License-Identifier: Apache-2.0
// The table of hotlines, and whether a call belongs to one.
#include "services/telephony/hotlines.h"

#include "common/base/phone.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"

static void hotline_key(const void *row, struct key *key)
{
    const struct hotline *hotline = row;
    key_id(key, hotline->id);
}

static void number_keys(const void *row, struct keys *keys)
{
    const struct hotline *hotline = row;
    if (!hotline->number)
        return;
    struct key key = number_key(hotline->number);
    keys_add(keys, &key);
}

static void queue_keys(const void *row, struct keys *keys)
{
    const struct hotline *hotline = row;
    if (!hotline->queue)
        return;
    struct key key = number_key(hotline->queue);
    keys_add(keys, &key);
}

static const struct index indexes[] = {
    { "hotline.by_number", number_keys, .unique = true, .field = "number",
      .query = "whether the number dialled is a hotline" },
    { "hotline.by_queue", queue_keys, .unique = true, .field = "queue",
      .query = "whether a call's queue is a hotline" },
};

const struct table hotline_table = {
    .name = "hotline",
    .number = 22,
    .record = hotline_record,
    .key = hotline_key,
    .indexes = indexes,
    .index_count = COUNT_OF(indexes),
};

static bool is_marked(struct request *rq, const struct index *index, const char *text)
{
    struct hotline row;
    struct key key = number_key(text);
    return table_get_by(rq->txn, index, &hotline_table, &scope_house, &key, rq->arena, &row);
}

bool hotlines_hold(struct request *rq, const struct call *call)
{
    const struct switchboard *board = rq->context;
    struct phone phone;
    struct err unread = { 0 };
    if (call->direction != call_direction_INBOUND)
        return false;
    if (call->queue && is_marked(rq, &indexes[1], call->queue))
        return true;
    return call->called && phone_read(call->called, &board->home, &phone, &unread) &&
           phone.e164[0] && is_marked(rq, &indexes[0], phone.e164);
}

// SPDX-License-Identifier: Apache-2.0
// Decided once for each call, at its answer or else at its end, and kept: a caller's open inquiry
// that is closed while they still talk does not make another one of the same call.
#include "services/timekeeping/hotline.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/step/rows.h"
#include "proto/talk.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/inquiry_list.h"
#include "services/timekeeping/inquiry_new.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_inquiry.h"

#define SHOWN_MAX 10
// Whoever begins to follow opens nothing for what lies further back.
#define AGE_MAX_US DAYS(7)

static bool is_hotline(const struct request *rq, const struct call *call)
{
    bool in = call->direction == call_direction_INBOUND || !call->direction;
    bool ripe = call->has_answered_at || call->state == call_state_ENDED;

    return call->has_hotline && call->hotline && in && ripe &&
           call->started_at > rq->now_us - AGE_MAX_US;
}

static bool decided(struct request *rq, struct id call, struct hotline_call *ret)
{
    struct key key = key_of_id(call);

    return table_get(rq->txn, &hotline_call_table, &scope_house, &key, rq->arena, ret);
}

static size_t with_call(struct request *rq, struct id call, struct inquiry *rows, size_t most)
{
    struct walk_options options = { .index = inquiry_by_call,
                                    .scope = &rq->scope,
                                    .prefix = key_of_id(call) };
    struct walk *walk = walk_open(rq->txn, &inquiry_table, &options, rq->arena);
    size_t count = 0;

    while (count < most && walk_next(walk, &rows[count]))
        count += !inquiry_hidden(rq, &rows[count]);
    walk_close(walk);
    return count;
}

static size_t open_of(struct request *rq, const struct call *call, struct inquiry *rows,
                      size_t most)
{
    return inquiries_of_caller(rq, call->client, call_partner(call), call_party_number(call), rows,
                               most);
}

static bool open_one(struct request *rq, const struct call *call, struct hotline_call *decision)
{
    // Made of the call: whatever is repeated meets the same inquiry.
    struct inquiry row = { .id = id_of_name("inquiry of call", id_text(call->id).text),
                           .chargeable = true,
                           .opened_at = call->started_at };

    if (row.opened_at > rq->now_us)
        row.opened_at = rq->now_us;
    decision->inquiry = row.id;
    return inquiry_fill_from_call(rq, call, &row) && inquiry_open(rq, &row, NULL);
}

// Who it really was is often said only when the inquiry is there.
static bool name_caller(struct request *rq, const struct call *call,
                        const struct hotline_call *decision)
{
    struct inquiry row;
    struct contact contact;
    struct id id = call->contact ? call->contact->contact : (struct id){ 0 };

    if (id_is_zero(decision->inquiry) || id_is_zero(id) ||
        !inquiry_row(rq, decision->inquiry, &row) || !id_is_zero(row.contact) ||
        !kept_contact(rq, &id, &contact) || !id_equal(contact.client, row.client))
        return true;
    row.contact = id;
    row.contact_name = contact.name;
    return inquiry_write(rq, &row);
}

bool hotline_told(struct request *rq, const struct call *call)
{
    struct hotline_call decision;
    struct inquiry one;

    if (!is_hotline(rq, call))
        return true;
    if (decided(rq, call->id, &decision))
        return name_caller(rq, call, &decision);
    decision = (struct hotline_call){
        .id = call->id, .version = 1, .client = call->client, .at = rq->now_us
    };
    bool has_one = with_call(rq, call->id, &one, 1) > 0 || open_of(rq, call, &one, 1) > 0;
    if (!has_one && !open_one(rq, call, &decision))
        return false;
    return table_put(rq->txn, &hotline_call_table, &decision, &rq->err);
}

void hotline_forget(struct request *rq, struct id call)
{
    struct key key = key_of_id(call);

    (void)table_del(rq->txn, &hotline_call_table, &key);
}

bool inquiries_for_call(struct request *rq, struct id id, struct inquiries_of_call *out)
{
    struct inquiry *of_call = arena_array(rq->arena, SHOWN_MAX, sizeof *of_call);
    struct inquiry *offered = arena_array(rq->arena, SHOWN_MAX, sizeof *offered);
    struct call call;
    size_t kept = 0;

    if (!of_call || !offered)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (!refers_call(rq, id, &call))
        return false;
    size_t count = with_call(rq, id, of_call, SHOWN_MAX);
    size_t open = open_of(rq, &call, offered, SHOWN_MAX);
    for (size_t i = 0; i < open; i++) {
        bool has_it = false;
        for (size_t k = 0; k < offered[i].calls_count; k++)
            has_it = has_it || id_equal(offered[i].calls[k], id);
        if (!has_it)
            offered[kept++] = offered[i];
    }
    return inquiry_matches(rq, of_call, count, &out->of_call, &out->of_call_count) &&
           inquiry_matches(rq, offered, kept, &out->offered, &out->offered_count);
}

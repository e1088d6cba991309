// SPDX-License-Identifier: Apache-2.0
// Who: the contact where exactly one fits, else the number. Whoever withholds theirs is a stranger
// each time: such an entry is settled by hand.
#include "services/telephony/missed.h"

#include <string.h>

#include "common/wire/codec.h"
#include "proto/talk.h"
#include "services/telephony/store.h"
#include "services/telephony/store_missed.h"
#include "services/telephony/who.h"

#define OPEN_MAX      50 // entries that one call can settle
#define NUMBERS_MAX   10
#define STAFF_MAX     50
#define TEAMS_MAX     20
#define LIMIT_DEFAULT 50
#define LOOKED_AT_MAX 20000

// --- what a call means for the list
static bool was_missed(const struct call *call)
{
    if (call->state != call_state_ENDED || call->direction != call_direction_INBOUND)
        return false;
    switch (call->outcome) {
    case call_outcome_MISSED:
    case call_outcome_ABANDONED:
    case call_outcome_BUSY:
    case call_outcome_VOICEMAIL: return true;
    default: return false;
    }
}

// --- the entries that are open
struct found {
    struct missed *rows;
    size_t count;
};

static bool add_found(struct found *found)
{
    for (size_t i = 0; i < found->count; i++) {
        if (id_equal(found->rows[i].id, found->rows[found->count].id))
            return false;
    }
    found->count++;
    return true;
}

static struct id entry_id(const struct call *call)
{
    return id_of_name("missed", id_text(call->id).text);
}

// A webhook may tell late that a call was answered after all: also a withheld one's.
static void find_own(struct request *rq, const struct call *call, struct found *found)
{
    struct key key = key_of_id(entry_id(call));
    struct missed *row = &found->rows[found->count];
    if (table_get(rq->txn, &missed_table, &scope_house, &key, rq->arena, row) && !row->has_done_at)
        (void)add_found(found);
}

static void find_open(struct request *rq, const char *who, struct found *found)
{
    struct walk_options options = { .index = missed_open,
                                    .scope = &scope_house,
                                    .prefix = missed_who_key(who) };
    struct walk *walk = walk_open(rq->txn, &missed_table, &options, rq->arena);
    while (found->count < OPEN_MAX && walk_next(walk, &found->rows[found->count]))
        (void)add_found(found);
    walk_close(walk);
}

static bool find_all(struct request *rq, const struct call *call, struct found *found)
{
    struct id ids[WHO_IDS_MAX], contact = call_partner(call);
    size_t id_count = id_is_zero(contact) ? 0 : who_ids(rq, contact, ids, WHO_IDS_MAX);
    found->count = 0;
    found->rows = arena_array(rq->arena, OPEN_MAX + 1, sizeof *found->rows);
    if (!found->rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = 0; i < id_count; i++)
        find_open(rq, id_text(ids[i]).text, found);
    if (call_number(call))
        find_open(rq, call_number(call), found);
    find_own(rq, call, found);
    return true;
}

static bool write_entry(struct request *rq, struct missed *row)
{
    row->version++;
    if (!record_check(missed_record(), row, &rq->err) ||
        !table_put(rq->txn, &missed_table, row, &rq->err))
        return false;
    emit(rq, "missed", row, false);
    return true;
}

// Whoever was called back was called back, for whichever client they had called.
static bool settle_all(struct request *rq, const struct call *call)
{
    bool inbound = call->direction == call_direction_INBOUND;
    struct found found;
    if (!find_all(rq, call, &found))
        return false;
    for (size_t i = 0; i < found.count; i++) {
        struct missed *row = &found.rows[i];
        if (inbound && !id_equal(row->client, call->client))
            continue;
        row->has_done_at = true;
        row->done_at = rq->now_us;
        row->done_by = rq->actor;
        row->done_how = inbound ? missed_how_CALLED_AGAIN : missed_how_REACHED;
        row->done_call = call->id;
        if (!write_entry(rq, row))
            return false;
    }
    return true;
}

// --- one more missed call
static bool add_ids(struct request *rq, const struct id **ids, size_t *count, size_t most,
                    const struct id *more, size_t more_count)
{
    struct id *all = arena_array(rq->arena, *count + more_count, sizeof *all);
    size_t size = 0;
    if (!all)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = 0; i < *count + more_count && size < most; i++) {
        struct id id = i < *count ? (*ids)[i] : more[i - *count];
        bool twice = false;
        for (size_t k = 0; k < size; k++)
            twice = twice || id_equal(all[k], id);
        if (!twice)
            all[size++] = id;
    }
    *ids = all;
    *count = size;
    return true;
}

static bool add_number(struct request *rq, struct missed *row, const char *number)
{
    const char **numbers = arena_array(rq->arena, NUMBERS_MAX, sizeof *numbers);
    size_t count = 0;
    if (!numbers)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (!number)
        return true;
    numbers[count++] = number;
    for (size_t i = 0; i < row->numbers_count && count < NUMBERS_MAX; i++) {
        if (strcmp(row->numbers[i], number) != 0)
            numbers[count++] = row->numbers[i];
    }
    row->numbers = numbers;
    row->numbers_count = count;
    return true;
}

static bool fits(struct request *rq, const struct missed *row, const struct call *call)
{
    struct id contact = call_partner(call);
    if (!id_equal(row->client, call->client))
        return false;
    // The same number, but another person by now: an entry of their own.
    return id_is_zero(row->contact) || id_is_zero(contact) ||
           id_equal(who_id_now(rq, row->contact), who_id_now(rq, contact));
}

static bool add_missed(struct request *rq, const struct call *call)
{
    struct found found;
    if (!find_all(rq, call, &found))
        return false;
    struct missed fresh = { .id = entry_id(call),
                            .client = call->client,
                            .first_at = call->started_at };
    struct missed *row = &fresh;
    for (size_t i = 0; i < found.count && row == &fresh; i++) {
        if (fits(rq, &found.rows[i], call))
            row = &found.rows[i];
    }
    row->count++;
    if (row->first_at > call->started_at)
        row->first_at = call->started_at;
    if (row->last_at <= call->started_at) {
        row->last_at = call->started_at;
        row->last_call = call->id;
        row->called = call->called;
    }
    if (!row->caller_name)
        row->caller_name = call->caller_name;
    row->client_name = call->client_name;
    if (id_is_zero(row->contact) && !id_is_zero(call_partner(call))) {
        row->contact = call_partner(call);
        row->name = call->shown_contact ? call->shown_contact->name : NULL;
    }
    return add_number(rq, row, call->caller) &&
           add_ids(rq, &row->staff, &row->staff_count, STAFF_MAX, call->staff, call->staff_count) &&
           add_ids(rq, &row->teams, &row->teams_count, TEAMS_MAX, call->teams, call->teams_count) &&
           write_entry(rq, row);
}

bool missed_follow(struct request *rq, const struct call *before, const struct call *call)
{
    if (call_spoken(call) && !(before && call_spoken(before)))
        return settle_all(rq, call);
    if (was_missed(call) && !(before && was_missed(before)))
        return add_missed(rq, call);
    return true;
}

// --- a merge, or one taken back
// Who called last, as they are now: so it comes out right in both directions.
static bool name_again(struct request *rq, const struct contact_merged *merged, struct missed *row)
{
    struct call call;
    struct contact contact;
    struct key key = key_of_id(row->last_call);
    if (!table_get(rq->txn, &call_table, &scope_house, &key, rq->arena, &call))
        return true;
    struct id now = who_id_now(rq, call_partner(&call));
    if (id_is_zero(now) || id_equal(now, row->contact))
        return true;
    key = key_of_id(now);
    row->contact = now;
    if (table_get(rq->txn, &known_contact_table, &scope_house, &key, rq->arena, &contact))
        row->name = contact.name;
    else // told before the contact itself
        row->name = id_equal(now, merged->id) ? merged->from_name : merged->to_name;
    return write_entry(rq, row);
}

bool missed_follow_merge(struct request *rq, const struct contact_merged *merged)
{
    struct id ids[2 * WHO_IDS_MAX];
    size_t count = who_ids(rq, merged->to, ids, WHO_IDS_MAX);
    struct found found = { .rows = arena_array(rq->arena, OPEN_MAX + 1, sizeof *found.rows) };
    if (!found.rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    count += who_ids(rq, merged->id, ids + count, WHO_IDS_MAX);
    for (size_t i = 0; i < count; i++)
        find_open(rq, id_text(ids[i]).text, &found);
    for (size_t i = 0; i < found.count; i++) {
        if (!name_again(rq, merged, &found.rows[i]))
            return false;
    }
    return true;
}

// --- the list
static bool start_behind(struct request *rq, const struct missed_query *query,
                         struct walk_options *options)
{
    struct missed last;
    struct key key = key_of_id(query->after);
    if (id_is_zero(query->after))
        return true;
    if (!table_get(rq->txn, &missed_table, &rq->scope, &key, rq->arena, &last))
        return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_MISSED_UNKNOWN, NULL);
    options->after = missed_last_key(last.has_done_at, last.last_at);
    options->after_row = query->after;
    return true;
}

bool missed_page_read(struct request *rq, const struct missed_query *query, struct missed_page *out)
{
    size_t limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT;
    bool done = query->has_done && query->done;
    struct walk_options options = {
        .index = missed_by_last, .scope = &rq->scope, .down = true, .prefix = missed_done_key(done)
    };
    if (!start_behind(rq, query, &options))
        return false;
    struct missed *rows = arena_array(rq->arena, limit + 1, sizeof *rows);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    struct walk *walk = walk_open(rq->txn, &missed_table, &options, rq->arena);
    size_t count = 0, looked_at = 0;
    while (count <= limit && looked_at++ < LOOKED_AT_MAX && walk_next(walk, &rows[count]))
        count += id_is_zero(query->client) || id_equal(query->client, rows[count].client);
    walk_close(walk);
    out->more = count > limit || looked_at > LOOKED_AT_MAX;
    out->missed = rows;
    out->missed_count = count > limit ? limit : count;
    return true;
}

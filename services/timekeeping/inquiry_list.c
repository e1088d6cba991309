// SPDX-License-Identifier: Apache-2.0
// An index that fits is walked, and what else was asked for is looked at row by row.
#include "services/timekeeping/inquiry_list.h"

#include <string.h>

#include "common/base/text.h"
#include "common/step/rows.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_inquiry.h"

#define LIMIT_DEFAULT 50
#define LOOKED_AT_MAX 20000
#define IDS_MAX       60
#define MOVES_MAX     200

// A list being made: of one index, or (a contact with others merged into it) of one for each id.
struct listing {
    const struct inquiry_query *query;
    struct id staff; // asked for, or whoever asks
    enum inquiry_order sort;
    struct id contacts[IDS_MAX];
    size_t contact_count;
    bool has_last;
    struct inquiry last; // of the page before
    struct inquiry *rows;
    size_t count, limit;
    size_t looked_at, found; // rows by now, and those of them that the page shows
    bool broken_off;
};

// --- what fits
static bool same_or_any(struct id wanted, struct id id)
{
    return id_is_zero(wanted) || id_equal(wanted, id);
}

static bool contact_fits(const struct listing *list, struct id contact)
{
    for (size_t i = 0; i < list->contact_count; i++) {
        if (id_equal(list->contacts[i], contact))
            return true;
    }
    return list->contact_count == 0;
}

static bool persons_fit(const struct listing *list, const struct inquiry *row)
{
    const struct inquiry_query *query = list->query;

    return same_or_any(list->staff, row->staff) && same_or_any(query->team, row->team) &&
           same_or_any(query->client, row->client) && same_or_any(query->file, row->file) &&
           contact_fits(list, row->contact) &&
           (!query->department || text_equal(query->department, row->department));
}

static bool fits(const struct listing *list, const struct inquiry *row)
{
    const struct inquiry_query *query = list->query;
    bool open = inquiry_is_open(row->state);

    return (!query->state || query->state == row->state) &&
           (!query->has_open || query->open == open) &&
           (list->sort == inquiry_order_NEWEST || open) &&
           (!query->channel || query->channel == row->channel) &&
           (!query->priority || query->priority == row->priority) &&
           (!query->has_from || row->opened_at >= query->from) &&
           (!query->has_until || row->opened_at < query->until) && persons_fit(list, row);
}

// An answer must not keep others waiting for long; but an empty one says that there are none. A
// contact's are few.
static enum walk_fit judge(void *context, const void *row)
{
    struct listing *list = context;

    list->broken_off =
        ++list->looked_at > LOOKED_AT_MAX && list->found > 0 && list->contact_count == 0;
    if (list->broken_off)
        return WALK_END;
    return fits(list, row) ? WALK_TAKE : WALK_PASS;
}

// --- which index
static const struct index *index_of(const struct listing *list, struct id *ret_id)
{
    const struct inquiry_query *query = list->query;
    const struct {
        struct id id;
        const struct index *index;
    } ways[] = { { query->file, inquiry_by_file },
                 { list->staff, inquiry_by_staff },
                 { query->team, inquiry_by_team },
                 { query->client, inquiry_by_client } };

    *ret_id = (struct id){ 0 };
    if (list->sort == inquiry_order_DUE)
        return inquiry_open_by_due;
    if (list->sort == inquiry_order_PRIORITY)
        return inquiry_open_by_priority;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        *ret_id = ways[i].id;
        if (!id_is_zero(ways[i].id))
            return ways[i].index;
    }
    return inquiry_by_time;
}

static struct key last_key(const struct listing *list, struct id id)
{
    if (list->sort == inquiry_order_DUE)
        return inquiry_due_key(&list->last);
    if (list->sort == inquiry_order_PRIORITY)
        return inquiry_priority_key(&list->last);
    return id_is_zero(id) ? inquiry_time_key(list->last.opened_at)
                          : inquiry_place_key(id, list->last.opened_at);
}

// At most one more than the page holds, in the order of the index.
static size_t walk_index(struct request *rq, struct listing *list, const struct index *index,
                         struct id id, struct inquiry *rows)
{
    struct walk_options options = { .index = index,
                                    .scope = &rq->scope,
                                    .down = list->sort == inquiry_order_NEWEST,
                                    .fits = judge,
                                    .context = list };
    size_t count = 0;

    if (!id_is_zero(id))
        options.prefix = key_of_id(id);
    if (list->has_last) {
        options.after = last_key(list, id);
        options.after_row = list->last.id;
    }
    struct walk *walk = walk_open(rq->txn, &inquiry_table, &options, rq->arena);
    while (count <= list->limit && walk_next(walk, &rows[count])) {
        count += !inquiry_hidden(rq, &rows[count]);
        list->found = count;
    }
    walk_close(walk);
    return count;
}

// --- a contact with others merged into it
static bool later(const struct inquiry *a, const struct inquiry *b)
{
    if (a->opened_at != b->opened_at)
        return a->opened_at > b->opened_at;
    return memcmp(&a->id, &b->id, sizeof a->id) > 0;
}

static bool merge_rows(struct request *rq, struct listing *list, const struct inquiry *more,
                       size_t more_count)
{
    struct inquiry *rows = arena_array(rq->arena, list->limit + 2, sizeof *rows);
    size_t own = 0, other = 0, count = 0;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    while (count <= list->limit && (own < list->count || other < more_count)) {
        bool take_own =
            other >= more_count || (own < list->count && later(&list->rows[own], &more[other]));
        rows[count++] = take_own ? list->rows[own++] : more[other++];
    }
    list->rows = rows;
    list->count = count;
    return true;
}

static bool walk_contacts(struct request *rq, struct listing *list)
{
    for (size_t i = 0; i < list->contact_count; i++) {
        struct inquiry *rows = arena_array(rq->arena, list->limit + 2, sizeof *rows);
        if (!rows)
            return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
        size_t count = walk_index(rq, list, inquiry_by_contact, list->contacts[i], rows);
        if (!merge_rows(rq, list, rows, count))
            return false;
    }
    return true;
}

// --- the list
static enum inquiry_order order_of(const struct inquiry_query *query)
{
    if (query->sort)
        return query->sort;
    return query->has_open && query->open ? inquiry_order_PRIORITY : inquiry_order_NEWEST;
}

static bool begin(struct request *rq, const struct inquiry_query *query, struct listing *list)
{
    struct request house = *rq;
    struct staff me;

    *list = (struct listing){ .query = query,
                              .staff = query->staff,
                              .sort = order_of(query),
                              .limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT };
    if (query->has_mine && query->mine) {
        if (!kept_actor(rq, &me))
            return fail(&rq->err, ERR_INVALID, "mine", TEXT_INQUIRY_NOBODY, NULL);
        list->staff = me.id;
    }
    house.scope = scope_house;
    list->contact_count = kept_contact_ids(&house, query->contact, list->contacts, IDS_MAX);
    list->rows = arena_array(rq->arena, list->limit + 2, sizeof *list->rows);
    if (!list->rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    list->has_last = !id_is_zero(query->after);
    return !list->has_last || inquiry_find(rq, query->after, &list->last) ||
           fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_INQUIRY_UNKNOWN, NULL);
}

bool inquiry_matches(struct request *rq, const struct inquiry *rows, size_t count,
                     const struct inquiry_match **ret, size_t *ret_count)
{
    struct inquiry_match *matches = arena_array(rq->arena, count, sizeof *matches);

    if (!matches)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    for (size_t i = 0; i < count; i++) {
        if (!inquiry_match_fill(rq, &rows[i], &matches[i]))
            return false;
    }
    *ret = matches;
    *ret_count = rows_fit(inquiry_match_record(), matches, count);
    return true;
}

bool inquiries_list(struct request *rq, const struct inquiry_query *query, struct inquiry_page *out)
{
    struct listing list;
    struct id id;

    if (!begin(rq, query, &list))
        return false;
    const struct index *index = index_of(&list, &id);
    bool of_contact = list.contact_count > 0 && list.sort == inquiry_order_NEWEST;
    if (of_contact && !walk_contacts(rq, &list))
        return false;
    if (!of_contact)
        list.count = walk_index(rq, &list, index, id, list.rows);
    size_t count = list.count > list.limit ? list.limit : list.count;
    if (!inquiry_matches(rq, list.rows, count, &out->inquiries, &out->inquiries_count))
        return false;
    out->more = list.count > list.limit || list.broken_off || out->inquiries_count < count;
    return true;
}

bool inquiry_moves_read(struct request *rq, const struct inquiry *row, struct inquiry_moves *out)
{
    struct walk_options options = { .index = inquiry_move_by_inquiry,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(row->id),
                                    .down = true };
    struct inquiry_move *moves = arena_array(rq->arena, MOVES_MAX + 1, sizeof *moves);
    size_t at = MOVES_MAX + 1;

    if (!moves)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    // From the last one back, into the array from its end.
    struct walk *walk = walk_open(rq->txn, &inquiry_move_table, &options, rq->arena);
    while (at > 0 && walk_next(walk, &moves[at - 1]))
        at--;
    walk_close(walk);
    out->more = at == 0;
    at += out->more;
    out->moves = moves + at;
    out->moves_count = MOVES_MAX + 1 - at;
    return true;
}

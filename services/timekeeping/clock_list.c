// SPDX-License-Identifier: Apache-2.0
// Clocks for people: one, a page, what counts for somebody now.
#include "common/step/rows.h"
#include "common/wire/codec.h"
#include "services/timekeeping/clocks.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"

#define LIMIT_DEFAULT 50
// Rows looked at for one page; behind them the page ends, and `more` says so.
#define LOOKED_AT_MAX 20000
// A page must fit into a message beside its head.
#define PAGE_BYTES ((size_t)700 << 10)
#define STACK_MAX  50

void clock_resolve(struct request *rq, struct clock *clock)
{
    struct contact contact;
    struct id id = clock->contact;

    if (id_is_zero(id) || !kept_contact(rq, &id, &contact))
        return;
    clock->contact = id;
    clock->contact_name = contact.name;
}

bool clocks_get(struct request *rq, struct id id, struct clock *ret)
{
    if (!clock_find(rq, id, ret))
        return false;
    clock_resolve(rq, ret);
    return true;
}

// --- a page
static struct walk_options walk_for(const struct request *rq, const struct clock_query *query)
{
    struct walk_options options = { .scope = &rq->scope, .down = true, .index = clock_by_start };
    if (!id_is_zero(query->call)) {
        options.index = clock_by_call;
        options.prefix = key_of_id(query->call);
    } else if (!id_is_zero(query->staff)) {
        options.index = clock_by_staff;
        options.prefix = key_of_id(query->staff);
    }
    return options;
}

static struct key place_in(const struct index *index, const struct clock *clock)
{
    if (index == clock_by_call)
        return key_of_id(clock->call);
    if (index == clock_by_staff)
        return clock_staff_key(clock->staff, clock->started_at);
    return clock_start_key(clock->started_at);
}

static bool fits(struct request *rq, const struct clock *clock, const struct clock_query *query)
{
    if (!id_is_zero(query->staff) && !id_equal(clock->staff, query->staff))
        return false;
    if (query->state && clock->state != query->state)
        return false;
    if ((query->has_from && clock->started_at < query->from) ||
        (query->has_until && clock->started_at >= query->until))
        return false;
    if (query->has_unbooked && query->unbooked && !id_is_zero(clock->entry))
        return false;
    if (query->has_overlap && query->overlap && !clock->has_overlap_s)
        return false;
    return !file_hidden(rq, clock->file);
}

static bool start_behind(struct request *rq, const struct clock_query *query,
                         struct walk_options *options)
{
    struct clock last;

    if (id_is_zero(query->after))
        return true;
    if (!row_find(rq, &clock_table, query->after, &last))
        return fail(&rq->err, ERR_NOT_FOUND, "after", TEXT_CLOCK_UNKNOWN, NULL);
    options->after = place_in(options->index, &last);
    options->after_row = query->after;
    return true;
}

bool clocks_list(struct request *rq, const struct clock_query *query, struct clock_page *ret)
{
    size_t limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT, looked_at = 0;
    struct walk_options options = walk_for(rq, query);
    struct clock *rows = arena_array(rq->arena, limit + 1, sizeof *rows);
    struct mp_writer writer;

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    if (!start_behind(rq, query, &options))
        return false;
    *ret = (struct clock_page){ .clocks = rows, .at = rq->now_us };
    mp_writer_init(&writer);
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    while (!ret->more && walk_next(walk, &rows[ret->clocks_count])) {
        struct clock *row = &rows[ret->clocks_count];
        if (query->has_from && row->started_at < query->from && options.index != clock_by_call)
            break;
        ret->more = ++looked_at > LOOKED_AT_MAX;
        if (ret->more || !fits(rq, row, query))
            continue;
        clock_resolve(rq, row);
        encode(clock_record(), row, &writer);
        ret->more = ret->clocks_count == limit || (ret->clocks_count && writer.size > PAGE_BYTES);
        ret->clocks_count += !ret->more;
    }
    walk_close(walk);
    mp_writer_done(&writer);
    return true;
}

// --- what counts now
static void read_open(struct request *rq, struct id staff, bool by_hand, struct clock_stack *ret,
                      struct clock *rows)
{
    struct walk_options options = { .index = clock_by_end,
                                    .scope = &rq->scope,
                                    .prefix = clock_end_key(staff, by_hand, INT64_MAX) };
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);

    while (ret->clocks_count < STACK_MAX && walk_next(walk, &rows[ret->clocks_count]))
        ret->clocks_count += !file_hidden(rq, rows[ret->clocks_count].file);
    walk_close(walk);
}

// What counts first; then what waits, the last moved first.
static bool goes_before(const struct clock *a, const struct clock *b)
{
    if (a->state != b->state)
        return a->state < b->state;
    return clock_moved_at(a) > clock_moved_at(b);
}

bool clocks_status(struct request *rq, struct id named, struct clock_stack *ret)
{
    struct staff staff;
    struct clock *rows = arena_array(rq->arena, STACK_MAX + 1, sizeof *rows);

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    if (!clock_staff(rq, named, &staff))
        return false;
    *ret = (struct clock_stack){
        .staff = staff.id, .name = staff.name, .at = rq->now_us, .clocks = rows
    };
    read_open(rq, staff.id, false, ret, rows);
    read_open(rq, staff.id, true, ret, rows);
    for (size_t i = 1; i < ret->clocks_count; i++) {
        struct clock row = rows[i];
        size_t at = i;
        for (; at > 0 && goes_before(&row, &rows[at - 1]); at--)
            rows[at] = rows[at - 1];
        rows[at] = row;
    }
    for (size_t i = 0; i < ret->clocks_count; i++)
        clock_resolve(rq, &rows[i]);
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// Lists of measures: of an inquiry in order, else the newest first.
#include "common/step/rows.h"
#include "services/timekeeping/inquiries.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/measures.h"
#include "services/timekeeping/store_inquiry.h"

#define LIMIT_DEFAULT 50
#define LOOKED_AT_MAX 20000

struct listing {
    const struct measure_query *query;
    struct id inquiry, staff;
    size_t limit;
    struct walk_options options;
    size_t looked_at, found; // rows by now, and those of them that the page shows
    bool broken_off;
};

bool measure_match_fill(struct request *rq, const struct measure *row,
                        const struct inquiry *inquiry, struct measure_match *out)
{
    struct staff staff;

    *out = (struct measure_match){ .measure = row, .subject = inquiry->subject };
    out->number = arena_format(rq->arena, "%s/%lld", inquiry->number, (long long)row->place);
    if (kept_staff(rq, row->staff, &staff))
        out->staff_name = staff.name;
    return out->number || fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

static bool whose(struct request *rq, struct listing *list)
{
    const struct measure_query *query = list->query;
    struct inquiry inquiry;
    struct staff me;

    list->staff = query->staff;
    if (query->has_mine && query->mine) {
        if (!kept_actor(rq, &me))
            return fail(&rq->err, ERR_INVALID, "mine", TEXT_INQUIRY_NOBODY, NULL);
        list->staff = me.id;
    }
    if (id_is_zero(query->inquiry) && !query->number)
        return true;
    if (!inquiry_named(rq, query->inquiry, query->number, &inquiry))
        return false;
    list->inquiry = inquiry.id;
    return true;
}

static bool begin(struct request *rq, struct listing *list)
{
    struct walk_options *options = &list->options;
    struct inquiry inquiry;
    struct measure last;

    *options = (struct walk_options){ .scope = &rq->scope, .index = measure_by_time };
    if (!id_is_zero(list->inquiry)) {
        options->index = measure_by_inquiry;
        options->prefix = key_of_id(list->inquiry);
    } else if (!id_is_zero(list->staff)) {
        options->index = measure_by_staff;
        options->prefix = key_of_id(list->staff);
    }
    options->down = id_is_zero(list->inquiry);
    if (id_is_zero(list->query->after))
        return true;
    if (!measure_named(rq, (struct measure_name){ .id = list->query->after }, &last, &inquiry))
        return false;
    options->after_row = last.id;
    if (options->index == measure_by_inquiry)
        options->after = inquiry_place_key(last.inquiry, last.place);
    else if (options->index == measure_by_staff)
        options->after = inquiry_place_key(last.staff, last.added_at);
    else
        options->after = inquiry_time_key(last.added_at);
    return true;
}

static bool fits(const struct listing *list, const struct measure *row)
{
    const struct measure_query *query = list->query;
    bool open = row->state != measure_state_DONE;

    return (id_is_zero(list->staff) || id_equal(list->staff, row->staff)) &&
           (id_is_zero(query->client) || id_equal(query->client, row->client)) &&
           (!query->state || query->state == row->state) &&
           (!query->has_open || query->open == open);
}

// As in inquiry_list.c.
static enum walk_fit judge(void *context, const void *row)
{
    struct listing *list = context;

    list->broken_off = ++list->looked_at > LOOKED_AT_MAX && list->found > 0;
    if (list->broken_off)
        return WALK_END;
    return fits(list, row) ? WALK_TAKE : WALK_PASS;
}

bool measures_list(struct request *rq, const struct measure_query *query, struct measure_page *out)
{
    struct listing list = { .query = query,
                            .limit = query->has_limit ? (size_t)query->limit : LIMIT_DEFAULT };
    size_t count = 0;

    if (!whose(rq, &list) || !begin(rq, &list))
        return false;
    struct measure *rows = arena_array(rq->arena, list.limit + 1, sizeof *rows);
    struct measure_match *matches = arena_array(rq->arena, list.limit + 1, sizeof *matches);
    if (!rows || !matches)
        return fail(&rq->err, ERR_TOO_LARGE, "limit", TEXT_ANSWER_TOO_LARGE, NULL);
    list.options.fits = judge;
    list.options.context = &list;
    struct walk *walk = walk_open(rq->txn, &measure_table, &list.options, rq->arena);
    while (count <= list.limit && walk_next(walk, &rows[count])) {
        struct inquiry inquiry;
        if (inquiry_row(rq, rows[count].inquiry, &inquiry) && !inquiry_hidden(rq, &inquiry) &&
            measure_match_fill(rq, &rows[count], &inquiry, &matches[count]))
            list.found = ++count;
    }
    walk_close(walk);
    size_t shown = count > list.limit ? list.limit : count;
    out->measures = matches;
    out->measures_count = rows_fit(measure_match_record(), matches, shown);
    out->more = count > list.limit || list.broken_off || out->measures_count < shown;
    return true;
}

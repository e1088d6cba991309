// SPDX-License-Identifier: Apache-2.0
// An entry's client never changes and its staff only grow, so that nobody who sees a row ceases to.
#include "services/notifier/board_missed.h"

#include "common/step/rows.h"

#define PAGE_ROWS 50

static void missed_key(const void *row, struct key *key)
{
    const struct board_missed *board_missed = row;

    key_id(key, board_missed->id);
}

const struct table board_missed_table = {
    .name = "board_missed",
    .number = 42,
    .record = board_missed_record,
    .key = missed_key,
};

bool board_missed_take(struct request *rq, const struct fact *fact, const void *row)
{
    const struct missed *missed = row;
    struct key key = key_of_id(fact->entity);
    struct board_missed before, next;
    bool was = table_get(rq->txn, &board_missed_table, &scope_house, &key, rq->arena, &before);
    bool gone = (fact->has_deleted && fact->deleted) || missed->has_done_at;

    if (gone && was) {
        before.version++;
        (void)table_del(rq->txn, &board_missed_table, &key);
        emit(rq, "board_missed", &before, true);
    }
    if (gone)
        return true;
    next = (struct board_missed){ .id = missed->id,
                                  .version = was ? before.version + 1 : row_first_version(rq),
                                  .missed = missed,
                                  .client = missed->client,
                                  .staff = missed->staff,
                                  .staff_count = missed->staff_count,
                                  .teams = missed->teams,
                                  .teams_count = missed->teams_count };
    if (!table_put(rq->txn, &board_missed_table, &next, &rq->err))
        return false;
    emit(rq, "board_missed", &next, false);
    return true;
}

static bool holds(const struct id *ids, size_t count, struct id wanted)
{
    bool found = id_is_zero(wanted);

    for (size_t i = 0; i < count && !found; i++)
        found = id_equal(ids[i], wanted);
    return found;
}

static bool fits(const struct board_missed *row, const struct board_query *query)
{
    return holds(&row->client, 1, query->client) &&
           holds(row->staff, row->staff_count, query->staff) &&
           holds(row->teams, row->teams_count, query->team);
}

bool board_missed_page(struct request *rq, const struct board_query *query, struct board_page *out)
{
    size_t limit = query->has_limit ? (size_t)query->limit : PAGE_ROWS, count = 0;
    struct walk_options options = { .scope = &rq->scope };
    struct board_missed *rows = arena_array(rq->arena, limit + 1, sizeof *rows);

    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
    if (!id_is_zero(query->after))
        options.after = key_of_id(query->after);
    struct walk *walk = walk_open(rq->txn, &board_missed_table, &options, rq->arena);
    while (count <= limit && walk_next(walk, &rows[count]))
        count += fits(&rows[count], query);
    walk_close(walk);
    out->more = count > limit;
    out->missed = rows;
    out->missed_count = count > limit ? limit : count;
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// Who stands in is kept per member of staff, so that only the rows of those move for whom it has
// changed. What it was is written when the last of their rows has moved: a crash in between goes
// on.
#include "proto/deputy.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/todo.h"

#define MOVED_MAX    50  // rows in one tick; see callbacks.c
#define ABSENCES_MAX 200 // looked at for one question

static const struct staff *book_staff(void *context, struct id id)
{
    struct request *rq = context;
    struct staff *staff = arena_alloc(rq->arena, sizeof *staff);
    return staff && kept_staff(rq, id, staff) ? staff : NULL;
}

// Of those that end later than the moment.
static const struct absence *book_absence(void *context, struct id staff, int64_t at_us)
{
    struct request *rq = context;
    struct absence *kept = arena_alloc(rq->arena, sizeof *kept), row;
    struct walk_options options = { .index = kept_absence_by_staff,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(staff),
                                    .after = key_of_id(staff) };
    key_int(&options.after, at_us);
    struct walk *walk = walk_open(rq->txn, &kept_absence_table, &options, rq->arena);
    bool found = false;
    for (int i = 0; kept && i < ABSENCES_MAX && walk_next(walk, &row); i++) {
        if (!absence_counts(&row, at_us))
            continue;
        *kept = row;
        found = true;
    }
    walk_close(walk);
    return found ? kept : NULL;
}

static struct id find(struct request *rq, const struct staff *staff)
{
    const struct deputy_book book = { rq, book_staff, book_absence };
    struct deputy_found found;
    deputy_find(&book, staff, rq->now_us, &found);
    return found.deputy ? found.deputy->id : (struct id){ 0 };
}

struct id stand_in_of(struct request *rq, struct id staff)
{
    struct staff row;
    return kept_staff(rq, staff, &row) ? find(rq, &row) : (struct id){ 0 };
}

// --- when to look
static struct stand_in_mark read_mark(struct request *rq)
{
    struct stand_in_mark mark;
    struct id id = id_of_name("timekeeping", "stand_in_mark");
    struct key key = key_of_id(id);
    if (!table_get(rq->txn, &stand_in_mark_table, &scope_house, &key, rq->arena, &mark))
        mark = (struct stand_in_mark){ .id = id, .stale = true };
    return mark;
}

bool stand_in_stale(struct request *rq)
{
    struct stand_in_mark mark = read_mark(rq);
    mark.stale = true;
    return table_put(rq->txn, &stand_in_mark_table, &mark, &rq->err);
}

// An absence has begun or ended since; also when the clock was set back.
static bool edge_passed(struct request *rq, const struct stand_in_mark *mark)
{
    struct walk_options options = { .index = kept_absence_by_edge, .scope = &scope_house };
    struct absence absence;
    bool passed = false;
    if (rq->now_us < mark->checked_at)
        return true;
    key_init(&options.after);
    key_int(&options.after, mark->checked_at);
    struct walk *walk = walk_open(rq->txn, &kept_absence_table, &options, rq->arena);
    if (walk_next(walk, &absence))
        passed = (absence.from > mark->checked_at && absence.from <= rq->now_us) ||
                 (absence.until > mark->checked_at && absence.until <= rq->now_us);
    walk_close(walk);
    return passed;
}

// --- rows move to whoever stands in
struct moving {
    const struct todo_kind *kind;
    struct id staff, deputy;
    size_t left; // rows that may still be moved in this tick
};

// False when there may be more.
static bool move_rows(struct request *rq, struct moving *moving)
{
    const struct todo_kind *kind = moving->kind;
    size_t size = kind->table->record()->size, count = 0;
    uint8_t *rows = arena_array(rq->arena, moving->left + 1, size);
    struct walk_options options = { .index = &kind->indexes[TODO_WHOSE],
                                    .scope = &scope_house,
                                    .prefix = todo_key(moving->staff, false) };
    struct callback_editor editor = todo_editor(rq);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, kind->table, &options, rq->arena);
    while (count <= moving->left && walk_next(walk, rows + count * size)) {
        struct todo todo = kind->view(rows + count * size);
        count += id_equal(todo.staff, moving->staff) && !id_equal(todo.deputy, moving->deputy);
    }
    walk_close(walk);
    bool all = count <= moving->left;
    count = all ? count : moving->left;
    for (size_t i = 0; i < count; i++) {
        kind->hand_to(rows + i * size, moving->deputy, &editor);
        if (!todo_write(rq, kind, rows + i * size))
            return false;
    }
    moving->left -= count;
    return all;
}

static bool settle_staff(struct request *rq, const struct staff *staff, size_t *left)
{
    struct key key = key_of_id(staff->id);
    struct stand_in now = { .id = staff->id, .version = 0, .since = rq->now_us };
    struct stand_in was;
    if (table_get(rq->txn, &stand_in_table, &scope_house, &key, rq->arena, &was))
        now.version = was.version;
    else
        was = now;
    now.deputy = find(rq, staff);
    if (id_equal(was.deputy, now.deputy))
        return true;
    struct moving moving = { &todo_callbacks, staff->id, now.deputy, *left };
    bool all = move_rows(rq, &moving);
    moving.kind = &todo_resubmissions;
    all = all && move_rows(rq, &moving);
    *left = moving.left;
    if (!all || rq->err.code != ERR_NONE)
        return false;
    now.version++;
    if (!table_put(rq->txn, &stand_in_table, &now, &rq->err))
        return false;
    emit(rq, "stand_in", &now, false);
    return true;
}

bool stand_in_tick(struct request *rq)
{
    struct stand_in_mark mark = read_mark(rq);
    struct walk_options options = { .scope = &scope_house };
    size_t left = MOVED_MAX, count = 0;
    if (!mark.stale && !edge_passed(rq, &mark))
        return false;
    struct staff *staff =
        arena_array(rq->arena, table_count(rq->txn, &kept_staff_table) + 1, sizeof *staff);
    if (!staff)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, &kept_staff_table, &options, rq->arena);
    while (walk_next(walk, &staff[count]))
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        if (!settle_staff(rq, &staff[i], &left))
            return rq->err.code == ERR_NONE;
    }
    mark.stale = false;
    mark.checked_at = rq->now_us;
    (void)!table_put(rq->txn, &stand_in_mark_table, &mark, &rq->err);
    return false;
}

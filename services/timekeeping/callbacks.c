// SPDX-License-Identifier: Apache-2.0
#include "services/timekeeping/callbacks.h"

#include "proto/talk.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/resubmission.h"
#include "services/timekeeping/todo.h"

// A tick's kinds of work share what one step may write (500 rows).
#define TICK_ROWS    40
#define DROPPED_MAX  20
#define FOUND_MAX    50 // callbacks that one call can concern
#define CONTACTS_MAX 20
#define ALIASES_MAX  20

// --- time
static bool step_callback(void *row, const struct callback_editor *editor)
{
    return callback_step(row, editor);
}

static bool step_resubmission(void *row, const struct callback_editor *editor)
{
    return resubmission_step(row, editor);
}

// One step a row: one whose due and overdue times both passed takes two, so that each is a fact.
static bool step_all(struct request *rq, const struct todo_kind *kind,
                     bool (*step)(void *row, const struct callback_editor *editor))
{
    struct walk_options options = { .index = &kind->indexes[TODO_BY_NEXT], .scope = &scope_house };
    struct callback_editor editor = todo_editor(rq);
    size_t size = kind->table->record()->size, count = 0;
    uint8_t *rows = arena_array(rq->arena, TICK_ROWS + 1, size);
    if (!rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    struct walk *walk = walk_open(rq->txn, kind->table, &options, rq->arena);
    while (count < TICK_ROWS && walk_next(walk, rows + count * size)) {
        if (kind->view(rows + count * size).next_us > rq->now_us)
            break;
        count++;
    }
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        if (step(rows + i * size, &editor) && !todo_write(rq, kind, rows + i * size))
            return false;
    }
    return count > 0;
}

// What was settled so long ago that the house does not keep it. The oldest come first in the index,
// so nothing needs to be remembered.
static bool drop_old(struct request *rq, const struct todo_kind *kind)
{
    struct id nobody = { { 0 } };
    struct walk_options options = { .index = &kind->indexes[TODO_WORK],
                                    .scope = &scope_house,
                                    .prefix = todo_key(nobody, true) };
    size_t size = kind->table->record()->size, count = 0;
    int64_t keep_us = timekeeping_house(rq)->todo_keep_us;
    uint8_t *rows = keep_us > 0 ? arena_array(rq->arena, DROPPED_MAX + 1, size) : NULL;
    if (!rows)
        return false;
    struct walk *walk = walk_open(rq->txn, kind->table, &options, rq->arena);
    while (count < DROPPED_MAX && walk_next(walk, rows + count * size) &&
           kind->view(rows + count * size).time_us + keep_us <= rq->now_us)
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++)
        todo_drop(rq, kind, rows + i * size);
    return count == DROPPED_MAX;
}

bool callbacks_tick(struct request *rq)
{
    bool more = step_all(rq, &todo_callbacks, step_callback);
    more = step_all(rq, &todo_resubmissions, step_resubmission) || more;
    more = drop_old(rq, &todo_callbacks) || more;
    return drop_old(rq, &todo_resubmissions) || more;
}

// --- calls
struct found {
    struct callback *rows;
    size_t count;
};

static void find(struct request *rq, const struct index *index, struct key prefix,
                 struct found *found)
{
    struct walk_options options = { .index = index, .scope = &scope_house, .prefix = prefix };
    struct walk *walk = walk_open(rq->txn, &callback_table, &options, rq->arena);
    while (found->count < FOUND_MAX && walk_next(walk, &found->rows[found->count])) {
        bool twice = false;
        for (size_t i = 0; i < found->count; i++)
            twice = twice || id_equal(found->rows[i].id, found->rows[found->count].id);
        found->count += !twice;
    }
    walk_close(walk);
}

static size_t add_contact(struct id *contacts, size_t count, struct id contact)
{
    if (count == CONTACTS_MAX || id_is_zero(contact))
        return count;
    for (size_t i = 0; i < count; i++) {
        if (id_equal(contacts[i], contact))
            return count;
    }
    contacts[count] = contact;
    return count + 1;
}

// Whoever the call was with; the contacts that have the number, as long as nobody has said.
static size_t contacts_of(struct request *rq, const struct call *call, struct id *contacts)
{
    struct walk_options options = { .index = kept_contact_by_e164, .scope = &scope_house };
    size_t count = add_contact(contacts, 0, call_partner(call));
    struct contact contact;
    if (call->contact || !call_number(call))
        return count;
    options.prefix = kept_text_key(call_number(call));
    struct walk *walk = walk_open(rq->txn, &kept_contact_table, &options, rq->arena);
    while (count < CONTACTS_MAX && walk_next(walk, &contact))
        count = add_contact(contacts, count, contact.id);
    walk_close(walk);
    return count;
}

static bool find_all(struct request *rq, const struct call *call, struct found *found)
{
    struct id contacts[CONTACTS_MAX];
    size_t count = contacts_of(rq, call, contacts);
    found->count = 0;
    found->rows = arena_array(rq->arena, FOUND_MAX + 1, sizeof *found->rows);
    if (!found->rows)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    if (call_number(call))
        find(rq, callback_by_number, kept_text_key(call_number(call)), found);
    for (size_t i = 0; i < count; i++) {
        struct id ids[ALIASES_MAX] = { contacts[i] };
        struct contact contact;
        (void)!kept_contact(rq, &ids[0], &contact);
        size_t aliases = kept_aliases(rq, ids, ALIASES_MAX);
        for (size_t k = 0; k < aliases; k++)
            find(rq, &callback_indexes[TODO_CONTACT], todo_key(ids[k], false), found);
    }
    return true;
}

// Not the call in which it was arranged, nor one from before. Whoever calls again does so for one
// client; whoever is called back is called back, for whichever client they had called.
static bool concerns(const struct callback *row, const struct call *call)
{
    bool inbound = call->direction == call_direction_INBOUND;
    return !id_equal(row->call, call->id) && call->started_at >= row->created_at &&
           (!inbound || id_equal(row->client, call->client));
}

static bool count_attempt(struct callback *row, const struct callback_editor *editor)
{
    if (row->state == callback_state_OFFERED)
        return false;
    row->has_attempts = true;
    row->attempts++;
    row->version++;
    row->edited_at = editor->now_us;
    row->edited_by = editor->actor;
    return true;
}

bool callbacks_call(struct request *rq, const struct call *before, const struct call *call)
{
    bool spoken = call_spoken(call) && !(before && call_spoken(before));
    bool in_vain = call_in_vain(call) && !(before && call_in_vain(before));
    struct callback_editor editor = todo_editor(rq);
    struct found found;
    if ((!spoken && !in_vain) || call->direction == call_direction_INTERNAL ||
        call->direction == call_direction_ABSENT)
        return true;
    if (!find_all(rq, call, &found))
        return false;
    for (size_t i = 0; i < found.count; i++) {
        struct callback *row = &found.rows[i];
        if (!concerns(row, call))
            continue;
        bool changed =
            spoken ? callback_offer(row, call->id, &editor) : count_attempt(row, &editor);
        if (changed && !todo_write(rq, &todo_callbacks, row))
            return false;
    }
    return true;
}

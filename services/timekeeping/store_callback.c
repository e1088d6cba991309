// SPDX-License-Identifier: Apache-2.0
// They change while they are open, so their indexes are not bucketed.
#include "services/timekeeping/store_callback.h"

#include "common/base/compiler.h"
#include "services/timekeeping/resubmission.h"
#include "services/timekeeping/store.h"

static enum pending callback_pending_state(enum callback_state state)
{
    switch (state) {
    case callback_state_OPEN: return pending_OPEN;
    case callback_state_DUE: return pending_DUE;
    case callback_state_OVERDUE: return pending_OVERDUE;
    case callback_state_OFFERED: return pending_OFFERED;
    default: return pending_SETTLED;
    }
}

struct todo todo_of_callback(const void *row)
{
    const struct callback *callback = row;
    bool settled = !callback_pending(callback);
    return (struct todo){
        .id = callback->id,
        .client = callback->client,
        .staff = callback->staff,
        .deputy = callback->deputy,
        .team = callback->team,
        .contact = callback->contact,
        .file = callback->file,
        .inquiry = callback->inquiry,
        .settled = settled,
        .state = callback_pending_state(callback->state),
        .time_us = settled ? callback->done_at : callback->from,
        .next_us = callback_next_us(callback),
    };
}

struct todo todo_of_resubmission(const void *row)
{
    const struct resubmission *resubmission = row;
    bool settled = !resubmission_pending(resubmission);
    bool due = resubmission->state == resubmission_state_DUE;
    return (struct todo){
        .id = resubmission->id,
        .client = resubmission->client,
        .staff = resubmission->staff,
        .deputy = resubmission->deputy,
        .team = resubmission->team,
        .contact = resubmission->contact,
        .file = resubmission->file,
        .inquiry = resubmission->inquiry,
        .settled = settled,
        .state = settled ? pending_SETTLED
                 : due   ? pending_DUE
                         : pending_OPEN,
        .time_us = settled ? resubmission->done_at : resubmission->due_at,
        .next_us = resubmission_next_us(resubmission),
    };
}

// --- keys
struct key todo_key(struct id whose, bool settled)
{
    struct key key;
    key_init(&key);
    if (!id_is_zero(whose))
        key_id(&key, whose);
    key_int(&key, settled);
    return key;
}

struct key todo_time_key(struct id whose, const struct todo *todo)
{
    struct key key = todo_key(whose, todo->settled);
    key_int(&key, todo->time_us);
    return key;
}

static void next_key(const struct todo *todo, struct keys *keys)
{
    struct key key;
    if (todo->next_us == INT64_MAX)
        return;
    key_init(&key);
    key_int(&key, todo->next_us);
    keys_add(keys, &key);
}

static void owned_key(struct id whose, const struct todo *todo, struct keys *keys)
{
    struct key key = todo_time_key(whose, todo);
    if (!id_is_zero(whose))
        keys_add(keys, &key);
}

static void whose_keys(const struct todo *todo, struct keys *keys)
{
    owned_key(todo->staff, todo, keys);
    owned_key(todo->deputy, todo, keys);
}

static void work_key(const struct todo *todo, struct keys *keys)
{
    struct key key = todo_time_key((struct id){ 0 }, todo);
    keys_add(keys, &key);
}

// --- callbacks
static void callback_next(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_callback(row);
    next_key(&todo, keys);
}

static void callback_work(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_callback(row);
    work_key(&todo, keys);
}

static void callback_whose(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_callback(row);
    whose_keys(&todo, keys);
}

static void callback_team(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_callback(row);
    owned_key(todo.team, &todo, keys);
}

static void callback_contact(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_callback(row);
    owned_key(todo.contact, &todo, keys);
}

static void callback_file(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_callback(row);
    owned_key(todo.file, &todo, keys);
}

static void callback_inquiry(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_callback(row);
    owned_key(todo.inquiry, &todo, keys);
}

static void callback_number(const void *row, struct keys *keys)
{
    const struct callback *callback = row;
    struct key key;
    if (!callback->number || !callback_pending(callback))
        return;
    key_init(&key);
    key_str(&key, callback->number);
    keys_add(keys, &key);
}

const struct index callback_indexes[TODO_INDEXES + 1] = {
    [TODO_BY_NEXT] = { "callback.by_next", callback_next, .query = "whose time has come" },
    [TODO_WORK] = { "callback.work", callback_work, .query = "all that are to be made" },
    [TODO_WHOSE] = { "callback.whose", callback_whose,
                     .query = "mine, and those for which I stand in" },
    [TODO_TEAM] = { "callback.team", callback_team, .query = "a team's" },
    [TODO_CONTACT] = { "callback.contact", callback_contact,
                       .query = "a contact's, also when they are spoken with" },
    [TODO_FILE] = { "callback.file", callback_file, .query = "a file's" },
    [TODO_INQUIRY] = { "callback.inquiry", callback_inquiry,
                       .query = "an inquiry's, also before it is closed" },
    { "callback.number", callback_number, .query = "which are to be made to a number" },
};
const struct index *const callback_by_number = &callback_indexes[TODO_INDEXES];

const struct table callback_table = {
    .name = "callback",
    .number = 10,
    .record = callback_record,
    .key = row_id_key,
    .indexes = callback_indexes,
    .index_count = COUNT_OF(callback_indexes),
};

// --- resubmissions
static void resubmission_next(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_resubmission(row);
    next_key(&todo, keys);
}

static void resubmission_work(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_resubmission(row);
    work_key(&todo, keys);
}

static void resubmission_whose(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_resubmission(row);
    whose_keys(&todo, keys);
}

static void resubmission_team(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_resubmission(row);
    owned_key(todo.team, &todo, keys);
}

static void resubmission_contact(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_resubmission(row);
    owned_key(todo.contact, &todo, keys);
}

static void resubmission_file(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_resubmission(row);
    owned_key(todo.file, &todo, keys);
}

static void resubmission_inquiry(const void *row, struct keys *keys)
{
    struct todo todo = todo_of_resubmission(row);
    owned_key(todo.inquiry, &todo, keys);
}

const struct index resubmission_indexes[TODO_INDEXES] = {
    [TODO_BY_NEXT] = { "resubmission.by_next", resubmission_next, .query = "what comes back now" },
    [TODO_WORK] = { "resubmission.work", resubmission_work, .query = "all, by their time" },
    [TODO_WHOSE] = { "resubmission.whose", resubmission_whose,
                     .query = "mine, and those for which I stand in" },
    [TODO_TEAM] = { "resubmission.team", resubmission_team, .query = "a team's" },
    [TODO_CONTACT] = { "resubmission.contact", resubmission_contact, .query = "a contact's" },
    [TODO_FILE] = { "resubmission.file", resubmission_file, .query = "a file's" },
    [TODO_INQUIRY] = { "resubmission.inquiry", resubmission_inquiry, .query = "an inquiry's" },
};

const struct table resubmission_table = {
    .name = "resubmission",
    .number = 11,
    .record = resubmission_record,
    .key = row_id_key,
    .indexes = resubmission_indexes,
    .index_count = COUNT_OF(resubmission_indexes),
};

// --- who stands in
const struct table stand_in_table = {
    .name = "stand_in",
    .number = 45,
    .record = stand_in_record,
    .key = row_id_key,
};

const struct table stand_in_mark_table = {
    .name = "stand_in_mark",
    .number = 46,
    .record = stand_in_mark_record,
    .key = row_id_key,
};

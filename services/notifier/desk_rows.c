// SPDX-License-Identifier: Apache-2.0
// What clocks, inquiries, callbacks and resubmissions mean on their boards, and their tables.
#include "services/notifier/desk.h"

#include "common/base/compiler.h"

// --- what is on a board, and since when, until when
static bool clock_head(void *thing, struct board_head *out)
{
    struct clock *clock = thing;
    *out = (struct board_head){
        .id = clock->id,
        .client = clock->client,
        .staff = clock->staff,
        .team = clock->team,
        .file = clock->file,
        .contact = clock->contact,
        .contact_name = clock->contact_name,
        .since = clock->started_at,
        // Suspiciously long: that is what is late about a clock.
        .has_overdue_at = clock->has_remind_at,
        .overdue_at = clock->remind_at,
    };
    clock->corrections_count = 0;
    return clock->state == clock_state_RUNNING || clock->state == clock_state_PAUSED;
}

static void earliest(bool has, int64_t at_us, struct board_head *out)
{
    if (!has || (out->has_due_at && out->due_at <= at_us))
        return;
    out->has_due_at = true;
    out->due_at = at_us;
}

static bool inquiry_head(void *thing, struct board_head *out)
{
    struct inquiry *inquiry = thing;
    *out = (struct board_head){
        .id = inquiry->id,
        .client = inquiry->client,
        .staff = inquiry->staff,
        .team = inquiry->team,
        .file = inquiry->file,
        .contact = inquiry->contact,
        .contact_name = inquiry->contact_name,
        .priority = inquiry->priority,
        .since = inquiry->opened_at,
    };
    earliest(inquiry->has_due_at, inquiry->due_at, out);
    // While it waits for the customer the agreement's clock stands.
    if (!inquiry->has_waiting_since) {
        earliest(inquiry->has_respond_by && !inquiry->has_responded_at, inquiry->respond_by, out);
        earliest(inquiry->has_solve_by, inquiry->solve_by, out);
    }
    out->has_overdue_at = out->has_due_at;
    out->overdue_at = out->due_at;
    inquiry->text = inquiry->solution = NULL;
    inquiry->message_ids_count = inquiry->calls_count = 0;
    return inquiry->state != inquiry_state_SOLVED && inquiry->state != inquiry_state_CLOSED;
}

static bool callback_head(void *thing, struct board_head *out)
{
    struct callback *callback = thing;
    *out = (struct board_head){
        .id = callback->id,
        .client = callback->client,
        .staff = callback->staff,
        .team = callback->team,
        .deputy = callback->deputy,
        .file = callback->file,
        .contact = callback->contact,
        .contact_name = callback->contact_name,
        .priority = callback->priority,
        .since = callback->created_at,
        .has_due_at = true,
        .due_at = callback->from,
        .has_overdue_at = callback->has_until,
        .overdue_at = callback->until,
    };
    return callback->state != callback_state_DONE && callback->state != callback_state_WITHDRAWN;
}

static bool resubmission_head(void *thing, struct board_head *out)
{
    struct resubmission *resubmission = thing;
    *out = (struct board_head){
        .id = resubmission->id,
        .client = resubmission->client,
        .staff = resubmission->staff,
        .team = resubmission->team,
        .deputy = resubmission->deputy,
        .file = resubmission->file,
        .contact = resubmission->contact,
        .contact_name = resubmission->contact_name,
        .since = resubmission->created_at,
        .has_due_at = true,
        .due_at = resubmission->due_at,
        .has_overdue_at = resubmission->has_until,
        .overdue_at = resubmission->until,
    };
    return resubmission->state == resubmission_state_OPEN ||
           resubmission->state == resubmission_state_DUE;
}

const struct desk desks[DESKS] = {
    { board_CLOCKS, "board_clock", &board_clock_table, "clock", clock_head },
    { board_INQUIRIES, "board_inquiry", &board_inquiry_table, "inquiry", inquiry_head },
    { board_CALLBACKS, "board_callback", &board_callback_table, "callback", callback_head },
    { board_RESUBMISSIONS, "board_resubmission", &board_resubmission_table, "resubmission",
      resubmission_head },
};

const struct desk *desk_of(enum board board)
{
    for (size_t i = 0; i < DESKS; i++) {
        if (desks[i].board == board)
            return &desks[i];
    }
    return NULL;
}

// --- the board's order
// Of an appointment (a callback, a resubmission) its time counts, however urgent it is.
static struct key order_key(enum priority priority, bool has_due_at, int64_t due_at, int64_t since)
{
    struct key key;
    key_init(&key);
    key_int_down(&key, priority);
    key_int(&key, has_due_at ? due_at : INT64_MAX);
    key_int(&key, since);
    return key;
}

struct key desk_order(const struct desk *desk, const struct board_head *head)
{
    bool ranked = desk->board == board_INQUIRIES;
    return order_key(ranked ? head->priority : priority_ABSENT, head->has_due_at, head->due_at,
                     head->since);
}

// --- tables
static void id_key(const void *row, struct key *key)
{
    key_id(key, *(const struct id *)row);
}

static void time_key(bool has, int64_t at_us, struct keys *keys)
{
    struct key key;
    if (!has)
        return;
    key_init(&key);
    key_int(&key, at_us);
    keys_add(keys, &key);
}

static void file_key(struct id file, struct keys *keys)
{
    struct key key = key_of_id(file);
    if (!id_is_zero(file))
        keys_add(keys, &key);
}

static void clock_recolour(const void *row, struct keys *keys)
{
    const struct board_clock *board_clock = row;
    time_key(board_clock->has_recolour_at, board_clock->recolour_at, keys);
}

static void clock_sorted(const void *row, struct keys *keys)
{
    const struct board_clock *board_clock = row;
    struct key key = order_key(priority_ABSENT, board_clock->has_due_at, board_clock->due_at,
                               board_clock->since);
    keys_add(keys, &key);
}

static void clock_file(const void *row, struct keys *keys)
{
    file_key(((const struct board_clock *)row)->file, keys);
}

static void inquiry_recolour(const void *row, struct keys *keys)
{
    const struct board_inquiry *board_inquiry = row;
    time_key(board_inquiry->has_recolour_at, board_inquiry->recolour_at, keys);
}

static void inquiry_sorted(const void *row, struct keys *keys)
{
    const struct board_inquiry *board_inquiry = row;
    struct key key = order_key(board_inquiry->priority, board_inquiry->has_due_at,
                               board_inquiry->due_at, board_inquiry->since);
    keys_add(keys, &key);
}

static void inquiry_file(const void *row, struct keys *keys)
{
    file_key(((const struct board_inquiry *)row)->file, keys);
}

static void callback_recolour(const void *row, struct keys *keys)
{
    const struct board_callback *board_callback = row;
    time_key(board_callback->has_recolour_at, board_callback->recolour_at, keys);
}

static void callback_sorted(const void *row, struct keys *keys)
{
    const struct board_callback *board_callback = row;
    struct key key = order_key(priority_ABSENT, board_callback->has_due_at, board_callback->due_at,
                               board_callback->since);
    keys_add(keys, &key);
}

static void callback_file(const void *row, struct keys *keys)
{
    file_key(((const struct board_callback *)row)->file, keys);
}

static void resubmission_recolour(const void *row, struct keys *keys)
{
    const struct board_resubmission *board_resubmission = row;
    time_key(board_resubmission->has_recolour_at, board_resubmission->recolour_at, keys);
}

static void resubmission_sorted(const void *row, struct keys *keys)
{
    const struct board_resubmission *board_resubmission = row;
    struct key key = order_key(priority_ABSENT, board_resubmission->has_due_at,
                               board_resubmission->due_at, board_resubmission->since);
    keys_add(keys, &key);
}

static void resubmission_file(const void *row, struct keys *keys)
{
    file_key(((const struct board_resubmission *)row)->file, keys);
}

static const struct index clock_indexes[DESK_INDEXES] = {
    { "board_clock.by_recolour", clock_recolour, .query = "whose colour changes now" },
    { "board_clock.by_file", clock_file, .query = "which leave when a file is locked" },
    { "board_clock.by_order", clock_sorted, .query = "what comes first" },
};

static const struct index inquiry_indexes[DESK_INDEXES] = {
    { "board_inquiry.by_recolour", inquiry_recolour, .query = "whose colour changes now" },
    { "board_inquiry.by_file", inquiry_file, .query = "which leave when a file is locked" },
    { "board_inquiry.by_order", inquiry_sorted, .query = "what comes first" },
};

static const struct index callback_indexes[DESK_INDEXES] = {
    { "board_callback.by_recolour", callback_recolour, .query = "whose colour changes now" },
    { "board_callback.by_file", callback_file, .query = "which leave when a file is locked" },
    { "board_callback.by_order", callback_sorted, .query = "what comes first" },
};

static const struct index resubmission_indexes[DESK_INDEXES] = {
    { "board_resubmission.by_recolour", resubmission_recolour,
      .query = "whose colour changes now" },
    { "board_resubmission.by_file", resubmission_file,
      .query = "which leave when a file is locked" },
    { "board_resubmission.by_order", resubmission_sorted, .query = "what comes first" },
};

const struct table board_clock_table = {
    .name = "board_clock",
    .number = 80,
    .record = board_clock_record,
    .key = id_key,
    .indexes = clock_indexes,
    .index_count = DESK_INDEXES,
};

const struct table board_inquiry_table = {
    .name = "board_inquiry",
    .number = 81,
    .record = board_inquiry_record,
    .key = id_key,
    .indexes = inquiry_indexes,
    .index_count = DESK_INDEXES,
};

const struct table board_callback_table = {
    .name = "board_callback",
    .number = 82,
    .record = board_callback_record,
    .key = id_key,
    .indexes = callback_indexes,
    .index_count = DESK_INDEXES,
};

const struct table board_resubmission_table = {
    .name = "board_resubmission",
    .number = 83,
    .record = board_resubmission_record,
    .key = id_key,
    .indexes = resubmission_indexes,
    .index_count = DESK_INDEXES,
};

static void aside_file(const void *row, struct keys *keys)
{
    file_key(((const struct board_aside *)row)->file, keys);
}

const struct index board_aside_by_file = {
    .name = "board_aside.by_file",
    .keys = aside_file,
    .query = "which come back when a file is free",
};

const struct table board_aside_table = {
    .name = "board_aside",
    .number = 84,
    .record = board_aside_record,
    .key = id_key,
    .indexes = &board_aside_by_file,
    .index_count = 1,
};

const struct table free_file_table = {
    .name = "free_file",
    .number = 85,
    .record = free_file_record,
    .key = id_key,
};

const struct table colour_mark_table = {
    .name = "colour_mark",
    .number = 86,
    .record = colour_mark_record,
    .key = id_key,
};

const struct table shown_stand_in_table = {
    .name = "stand_in",
    .number = 88,
    .record = stand_in_record,
    .key = id_key,
};

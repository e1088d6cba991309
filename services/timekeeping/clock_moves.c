// SPDX-License-Identifier: Apache-2.0
// Clocks by hand: a stack for each member of staff. At most one is on; the one that it interrupts
// waits for it, unless it was paused by hand.
#include "common/step/rows.h"
#include "common/wire/change.h"
#include "common/wire/codec.h"
#include "services/timekeeping/clocks.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/measure_rows.h"
#include "services/timekeeping/store.h"
#include "services/timekeeping/store_inquiry.h"

#define SERVICE_FILE "proto/timekeeping_clock.def"
#include "proto/handlers.inc"

static bool full(struct request *rq)
{
    return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
}

// --- who
bool clock_staff(struct request *rq, struct id named, struct staff *ret)
{
    bool found = id_is_zero(named) ? kept_actor(rq, ret) : kept_staff(rq, named, ret);

    if (!found && id_is_zero(named))
        return fail(&rq->err, ERR_INVALID, "staff", TEXT_CLOCK_WHO, NULL);
    if (!found)
        return fail(&rq->err, ERR_NOT_FOUND, "staff", TEXT_STAFF_UNKNOWN, NULL);
    return true;
}

// One's own, or as somebody who leads, within the scope.
static bool may_move(struct request *rq, struct id staff)
{
    struct staff actor;
    bool leads = (rq->roles & (ROLE_BIT(ADMIN) | ROLE_BIT(LEADER))) != 0;

    if (leads || (kept_actor(rq, &actor) && id_equal(actor.id, staff)))
        return true;
    return fail(&rq->err, ERR_FORBIDDEN, "staff", TEXT_CLOCK_OTHERS, NULL);
}

// --- when
static bool time_of(struct request *rq, bool has_at, int64_t at, int64_t *ret)
{
    *ret = has_at ? at : rq->now_us;
    return *ret <= rq->now_us || fail(&rq->err, ERR_INVALID, "at", TEXT_TIME_AHEAD, NULL);
}

// Nothing that was counted may be counted again: not before another one's last move.
static bool check_free(struct request *rq, struct id staff, int64_t at)
{
    struct walk_options options = { .index = clock_by_end,
                                    .scope = &scope_house,
                                    .prefix = clock_of_key(staff, true),
                                    .after = clock_end_key(staff, true, at) };
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    struct clock clock;
    bool vacant = true;

    while (vacant && walk_next(walk, &clock)) {
        int64_t busy = clock.has_stopped_at ? clock.stopped_at : clock_moved_at(&clock);
        vacant = busy <= at;
    }
    walk_close(walk);
    return vacant || fail(&rq->err, ERR_INVALID, "at", TEXT_CLOCK_OVERLAP, NULL);
}

// --- the stack
struct stack {
    struct clock *clocks, *before;
    size_t count;
};

// What ran into its limit by now is stopped first.
static bool stop_limited(struct request *rq, struct id staff)
{
    struct clock *clocks;
    size_t count;

    if (!clocks_open(rq, staff, &clocks, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!clock_again(rq, clocks[i].id))
            return false;
    }
    return true;
}

static bool stack_read(struct request *rq, struct id staff, struct stack *stack)
{
    if (!stop_limited(rq, staff) || !clocks_open(rq, staff, &stack->clocks, &stack->count))
        return false;
    stack->before = arena_array(rq->arena, stack->count + 1, sizeof *stack->before);
    if (!stack->before)
        return full(rq);
    for (size_t i = 0; i < stack->count; i++)
        stack->before[i] = stack->clocks[i];
    return true;
}

static struct clock *stack_find(const struct stack *stack, struct id id)
{
    for (size_t i = 0; i < stack->count; i++) {
        if (id_equal(stack->clocks[i].id, id))
            return &stack->clocks[i];
    }
    return NULL;
}

static struct clock *stack_on(const struct stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        if (clock_is_on(&stack->clocks[i]))
            return &stack->clocks[i];
    }
    return NULL;
}

// The one that was moved last.
static struct clock *stack_paused(const struct stack *stack)
{
    struct clock *best = NULL;
    for (size_t i = 0; i < stack->count; i++) {
        struct clock *at = &stack->clocks[i];
        if (!clock_is_on(at) && (!best || clock_moved_at(at) >= clock_moved_at(best)))
            best = at;
    }
    return best;
}

static bool switch_on(struct request *rq, struct clock *clock, int64_t at)
{
    if (clock->hand_count == CLOCK_HAND_MAX)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CLOCK_MOVES, NULL);
    return clock_switch_on(rq->arena, clock, at) || full(rq);
}

static bool switch_off(struct request *rq, struct clock *clock, int64_t at)
{
    return clock_switch_off(rq->arena, clock, at) || full(rq);
}

// The one that is on waits for another one.
static bool interrupt(struct request *rq, const struct stack *stack, struct id by, int64_t at)
{
    struct clock *on = stack_on(stack);
    if (!on)
        return true;
    if (!switch_off(rq, on, at))
        return false;
    on->paused_for = by;
    return true;
}

// The one on top is gone: whoever waited for it last goes on, the others wait for that one.
static bool hand_back(struct request *rq, const struct stack *stack, const struct clock *gone,
                      bool goes_on, int64_t at)
{
    struct clock *next = NULL;
    for (size_t i = 0; i < stack->count; i++) {
        struct clock *clock = &stack->clocks[i];
        if (id_equal(clock->paused_for, gone->id) &&
            (!next || clock_moved_at(clock) >= clock_moved_at(next)))
            next = clock;
    }
    for (size_t i = 0; i < stack->count; i++) {
        struct clock *clock = &stack->clocks[i];
        if (clock != next && id_equal(clock->paused_for, gone->id))
            clock->paused_for = next->id;
    }
    if (next && goes_on)
        return switch_on(rq, next, at);
    if (!next)
        return true;
    next->paused_for = gone->paused_for;
    next->has_manual_pause = next->manual_pause = id_is_zero(gone->paused_for);
    return true;
}

static bool stack_write(struct request *rq, const struct stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        if (!clock_reckon(rq, &stack->clocks[i]) ||
            !clock_put_changed(rq, &stack->before[i], &stack->clocks[i], rq->actor))
            return false;
    }
    return true;
}

// --- starting
static bool set_inquiry(struct request *rq, const struct clock_begin *in, struct clock *clock)
{
    struct inquiry inquiry;

    if (id_is_zero(in->inquiry))
        return true;
    if (!row_find(rq, &inquiry_table, in->inquiry, &inquiry) || file_hidden(rq, inquiry.file))
        return fail(&rq->err, ERR_NOT_FOUND, "inquiry", TEXT_CLOCK_INQUIRY, NULL);
    clock->inquiry = inquiry.id;
    clock->client = inquiry.client;
    clock->file = inquiry.file;
    clock->contact = inquiry.contact;
    clock->contact_name = inquiry.contact_name;
    return true;
}

static bool set_what(struct request *rq, const struct clock_begin *in, struct clock *clock)
{
    struct file file;
    struct contact contact;
    struct client_row client;
    struct id id = in->contact;

    if (!set_inquiry(rq, in, clock))
        return false;
    if (!id_is_zero(id) && !kept_contact(rq, &id, &contact))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CONTACT_UNKNOWN, NULL);
    if (!id_is_zero(id)) {
        clock->contact = id;
        clock->contact_name = contact.name;
        clock->client = contact.client;
    }
    if (!id_is_zero(in->file) && !kept_file(rq, in->file, &file))
        return fail(&rq->err, ERR_NOT_FOUND, "file", TEXT_FILE_UNKNOWN, NULL);
    if (!id_is_zero(in->file)) {
        clock->file = file.id;
        clock->client = file.client;
    }
    if (!id_is_zero(in->client) && !kept_client(rq, in->client, &client))
        return fail(&rq->err, ERR_NOT_FOUND, "client", TEXT_CLIENT_UNKNOWN, NULL);
    if (!id_is_zero(in->client))
        clock->client = client.id;
    clock->text = in->text;
    return true;
}

bool clocks_start_for(struct request *rq, const struct clock_begin *in, struct id measure,
                      struct clock *ret)
{
    struct staff staff;
    struct stack stack;
    int64_t at;

    if (!clock_staff(rq, in->staff, &staff) || !may_move(rq, staff.id) ||
        !time_of(rq, in->has_at, in->at, &at))
        return false;
    *ret = (struct clock){ .id = new_id(rq),
                           .staff = staff.id,
                           .team = staff.team,
                           .started_at = at,
                           .measure = measure };
    if (!set_what(rq, in, ret) || !row_in_scope(rq, &clock_table, ret, "staff") ||
        !check_free(rq, staff.id, at) || !stack_read(rq, staff.id, &stack))
        return false;
    if (stack.count == CLOCKS_OPEN_MAX)
        return fail(&rq->err, ERR_CONFLICT, "staff", TEXT_CLOCK_MANY, NULL);
    return interrupt(rq, &stack, ret->id, at) && stack_write(rq, &stack) &&
           clock_switch_on(rq->arena, ret, at) && clock_reckon(rq, ret) &&
           clock_put(rq, ret, rq->actor);
}

bool clocks_start(struct request *rq, const struct clock_begin *in, struct clock *ret)
{
    return clocks_start_for(rq, in, (struct id){ 0 }, ret);
}

// --- moving
struct moving {
    struct clock *clock; // in the stack
    struct stack stack;
    int64_t at;
};

static bool find_named(struct request *rq, const struct clock_move *in, struct clock *ret)
{
    if (!clock_find(rq, in->id, ret))
        return false;
    if (!id_is_zero(ret->call))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CLOCK_OF_CALL, NULL);
    if (ret->has_stopped_at)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CLOCK_STOPPED, NULL);
    return may_move(rq, ret->staff);
}

// Which one: as named, else `choose` among those of whom it is about.
static bool moving_begin(struct request *rq, const struct clock_move *in,
                         struct clock *(*choose)(const struct stack *), struct moving *ret)
{
    struct clock named = { .version = 0 };
    struct staff staff;
    bool by_id = !id_is_zero(in->id);

    if (by_id && !find_named(rq, in, &named))
        return false;
    if (!by_id && (!clock_staff(rq, in->staff, &staff) || !may_move(rq, staff.id)))
        return false;
    if (!stack_read(rq, by_id ? named.staff : staff.id, &ret->stack) ||
        !time_of(rq, in->has_at, in->at, &ret->at))
        return false;
    ret->clock = by_id ? stack_find(&ret->stack, in->id) : choose(&ret->stack);
    if (!ret->clock)
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_CLOCK_NONE, NULL);
    if (!row_in_scope(rq, &clock_table, ret->clock, "id"))
        return false;
    if (ret->at < clock_moved_at(ret->clock))
        return fail(&rq->err, ERR_INVALID, "at", TEXT_CLOCK_BEFORE, NULL);
    return true;
}

static bool moving_end(struct request *rq, struct moving *moving, struct clock *ret)
{
    struct id id = moving->clock->id;

    if (!stack_write(rq, &moving->stack) || !clock_find(rq, id, ret))
        return false;
    clock_resolve(rq, ret);
    return true;
}

static struct clock *on_or_paused(const struct stack *stack)
{
    struct clock *on = stack_on(stack);
    return on ? on : stack_paused(stack);
}

bool clocks_end(struct request *rq, const struct clock_move *in, struct clock *ret)
{
    struct moving moving;

    if (!moving_begin(rq, in, on_or_paused, &moving))
        return false;
    struct clock *clock = moving.clock;
    struct clock gone = *clock; // what it was paused for is still wanted
    bool on = clock_is_on(clock);
    if (on)
        gone.paused_for = (struct id){ 0 };
    if (on && !switch_off(rq, clock, moving.at))
        return false;
    clock->has_stopped_at = true;
    clock->stopped_at = moving.at;
    return hand_back(rq, &moving.stack, &gone, on, moving.at) && moving_end(rq, &moving, ret);
}

bool clocks_stop(struct request *rq, const struct clock_move *in, struct clock *ret)
{
    static const struct clock running = { .state = clock_state_RUNNING };

    return clocks_end(rq, in, ret) && measure_for_clock(rq, &running, ret);
}

bool clocks_pause(struct request *rq, const struct clock_move *in, struct clock *ret)
{
    struct moving moving;

    if (!moving_begin(rq, in, stack_on, &moving))
        return false;
    if (!clock_is_on(moving.clock))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CLOCK_PAUSED, NULL);
    if (!switch_off(rq, moving.clock, moving.at))
        return false;
    moving.clock->has_manual_pause = moving.clock->manual_pause = true;
    return moving_end(rq, &moving, ret);
}

bool clocks_resume(struct request *rq, const struct clock_move *in, struct clock *ret)
{
    struct moving moving;

    if (!moving_begin(rq, in, stack_paused, &moving))
        return false;
    if (clock_is_on(moving.clock))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CLOCK_RUNS, NULL);
    return check_free(rq, moving.clock->staff, moving.at) &&
           interrupt(rq, &moving.stack, moving.clock->id, moving.at) &&
           switch_on(rq, moving.clock, moving.at) && moving_end(rq, &moving, ret);
}

// --- correcting
bool clocks_correct(struct request *rq, const struct clock_correction *in, struct clock *ret)
{
    struct clock_correction given = *in;

    // Blanks are no reason.
    if (!row_trim(clock_correction_record(), &given, rq->arena, &rq->err) ||
        !record_check(clock_correction_record(), &given, &rq->err))
        return false;
    if (!clock_find(rq, in->id, ret) || !may_move(rq, ret->staff))
        return false;
    if (ret->version != in->version)
        return refuse_stale(rq, clock_record(), ret);
    if (ret->state != clock_state_STOPPED)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CLOCK_COUNTS, NULL);
    if (!id_is_zero(ret->entry))
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CLOCK_BOOKED, NULL);
    if (ret->corrections_count == CLOCK_CORRECTIONS_MAX)
        return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CLOCK_CORRECTED, NULL);
    struct time_correction correction = { rq->now_us, rq->actor, ret->actual_s, in->actual_s,
                                          given.reason };
    struct clock before = *ret;
    if (!clock_amend(rq->arena, ret, &correction))
        return full(rq);
    if (!measure_for_clock(rq, &before, ret) || !clock_put(rq, ret, rq->actor))
        return false;
    clock_resolve(rq, ret);
    return true;
}

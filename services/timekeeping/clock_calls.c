// SPDX-License-Identifier: Apache-2.0
// Clocks follow calls: each part has one, and what calls take from clocks by hand is reckoned anew
// whenever a part was told, early or late.
#include <string.h>

#include "common/wire/codec.h"
#include "services/timekeeping/clocks.h"
#include "services/timekeeping/entries.h"
#include "services/timekeeping/house.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"

#define SERVICE_FILE "proto/timekeeping_clock.def"
#include "proto/handlers.inc"

#define PARTS_MAX   50
#define BY_HAND_MAX 50       // clocks that one part touches at once; the rest are a job's
#define MANUAL      "manual" // telephony's source of calls by hand

// --- whose it is
static bool holds(const struct id *ids, size_t count, struct id id)
{
    for (size_t i = 0; i < count; i++) {
        if (id_equal(ids[i], id))
            return true;
    }
    return false;
}

static bool one_phone(const struct call *call)
{
    for (size_t i = 1; i < call->parts_count; i++) {
        if (strcmp(call->parts[i].agent, call->parts[0].agent) != 0)
            return false;
    }
    return call->agents_rung_count <= 1;
}

// Telephony knows who was at the phone then; a phone may have passed to somebody else since.
static bool owner_of(struct request *rq, const struct call *call, const char *extension,
                     struct staff *ret)
{
    if (extension && kept_staff_at(rq, extension, ret) &&
        (call->staff_count == 0 || holds(call->staff, call->staff_count, ret->id)))
        return true;
    return call->staff_count == 1 && (!extension || one_phone(call)) &&
           kept_staff(rq, call->staff[0], ret);
}

static void set_owner(struct request *rq, const struct call *call, struct clock *clock)
{
    struct staff staff;

    if (!id_is_zero(clock->staff) || !owner_of(rq, call, clock->extension, &staff))
        return;
    clock->staff = staff.id;
    clock->team = staff.team;
}

static void set_party(struct request *rq, const struct call *call, struct clock *clock)
{
    const struct shown_contact *shown = call->shown_contact;
    struct contact contact;
    struct id id = call->contact ? call->contact->contact
                   : shown       ? shown->contact
                                 : (struct id){ 0 };

    clock->contact = id;
    clock->contact_name = shown ? shown->name : NULL;
    if (kept_contact(rq, &id, &contact))
        clock->contact_name = contact.name;
    if (!clock->contact_name && call->direction == call_direction_INBOUND)
        clock->contact_name = call->caller_name;
    clock->client = call->client;
    clock->file = call->file;
}

// --- the clocks of one call
struct following {
    const struct call *call;
    struct clock before[PARTS_MAX]; // as they were
    size_t count;
    bool seen[PARTS_MAX]; // the call still has this part
};

static struct clock *find_before(struct following *following, struct id id)
{
    for (size_t i = 0; i < following->count; i++) {
        if (!id_equal(following->before[i].id, id))
            continue;
        following->seen[i] = true;
        return &following->before[i];
    }
    return NULL;
}

static void read_before(struct request *rq, struct following *following)
{
    struct walk_options options = { .index = clock_by_call,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(following->call->id) };
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);

    while (following->count < PARTS_MAX && walk_next(walk, &following->before[following->count]))
        following->count++;
    walk_close(walk);
}

// --- clocks by hand: booked ones too, whose entries follow as far as billing lets them
static bool reckon_later(struct request *rq, const struct clock_reckoning *rest)
{
    struct bytes argument = request_encode(rq, clock_reckoning_record(), rest);

    job_begin(rq, clock_reckon_job.name, argument);
    return rq->err.code == ERR_NONE;
}

// Those of this member that were on between the two times; *range is what is left of them then.
static bool reckon_some(struct request *rq, struct clock_reckoning *range, bool *ret_more)
{
    int64_t from = range->has_from ? range->from : INT64_MAX;
    int64_t until = range->has_until ? range->until : INT64_MAX;
    struct walk_options options = { .index = clock_by_end,
                                    .scope = &scope_house,
                                    .prefix = clock_of_key(range->staff, true),
                                    .after = clock_end_key(range->staff, true, from),
                                    .after_row = range->after };
    struct id ids[BY_HAND_MAX];
    struct clock clock;
    size_t count = 0;
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);

    while (count < BY_HAND_MAX && walk_next(walk, &clock)) {
        ids[count] = range->after = clock.id;
        range->has_from = clock.has_stopped_at;
        range->from = clock.stopped_at;
        count += clock.started_at < until;
    }
    walk_close(walk);
    *ret_more = count == BY_HAND_MAX;
    for (size_t i = 0; i < count; i++) {
        if (!clock_again(rq, ids[i]))
            return false;
    }
    return true;
}

static bool reckon_by_hand(struct request *rq, struct id staff, int64_t from, int64_t until)
{
    struct clock_reckoning range = { .staff = staff, .has_from = true, .from = from };
    bool more;

    range.has_until = until != INT64_MAX;
    range.until = range.has_until ? until : 0;
    return reckon_some(rq, &range, &more) && (!more || reckon_later(rq, &range));
}

static bool reckon_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct clock_reckoning range;
    bool more;

    (void)rows; // each with its entry, its measure and what is rounded with them
    if (!decode(clock_reckoning_record(), job->argument, DECODE_LENIENT, rq->arena, &range,
                &rq->err) ||
        !reckon_some(rq, &range, &more))
        return false;
    job->argument = request_encode(rq, clock_reckoning_record(), &range);
    *ret_last = !more;
    return rq->err.code == ERR_NONE;
}

const struct job_kind clock_reckon_job = { .name = "clock_reckon", .chunk = reckon_chunk };

static int64_t end_of(const struct clock *clock)
{
    return clock->has_stopped_at ? clock->stopped_at : INT64_MAX;
}

static bool moved(const struct clock *before, const struct clock *clock)
{
    return before->version == 0 || before->started_at != clock->started_at ||
           end_of(before) != end_of(clock) || !id_equal(before->staff, clock->staff);
}

static bool touch_by_hand(struct request *rq, const struct clock *before, const struct clock *clock)
{
    int64_t from = clock->started_at, until = end_of(clock);

    if (id_is_zero(clock->staff) || !moved(before, clock))
        return true;
    if (before->version > 0 && before->started_at < from)
        from = before->started_at;
    if (before->version > 0 && end_of(before) > until)
        until = end_of(before);
    return reckon_by_hand(rq, clock->staff, from, until);
}

static size_t nth_of(const struct call *call, size_t part)
{
    size_t nth = 0;
    for (size_t i = 0; i < part; i++)
        nth += strcmp(call->parts[i].agent, call->parts[part].agent) == 0;
    return nth;
}

static bool follow_part(struct request *rq, struct following *following, size_t part)
{
    const struct call *call = following->call;
    struct id id = clock_id(call->id, call->parts[part].agent, nth_of(call, part));
    const struct clock *known = find_before(following, id);
    struct clock before = known ? *known : (struct clock){ .version = 0 };
    struct clock clock = before;

    clock.id = id;
    clock_follow(call, part, timekeeping_house(rq)->hold_counts, &clock);
    if (!*clock.extension)
        clock.extension = NULL; // by hand, of somebody without a phone
    set_owner(rq, call, &clock);
    set_party(rq, call, &clock);
    return entry_for_clock(rq, &clock) &&
           (known ? clock_put_changed(rq, &before, &clock, CLOCKS_SELF)
                  : clock_put(rq, &clock, CLOCKS_SELF)) &&
           touch_by_hand(rq, &before, &clock);
}

// A part that was none after all: nobody had answered.
static bool drop_unseen(struct request *rq, struct following *following)
{
    for (size_t i = 0; i < following->count; i++) {
        struct clock *clock = &following->before[i];
        struct key key = key_of_id(clock->id);
        if (following->seen[i] || !id_is_zero(clock->entry))
            continue;
        table_del(rq->txn, &clock_table, &key);
        clock->version++;
        emit_clock(rq, clock, true);
        if (!id_is_zero(clock->staff) &&
            !reckon_by_hand(rq, clock->staff, clock->started_at, end_of(clock)))
            return false;
    }
    return true;
}

// A call by hand of somebody without a phone has no part, and is measured all the same.
static void add_part_by_hand(struct call *call, struct call_part *part)
{
    if (call->parts_count > 0 || !call->source || strcmp(call->source, MANUAL) != 0 ||
        call->staff_count != 1 || !call->has_answered_at)
        return;
    *part =
        (struct call_part){ .agent = "",
                            .from = call->answered_at,
                            .has_until = call->state == call_state_ENDED,
                            .until = call->has_ended_at ? call->ended_at
                                                        : call->answered_at + call->talk_ms * 1000,
                            .talk_ms = call->talk_ms };
    call->parts = part;
    call->parts_count = 1;
}

bool clocks_call_told(struct request *rq, const struct call *told)
{
    struct call_part by_hand;
    struct call call = *told;
    struct following *following = arena_alloc(rq->arena, sizeof *following);

    if (!following)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    add_part_by_hand(&call, &by_hand);
    following->call = &call;
    read_before(rq, following);
    for (size_t i = 0; i < call.parts_count; i++) {
        if (!follow_part(rq, following, i))
            return false;
    }
    return drop_unseen(rq, following);
}

// --- phones that were nobody's when the call was heard of: facts come in any order
static bool has_unowned(struct request *rq, const char *extension)
{
    struct walk_options options = { .index = clock_by_unowned,
                                    .scope = &scope_house,
                                    .prefix = clock_unowned_key(extension) };
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    struct clock clock;
    bool found = walk_next(walk, &clock);

    walk_close(walk);
    return found;
}

bool clocks_staff_told(struct request *rq, const struct staff *staff)
{
    for (size_t i = 0; i < staff->extensions_count; i++) {
        struct clock_owner_search search = { staff->extensions[i] };
        if (has_unowned(rq, search.extension))
            job_begin(rq, clock_owner_job.name,
                      request_encode(rq, clock_owner_search_record(), &search));
    }
    return rq->err.code == ERR_NONE;
}

static bool own(struct request *rq, struct clock *before)
{
    struct clock clock = *before;
    struct call call;

    if (!kept_call(rq, clock.call, &call))
        return true;
    set_owner(rq, &call, &clock);
    return clock_put_changed(rq, before, &clock, CLOCKS_SELF) && touch_by_hand(rq, before, &clock);
}

static bool owners_chunk(struct request *rq, struct job *job, size_t rows, bool *ret_last)
{
    struct clock_owner_search search;
    struct walk_options options = { .index = clock_by_unowned, .scope = &scope_house };
    size_t limit = rows / 4, count = 0; // each may touch clocks by hand
    struct clock *clocks = arena_array(rq->arena, limit, sizeof *clocks);

    if (!clocks || !decode(clock_owner_search_record(), job->argument, DECODE_LENIENT, rq->arena,
                           &search, &rq->err))
        return false;
    options.prefix = clock_unowned_key(search.extension);
    options.after.size = job->place.size;
    if (job->place.size > 0)
        memcpy(options.after.bytes, job->place.data, job->place.size);
    struct walk *walk = walk_open(rq->txn, &clock_table, &options, rq->arena);
    while (count < limit && walk_next(walk, &clocks[count]))
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        if (!own(rq, &clocks[i]))
            return false;
    }
    *ret_last = count < limit;
    job->done += (int64_t)count;
    if (count == 0)
        return true;
    struct key place = clock_unowned_key(search.extension);
    key_id(&place, clocks[count - 1].id);
    job->place = (struct bytes){ (const uint8_t *)arena_text(rq->arena, place.bytes, place.size),
                                 place.size };
    return job->place.data != NULL;
}

const struct job_kind clock_owner_job = { .name = "clock_owners", .chunk = owners_chunk };

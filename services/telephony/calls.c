// SPDX-License-Identifier: Apache-2.0
// One row per call for ever: found by what the PBX calls it, merged, never revived.
#include "services/telephony/calls.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/phone.h"
#include "common/wire/codec.h"
#include "services/telephony/acts.h"
#include "services/telephony/agents.h"
#include "services/telephony/diversion.h"
#include "services/telephony/hotlines.h"
#include "services/telephony/missed.h"
#include "services/telephony/report.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"
#include "services/telephony/who.h"

#define LIVE_MAX     500
#define EXPIRE_MAX   50
#define FORGOTTEN_US SECONDS(12 * 3600)

// Ordered by time like other ids, and the same however often the call is told.
static struct id call_id(const struct call *call)
{
    struct id source = id_of_name("call", call->source);
    struct id id = id_of_name(id_text(source).text, call->source_ref);
    uint64_t ms = (uint64_t)call->started_at / 1000;
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x70);
    return id;
}

bool calls_find(struct request *rq, const char *source, const char *source_ref, struct call *out)
{
    struct key key = call_ref_key(source, source_ref);
    return table_get_by(rq->txn, call_by_ref, &call_table, &scope_house, &key, rq->arena, out);
}

// What an earlier life of this process saw, and the source may have forgotten, stays.
static void keep_past(struct call *next, const struct call *before)
{
    next->id = before->id;
    next->version = before->version;
    next->contact = before->contact;
    next->file = before->file;
    next->started_at = before->started_at;
    if (!next->has_ring_at && before->has_ring_at) {
        next->has_ring_at = true;
        next->ring_at = before->ring_at;
    }
    if (!next->has_answered_at && before->has_answered_at) {
        next->has_answered_at = true;
        next->answered_at = before->answered_at;
    }
    if (next->talk_ms < before->talk_ms)
        next->talk_ms = before->talk_ms;
    if (next->parts_count < before->parts_count) {
        next->parts = before->parts;
        next->parts_count = before->parts_count;
    }
}

// A part whose end nobody saw is not longer than it was seen.
static bool end_parts(struct request *rq, struct call *call)
{
    struct call_part *parts = arena_array(rq->arena, call->parts_count + 1, sizeof *parts);
    if (!parts)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_MEMORY_FULL, NULL);
    for (size_t i = 0; i < call->parts_count; i++) {
        parts[i] = call->parts[i];
        parts[i].has_held = parts[i].held = parts[i].has_held_since = false;
        parts[i].held_since = 0;
        if (parts[i].has_until)
            continue;
        parts[i].has_until = true;
        parts[i].until = parts[i].from + parts[i].talk_ms * 1000;
    }
    call->parts = parts;
    return true;
}

// The number of the other party: who calls in, or whom the house calls.
static const char *other_number(const struct call *call)
{
    switch (call->direction) {
    case call_direction_INBOUND: return call->caller;
    case call_direction_OUTBOUND:
    case call_direction_CLICK_TO_DIAL: return call->called;
    default: return NULL;
    }
}

// The client is found once. A number that moves to another client while a caller waits must not
// take along what was noted under the first one; only a call of nobody may still find whose it is,
// until a phone rings or somebody has named the house's contact or file.
static bool client_is_settled(const struct call *before, bool rung)
{
    if (!id_is_zero(before->client) || before->contact || !id_is_zero(before->file))
        return true;
    return rung && before->called;
}

static void find_client(struct request *rq, struct call *next)
{
    const struct client_row *client = next->direction == call_direction_INBOUND && next->called
                                          ? who_was_dialled(rq, next->called)
                                          : NULL;
    next->client = client ? client->id : (struct id){ 0 };
    next->client_name = client ? client->name : NULL;
}

// Fixed once a phone has rung, also when the caller waits again: a call keeps what was shown at the
// ring.
static void identify(struct request *rq, struct call *next, const struct call *before)
{
    bool rung = before && (before->has_ring_at || before->state != call_state_WAITING);
    if (before && client_is_settled(before, rung)) {
        next->client = before->client;
        next->client_name = before->client_name;
    } else {
        find_client(rq, next);
    }
    const char *number = other_number(next);
    if (rung && before->shown_contact)
        next->shown_contact = before->shown_contact;
    else
        next->shown_contact = number ? who_is_shown(rq, next->client, number) : NULL;
    who_was_reached(rq, next);
    next->has_hotline = next->hotline =
        (before && before->has_hotline && before->hotline) || hotlines_hold(rq, next);
}

static bool same(struct request *rq, const struct call *a, const struct call *b)
{
    struct bytes one = request_encode(rq, call_record(), a);
    struct bytes two = request_encode(rq, call_record(), b);
    return one.size == two.size && memcmp(one.data, two.data, one.size) == 0;
}

static bool call_put(struct request *rq, struct call *call)
{
    call->version++;
    if (!record_check(call_record(), call, &rq->err) ||
        !table_put(rq->txn, &call_table, call, &rq->err))
        return false;
    emit(rq, "call", call, false);
    return true;
}

bool calls_write(struct request *rq, const struct call *before, struct call *call)
{
    bool ends = call->state == call_state_ENDED && (!before || before->state != call_state_ENDED);
    if (!before)
        call->id = call_id(call);
    if (ends && !end_parts(rq, call))
        return false;
    if (ends && !diversion_note(rq, call))
        return false;
    return call_put(rq, call) && missed_follow(rq, before, call) &&
           agents_see_call(rq, before, call) && (before || acts_see_call(rq, call));
}

bool calls_amend(struct request *rq, const struct call *before, struct call *next)
{
    identify(rq, next, before);
    if (before && same(rq, before, next))
        return true;
    return calls_write(rq, before, next);
}

bool calls_record(struct request *rq, const struct call *seen)
{
    struct call before, next = *seen;
    bool known = calls_find(rq, seen->source, seen->source_ref, &before);
    if (known && before.state == call_state_ENDED)
        return true;
    if (known)
        keep_past(&next, &before);
    return calls_amend(rq, known ? &before : NULL, &next);
}

bool calls_set_contact(struct request *rq, const struct call_contact_in *said, struct call *out)
{
    struct key key = key_of_id(said->call);
    if (!table_get(rq->txn, &call_table, &rq->scope, &key, rq->arena, out))
        return fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
    int64_t version = out->contact ? out->contact->version : 0;
    if (version != said->version)
        return refuse_stale(rq, call_record(), out);
    struct contact contact;
    if (!who_is_now(rq, said->contact, &contact) || !id_equal(contact.client, out->client))
        return fail(&rq->err, ERR_NOT_FOUND, "contact", TEXT_CALL_CONTACT_UNKNOWN, NULL);
    struct call_contact *decided = arena_alloc(rq->arena, sizeof *decided);
    if (!decided)
        return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_ANSWER_TOO_LARGE, NULL);
    decided->contact = contact.id;
    decided->version = version + 1;
    decided->set_at = rq->now_us;
    decided->set_by = rq->actor;
    out->contact = decided;
    return call_put(rq, out);
}

bool calls_set_file(struct request *rq, const struct call_file_in *said, struct call *out)
{
    struct key key = key_of_id(said->call);
    if (!table_get(rq->txn, &call_table, &rq->scope, &key, rq->arena, out))
        return fail(&rq->err, ERR_NOT_FOUND, "call", TEXT_CALL_UNKNOWN, NULL);
    if (!id_equal(out->file, said->seen))
        return refuse_stale(rq, call_record(), out);
    if (id_equal(out->file, said->file))
        return true;
    out->file = said->file;
    return call_put(rq, out);
}

// --- what nobody ends
static size_t find_forgotten(struct request *rq, const char *source, struct call *rows, size_t room)
{
    struct walk_options options = { .index = call_live, .scope = &scope_house };
    key_init(&options.prefix);
    key_str_prefix(&options.prefix, source);
    struct walk *walk = walk_open(rq->txn, &call_table, &options, rq->arena);
    size_t count = 0;
    while (count < room && walk_next(walk, &rows[count]))
        count += rows[count].started_at <= rq->now_us - FORGOTTEN_US;
    walk_close(walk);
    return count;
}

bool calls_expire(struct request *rq)
{
    static const char *const sources[] = { HOOK_SOURCE, MANUAL_SOURCE };
    struct call *rows = arena_array(rq->arena, EXPIRE_MAX, sizeof *rows);
    size_t count = 0;
    for (size_t i = 0; rows && i < COUNT_OF(sources); i++)
        count += find_forgotten(rq, sources[i], rows + count, EXPIRE_MAX - count);
    for (size_t i = 0; i < count; i++) {
        struct call next = rows[i];
        next.state = call_state_ENDED;
        next.outcome = next.has_answered_at ? call_outcome_ANSWERED : call_outcome_UNKNOWN;
        next.ended_by = call_ended_by_UNKNOWN;
        next.ringing_count = next.talking_count = 0;
        if (!calls_write(rq, &rows[i], &next))
            return false;
    }
    return count == EXPIRE_MAX;
}

size_t calls_live(struct request *rq, const char *source, struct arena *arena,
                  const struct call **ret)
{
    struct call *rows = arena_array(arena, LIVE_MAX, sizeof *rows);
    size_t count = 0;
    struct walk_options options = { .index = call_live,
                                    .scope = &scope_house,
                                    .prefix = call_source_key(source) };
    struct walk *walk = walk_open(rq->txn, &call_table, &options, arena);
    while (rows && count < LIVE_MAX && walk_next(walk, &rows[count]))
        count++;
    walk_close(walk);
    *ret = rows;
    return count;
}

// SPDX-License-Identifier: Apache-2.0
// Missed callers: each missed call is counted in one entry, an entry is settled once, by whoever
// spoke with the caller, and as long as nobody did it stays.
#include <string.h>

#include "tests/sim/work.h"

static const struct mirror *telephony(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TELEPHONY];
}

// --- settled by hand
bool missed_done_begin(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    if (!work_target(sim, op, MIRROR_TELEPHONY, "missed"))
        return false;
    work_say(op, &method_missed_done,
             &(struct missed_settle){ op->target, op->version, .reason = op->name });
    return true;
}

void missed_done_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                       const struct told_fact *fact)
{
    const struct missed *row = fact_row(sim, fact);
    struct missed expected;

    if (!before || before->version != op->version) {
        sim_fail(sim, "missed_done on a stale version");
        return;
    }
    expected = *(const struct missed *)fact_row(sim, before);
    expected.version++;
    expected.has_done_at = true;
    expected.done_at = row->done_at;
    expected.done_by = desk_name(sim, op->desk);
    expected.done_how = missed_how_BY_HAND;
    expected.reason = op->name;
    if (!bytes_same(row_bytes(sim, missed_record(), &expected), fact->row))
        sim_fail(sim, "missed_done \"%s\" wrote something else", op->name);
}

void missed_check_order(struct sim *sim, const struct told_fact *before,
                        const struct told_fact *now)
{
    const struct missed *was = fact_row(sim, before), *is = fact_row(sim, now);

    if (was->has_done_at && !now->deleted)
        sim_fail(sim, "a missed caller was settled and is %s",
                 is->has_done_at ? "settled once more" : "open again");
    // They may be named anew, when they were merged.
    if (is->count != was->count && (is->has_done_at || is->count != was->count + 1))
        sim_fail(sim, "a missed caller goes from %lld to %lld calls", (long long)was->count,
                 (long long)is->count);
}

// --- what a call means
static bool is_missed(const struct call *call)
{
    return call->state == call_state_ENDED && call->direction == call_direction_INBOUND &&
           (call->outcome == call_outcome_MISSED || call->outcome == call_outcome_ABANDONED ||
            call->outcome == call_outcome_BUSY || call->outcome == call_outcome_VOICEMAIL);
}

bool call_is_spoken(const struct call *call)
{
    if (call->state == call_state_ENDED)
        return call->outcome == call_outcome_ANSWERED || call->outcome == call_outcome_TRANSFERRED;
    return call->has_answered_at && call->direction != call_direction_INTERNAL &&
           call->direction != call_direction_CLICK_TO_DIAL;
}

const struct call *call_became(struct sim *sim, const struct told_fact *fact,
                               bool (*is)(const struct call *call))
{
    const struct told_fact *before = mirror_at(telephony(sim), fact->before);
    const struct call *call = mirror_is(fact, "call") ? fact_row(sim, fact) : NULL;

    if (!call || !is(call) || (before && is(fact_row(sim, before))))
        return NULL;
    return call;
}

struct id call_contact(const struct call *call)
{
    if (call->contact)
        return call->contact->contact;
    return call->shown_contact ? call->shown_contact->contact : (struct id){ { 0 } };
}

// Of one who went into another, or is gone, telephony may know another name by then.
static bool is_steady(const struct sim *sim, struct id contact)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    const struct told_fact *fact = mirror_at(contacts, mirror_last(contacts, "contact", contact));

    return fact && !fact->deleted && !mirror_last(contacts, "contact_merged", contact);
}

static bool is_of(const struct sim *sim, const struct call *call, const struct missed *entry)
{
    bool inbound = call->direction == call_direction_INBOUND;
    const char *number = inbound ? call->caller : call->called;
    struct id contact = call_contact(call);

    if (inbound && !id_equal(call->client, entry->client))
        return false;
    for (size_t i = 0; number && i < entry->numbers_count; i++)
        if (strcmp(entry->numbers[i], number) == 0)
            return true;
    return id_equal(contact, entry->contact) && is_steady(sim, contact);
}

// --- at rest
// As the entry was when they last called in vain.
static size_t last_missed(struct sim *sim, size_t seq)
{
    for (;;) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);
        const struct told_fact *before = mirror_at(telephony(sim), fact->before);

        if (!before || ((const struct missed *)fact_row(sim, before))->count !=
                           ((const struct missed *)fact_row(sim, fact))->count)
            return seq;
        seq = fact->before;
    }
}

static void check_open(struct sim *sim, size_t at)
{
    const struct missed *now = fact_row(sim, mirror_at(telephony(sim), at)), *entry;

    at = last_missed(sim, at);
    entry = fact_row(sim, mirror_at(telephony(sim), at));
    for (size_t seq = at + 1; seq <= telephony(sim)->count && !sim->failed; seq++) {
        const struct call *call = call_became(sim, mirror_at(telephony(sim), seq), call_is_spoken);

        // Named anew, by a merge or its undoing, it may have been somebody else's by then.
        if (call && is_of(sim, call, entry) && is_of(sim, call, now))
            sim_fail(sim,
                     "somebody spoke with the missed caller %s in call %s (fact %zu), entry "
                     "of fact %zu is still open",
                     entry->numbers_count ? entry->numbers[0] : id_text(entry->id).text,
                     call->source_ref, seq, at);
    }
}

static void check_done(struct sim *sim, const struct missed *entry)
{
    const struct mirror *mirror = telephony(sim);
    const struct told_fact *fact = mirror_at(mirror, mirror_last(mirror, "call", entry->done_call));

    if (entry->done_how == missed_how_BY_HAND)
        return;
    for (; fact; fact = mirror_at(mirror, fact->before)) {
        const struct call *call = fact_row(sim, fact);
        bool inbound = call->direction == call_direction_INBOUND;

        if (call_is_spoken(call) &&
            (is_of(sim, call, entry) || id_equal(call->id, entry->last_call) ||
             merge_met(sim, call_contact(call), entry->contact)) &&
            inbound == (entry->done_how == missed_how_CALLED_AGAIN))
            return;
    }
    sim_fail(sim, "a missed caller is settled by a call in which nobody spoke with them");
}

static bool is_listed(struct sim *sim, const struct call *call)
{
    for (size_t seq = 1; seq <= telephony(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);
        const struct missed *entry;

        if (fact->after || !mirror_is(fact, "missed"))
            continue;
        entry = fact_row(sim, fact);
        bool by_name = !id_is_zero(call_contact(call)) && id_equal(call->client, entry->client) &&
                       merge_met(sim, call_contact(call), entry->contact);
        if (!by_name && !is_of(sim, call, entry) && !id_equal(entry->last_call, call->id))
            continue; // whoever withholds their number is a stranger each time
        if (entry->first_at <= call->started_at && entry->last_at >= call->started_at)
            return true;
    }
    return false;
}

void missed_check(struct sim *sim)
{
    int64_t counted = 0, calls = 0;

    for (size_t seq = 1; seq <= telephony(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);
        const struct call *call;

        arena_reset(sim->arena);
        call = call_became(sim, fact, is_missed);
        calls += call != NULL;
        if (call && !is_listed(sim, call))
            sim_fail(sim, "the missed call %s is in no entry", call->source_ref);
        if (sim->failed || fact->after || fact->deleted || !mirror_is(fact, "missed"))
            continue;
        const struct missed *entry = fact_row(sim, fact);
        counted += entry->count;
        if (entry->has_done_at)
            check_done(sim, entry);
        else
            check_open(sim, seq);
    }
    if (!sim->failed && counted != calls)
        sim_fail(sim, "%lld calls were missed, the entries count %lld", (long long)calls,
                 (long long)counted);
}

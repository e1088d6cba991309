// SPDX-License-Identifier: Apache-2.0
// What must have come of callbacks and resubmissions when all is at rest: nothing that is due was
// not told, and calls meant what they must, by telephony's log alone.
#include <stdlib.h>
#include <string.h>

#include "tests/sim/due.h"

#define LATE_US SECONDS(10) // until when something may be told that has become due

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

static const struct mirror *telephony(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TELEPHONY];
}

// --- what is due
static void check_told(struct sim *sim, const struct callback *row)
{
    int64_t passed = due_now(sim) - LATE_US;

    if (row->state == callback_state_OPEN && row->from < passed)
        sim_fail(sim, "callback %s was not told to be due", id_text(row->id).text);
    else if (row->state == callback_state_DUE && row->has_until && row->until < passed)
        sim_fail(sim, "callback %s was not told to be overdue", id_text(row->id).text);
}

static void check_back(struct sim *sim, const struct resubmission *row)
{
    if (row->state == resubmission_state_OPEN && row->due_at < due_now(sim) - LATE_US)
        sim_fail(sim, "resubmission %s was not told to be back", id_text(row->id).text);
}

// --- calls, as telephony tells them now and has told them before
struct outcome {
    const struct call *call;    // as it is now
    int64_t spoken_us, vain_us; // when telephony told that first; 0: never
    bool spoken, vain;          // it is so now
    bool steady;                // what is compared has been so since
};

static bool is_vain(const struct call *call)
{
    return call->state == call_state_ENDED && !call_is_spoken(call) &&
           (call->direction == call_direction_OUTBOUND ||
            call->direction == call_direction_CLICK_TO_DIAL);
}

static const char *other_number(const struct call *call)
{
    const char *number = call->direction == call_direction_INBOUND ? call->caller : call->called;

    return number ? number : "";
}

static void read_outcome(struct sim *sim, size_t seq, struct outcome *out)
{
    *out =
        (struct outcome){ .call = fact_row(sim, mirror_at(telephony(sim), seq)), .steady = true };
    out->spoken = call_is_spoken(out->call);
    out->vain = is_vain(out->call);
    for (; seq; seq = mirror_at(telephony(sim), seq)->before) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);
        const struct call *then = fact_row(sim, fact);

        if (call_is_spoken(then))
            out->spoken_us = fact->at_us;
        if (is_vain(then))
            out->vain_us = fact->at_us;
        if (call_is_spoken(then) || is_vain(then))
            out->steady = out->steady && then->direction == out->call->direction &&
                          id_equal(then->client, out->call->client) &&
                          strcmp(other_number(then), other_number(out->call)) == 0;
    }
}

static size_t read_calls(struct sim *sim, struct outcome **ret)
{
    size_t count = 0;

    *ret = arena_array(sim->arena, telephony(sim)->count + 1, sizeof **ret);
    if (!*ret)
        abort();
    for (size_t seq = 1; seq <= telephony(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(telephony(sim), seq);

        if (!fact->after && !fact->deleted && mirror_is(fact, "call"))
            read_outcome(sim, seq, &(*ret)[count++]);
    }
    return count;
}

// Not the one in which it was arranged, nor one that began before it; somebody who calls again
// does so for one client.
static bool may_be_about(const struct callback *row, const struct call *call)
{
    bool inbound = call->direction == call_direction_INBOUND;

    return (inbound || call->direction == call_direction_OUTBOUND ||
            call->direction == call_direction_CLICK_TO_DIAL) &&
           !id_equal(row->call, call->id) && call->started_at >= row->created_at &&
           (!inbound || id_equal(row->client, call->client));
}

// The contact whom the call was with, or one who had its number at any time.
static bool is_with(struct sim *sim, const struct callback *row, const struct call *call)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    size_t seq = mirror_last(telephony(sim), "call", call->id);

    for (; seq; seq = mirror_at(telephony(sim), seq)->before)
        if (merge_met(sim, call_contact(fact_row(sim, mirror_at(telephony(sim), seq))),
                      row->contact))
            return true;
    for (seq = 1; seq <= contacts->count; seq++) {
        const struct told_fact *fact = mirror_at(contacts, seq);
        const struct contact *contact = mirror_is(fact, "contact") ? fact_row(sim, fact) : NULL;

        for (size_t i = 0; contact && i < contact->phones_count; i++)
            if (contact->phones[i].e164 &&
                strcmp(contact->phones[i].e164, other_number(call)) == 0 &&
                merge_met(sim, contact->id, row->contact))
                return true;
    }
    return false;
}

static bool is_about(struct sim *sim, const struct callback *row, const struct call *call)
{
    if (!may_be_about(row, call))
        return false;
    return (row->number && strcmp(row->number, other_number(call)) == 0) ||
           (!id_is_zero(row->contact) && is_with(sim, row, call));
}

// --- what they meant
static const struct callback *row_at(struct sim *sim, size_t seq)
{
    return seq ? fact_row(sim, mirror_at(timekeeping(sim), seq)) : NULL;
}

// From when telephony told it until now the callback waited for a call to this number: whenever
// timekeeping heard of it, it must have taken it.
static bool waited(struct sim *sim, size_t seq, const struct call *call, int64_t told_us)
{
    for (; seq; seq = mirror_at(timekeeping(sim), seq)->before) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);
        const struct callback *row = fact_row(sim, fact);

        if (!callback_waits(row) || !row->number || !may_be_about(row, call) ||
            strcmp(row->number, other_number(call)) != 0)
            return false;
        if (fact->at_us <= told_us)
            return true;
    }
    return false;
}

// How often the callback was offered by this call, in all that was told of it.
static int offered_by(struct sim *sim, size_t seq, struct id call, const struct callback **ret)
{
    int count = 0;

    for (; seq; seq = mirror_at(timekeeping(sim), seq)->before) {
        const struct callback *is = row_at(sim, seq);
        const struct callback *was = row_at(sim, mirror_at(timekeeping(sim), seq)->before);

        if (is->state != callback_state_OFFERED || !id_equal(is->offered_call, call) || !was ||
            was->state == callback_state_OFFERED)
            continue;
        *ret = is;
        count++;
    }
    return count;
}

static void check_offers(struct sim *sim, size_t seq, const struct outcome *outcomes, size_t count)
{
    const struct callback *row = row_at(sim, seq), *then;
    int64_t least = 0, most = 0;

    for (size_t i = 0; i < count && !sim->failed; i++) {
        const struct outcome *outcome = &outcomes[i];
        int offers = offered_by(sim, seq, outcome->call->id, &then);
        bool about = offers > 0 && is_about(sim, then, outcome->call);

        if (offers > 1)
            sim_fail(sim, "callback %s is offered twice by call %s", id_text(row->id).text,
                     outcome->call->source_ref);
        else if (offers > 0 && (!outcome->spoken_us || !about))
            sim_fail(sim, "callback %s is offered by call %s, which %s", id_text(row->id).text,
                     outcome->call->source_ref,
                     about ? "nobody answered" : "was not with whom it is about");
        else if (outcome->spoken && outcome->steady &&
                 waited(sim, seq, outcome->call, outcome->spoken_us))
            sim_fail(sim, "callback %s is not offered, and call %s was answered",
                     id_text(row->id).text, outcome->call->source_ref);
        least += outcome->vain && !outcome->spoken_us && outcome->steady &&
                 waited(sim, seq, outcome->call, outcome->vain_us);
        most += outcome->vain_us > 0 && outcome->call->started_at >= row->created_at;
    }
    if (!sim->failed && (row->attempts < least || row->attempts > most))
        sim_fail(sim, "callback %s counts %lld attempts, not %lld to %lld", id_text(row->id).text,
                 (long long)row->attempts, (long long)least, (long long)most);
}

static void check_callback(struct sim *sim, size_t seq)
{
    struct outcome *outcomes;
    size_t count = read_calls(sim, &outcomes);

    check_told(sim, row_at(sim, seq));
    if (!sim->failed)
        check_offers(sim, seq, outcomes, count);
}

void dues_check(struct sim *sim)
{
    for (size_t seq = 1; seq <= timekeeping(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(timekeeping(sim), seq);

        arena_reset(sim->arena);
        if (fact->after || fact->deleted)
            continue;
        if (mirror_is(fact, "callback"))
            check_callback(sim, seq);
        if (mirror_is(fact, "resubmission"))
            check_back(sim, fact_row(sim, fact));
    }
}

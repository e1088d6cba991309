// SPDX-License-Identifier: Apache-2.0
// The calls' board: how its rows are made of a call and of what is known of the people in it.
#include "services/notifier/board.h"

#include <string.h>

#include "common/base/gaps.h"
#include "common/base/text.h"
#include "common/base/zone.h"
#include "common/wire/codec.h"

bool board_holds(const struct call *call)
{
    return call->state != call_state_ENDED;
}

// --- who calls
static size_t match_add(struct caller_match *matches, size_t count,
                        const struct caller_match *match)
{
    if (count == BOARD_CALLERS_MAX || id_is_zero(match->contact) || !match->name)
        return count;
    for (size_t i = 0; i < count; i++)
        if (id_equal(matches[i].contact, match->contact))
            return count;
    matches[count] = *match;
    return count + 1;
}

// Who it is, as somebody said: no guess any more, under the name of the ring where there is one.
static struct caller_match match_picked(const struct call *call)
{
    const struct shown_contact *shown = call->shown_contact;
    struct caller_match match = { .contact = call->contact->contact, .certainty = certainty_EXACT };

    if (shown && id_equal(shown->contact, match.contact))
        match.name = shown->name;
    for (size_t i = 0; shown && i < shown->matches_count && !match.name; i++)
        if (id_equal(shown->matches[i].contact, match.contact))
            match.name = shown->matches[i].name;
    return match;
}

size_t board_matches(const struct call *call, struct caller_match out[BOARD_CALLERS_MAX])
{
    static const enum certainty order[] = { certainty_EXACT, certainty_POSSIBLE };
    const struct shown_contact *shown = call->shown_contact;
    size_t count = 0;

    if (call->contact) {
        out[0] = match_picked(call);
        return 1;
    }
    if (!shown)
        return 0;
    for (size_t o = 0; o < COUNT_OF(order); o++) {
        struct caller_match one = { .contact = shown->contact,
                                    .name = shown->name,
                                    .certainty = shown->certainty };

        if (one.certainty == order[o])
            count = match_add(out, count, &one);
        for (size_t i = 0; i < shown->matches_count; i++)
            if (shown->matches[i].certainty == order[o])
                count = match_add(out, count, &shown->matches[i]);
    }
    return count;
}

static struct board_caller caller_make(const struct caller_match *match,
                                       const struct contact *contact)
{
    struct board_caller caller = {
        .contact = match->contact,
        .name = match->name,
        .certainty = match->certainty,
    };

    if (!contact)
        return caller;
    caller.contact = contact->id; // another than at the ring when it was merged since
    caller.name = contact->name;
    caller.organisation = contact->organisation;
    caller.customer_number = contact->customer_number;
    caller.handling_note = contact->handling_note;
    caller.message = contact->message ? contact->message->text : NULL;
    return caller;
}

static bool is_shown(const struct board_caller *callers, size_t count, struct id contact)
{
    for (size_t i = 0; i < count; i++)
        if (id_equal(callers[i].contact, contact))
            return true;
    return false;
}

// Two that were merged since are shown once; one that nobody can name yet is not shown.
static bool callers_make(const struct call *call, const struct board_known *known,
                         struct arena *arena, struct board_call *out)
{
    struct caller_match matches[BOARD_CALLERS_MAX];
    size_t count = board_matches(call, matches);
    struct board_caller *callers = arena_array(arena, count, sizeof *callers);

    if (!callers)
        return false;
    out->callers = callers;
    for (size_t i = 0; i < count; i++) {
        struct board_caller caller = caller_make(&matches[i], known->contacts[i]);

        if (!board_files_make(&known->parts[i], arena, &caller))
            return false;
        caller.has_picked = caller.picked = call->contact != NULL;
        if (caller.name && !is_shown(callers, out->callers_count, caller.contact))
            callers[out->callers_count++] = caller;
    }
    return true;
}

// --- who rings or talks
static size_t phones_add(const char **phones, size_t count, const char *const *more,
                         size_t more_count)
{
    for (size_t i = 0; i < more_count && count < BOARD_PHONES_MAX; i++) {
        bool known = false;

        for (size_t k = 0; k < count && !known; k++)
            known = text_equal(phones[k], more[i]);
        if (!known)
            phones[count++] = more[i];
    }
    return count;
}

size_t board_phones(const struct call *call, const char *out[BOARD_PHONES_MAX])
{
    size_t count = phones_add(out, 0, call->talking, call->talking_count);

    return phones_add(out, count, call->ringing, call->ringing_count);
}

// Whoever has two phones in the call is named once.
static bool agents_make(const struct call *call, const struct board_known *known,
                        struct arena *arena, struct board_call *out)
{
    const char *phones[BOARD_PHONES_MAX];
    const struct field *field = record_field(board_call_record(), "agents");
    size_t phone_count = board_phones(call, phones), count = 0;
    const char **names = arena_array(arena, phone_count, sizeof *names);

    if (!names)
        return false;
    for (size_t i = 0; i < phone_count && count < (size_t)field->max; i++) {
        bool named = !known->staff[i];

        for (size_t k = 0; k < i && !named; k++)
            named = known->staff[k] && id_equal(known->staff[k]->id, known->staff[i]->id);
        if (!named)
            names[count++] = known->staff[i]->name;
    }
    out->agents = names;
    out->agents_count = count;
    return true;
}

// --- how large it may be
static size_t encoded_size(const struct board_call *row, struct mp_writer *writer)
{
    struct board_call measured = *row;

    measured.version = INT_LIMIT;
    mp_writer_reset(writer);
    encode(board_call_record(), &measured, writer);
    return writer->size;
}

// One step smaller: the notes and files of the last caller that has any, then the callers, the
// names, the greeting, and whose phones rang earlier. False when nothing is left to leave out.
static bool board_smaller(struct board_call *row, struct board_caller *callers, struct call *call)
{
    for (size_t i = row->callers_count; i-- > 0;) {
        if (callers[i].handling_note || callers[i].message || callers[i].files_count > 0) {
            callers[i].handling_note = callers[i].message = NULL;
            callers[i].files_count = 0; // whether they are an opponent stays
            return true;
        }
    }
    if (row->callers_count > 0) {
        row->callers_count = 0;
        return true;
    }
    if (row->agents_count > 0) {
        row->agents_count = 0;
        return true;
    }
    if (row->greeting) {
        row->greeting = NULL;
        return true;
    }
    if (call->agents_rung_count > 0) {
        call->agents_rung_count = 0;
        return true;
    }
    return false;
}

static bool board_fit(struct board_call *row, struct arena *arena, struct err *err)
{
    struct board_caller *callers = arena_array(arena, row->callers_count, sizeof *callers);
    struct call *call = arena_alloc(arena, sizeof *call);
    struct mp_writer writer;
    bool fits;

    if (!callers || !call)
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
    if (row->callers_count > 0)
        memcpy(callers, row->callers, row->callers_count * sizeof *callers);
    *call = *row->call;
    row->callers = callers;
    row->call = call;
    mp_writer_init(&writer);
    do
        fits = encoded_size(row, &writer) <= BOARD_ROW_BYTES;
    while (!fits && board_smaller(row, callers, call));
    mp_writer_done(&writer);
    return fits || fail(err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
}

// What is to be said first, with names in its gaps. Which agent is known once only one's phone
// rings or talks.
static const char *greeting_make(const struct call *call, const struct board_known *known,
                                 const struct board_call *row, struct arena *arena)
{
    struct zone zone;
    struct gap_values values = {
        .client = known->client->name,
        .agent = row->agents_count == 1 ? row->agents[0] : NULL,
        .caller = call->contact && row->callers_count ? row->callers[0].name
                  : call->shown_contact               ? call->shown_contact->name
                                                      : NULL,
    };

    (void)!zone_load(known->client->zone ? known->client->zone : "Europe/Berlin", &zone);
    int64_t rings_at = call->has_ring_at ? call->ring_at : call->started_at;
    values.local_hour = zone_local(&zone, rings_at).second / 3600;
    return gaps_fill(known->client->greeting, &values, arena);
}

bool board_make(const struct call *call, const struct board_known *known, struct arena *arena,
                struct board_call *out, struct err *err)
{
    *out = (struct board_call){
        .id = call->id,
        .call = call,
        .client = call->client,
        .staff = call->staff,
        .staff_count = call->staff_count,
        .teams = call->teams,
        .teams_count = call->teams_count,
    };
    if (!callers_make(call, known, arena, out) || !agents_make(call, known, arena, out))
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
    if (known->client && known->client->greeting &&
        !(out->greeting = greeting_make(call, known, out, arena)))
        return fail(err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
    return board_fit(out, arena, err);
}

// --- comparing
bool board_same(const struct board_call *a, const struct board_call *b)
{
    struct mp_writer first, second;
    bool same;

    mp_writer_init(&first);
    mp_writer_init(&second);
    same = encoded_size(a, &first) == encoded_size(b, &second) &&
           memcmp(first.data, second.data, first.size) == 0;
    mp_writer_done(&first);
    mp_writer_done(&second);
    return same;
}

static bool ids_hold(const struct id *ids, size_t count, struct id wanted)
{
    for (size_t i = 0; i < count; i++)
        if (id_equal(ids[i], wanted))
            return true;
    return false;
}

bool board_shrinks(const struct board_call *before, const struct board_call *after)
{
    if (!id_is_zero(before->client) && !id_equal(before->client, after->client))
        return true;
    for (size_t i = 0; i < before->staff_count; i++)
        if (!ids_hold(after->staff, after->staff_count, before->staff[i]))
            return true;
    for (size_t i = 0; i < before->teams_count; i++)
        if (!ids_hold(after->teams, after->teams_count, before->teams[i]))
            return true;
    return false;
}

bool board_fits(const struct board_call *row, const struct board_query *query)
{
    if (!id_is_zero(query->client) && !id_equal(row->client, query->client))
        return false;
    if (!id_is_zero(query->staff) && !ids_hold(row->staff, row->staff_count, query->staff))
        return false;
    return id_is_zero(query->team) || ids_hold(row->teams, row->teams_count, query->team);
}

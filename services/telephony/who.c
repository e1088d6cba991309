// SPDX-License-Identifier: Apache-2.0
// Look-ups at the ring; nothing is asked of anybody, so every screen pops while contacts is down.
#include "services/telephony/who.h"

#include <string.h>

#include "common/base/phone_match.h"
#include "services/telephony/store.h"
#include "services/telephony/switchboard.h"

#define MATCHES_MAX 10
#define STAFF_MAX   50
#define TEAMS_MAX   20
#define CHAIN_MAX   20 // merges from one contact to the next

static bool read_number(struct request *rq, const char *typed, struct phone *out)
{
    const struct switchboard *board = rq->context;
    struct err unread = { 0 };
    return phone_read(typed, &board->home, out, &unread) && out->e164[0] != '\0';
}

const struct client_row *who_was_dialled(struct request *rq, const char *called)
{
    struct phone phone;
    if (!read_number(rq, called, &phone))
        return NULL;
    struct walk_options options = { .index = known_client_by_number,
                                    .scope = &scope_house,
                                    .prefix = number_key(phone.e164) };
    struct client_row *row = arena_alloc(rq->arena, sizeof *row);
    struct walk *walk = walk_open(rq->txn, &known_client_table, &options, rq->arena);
    bool found = false;
    while (row && !found && walk_next(walk, row))
        found = !(row->has_closed && row->closed);
    walk_close(walk);
    return found ? row : NULL;
}

// --- who calls
struct matching {
    struct request *rq;
    struct id client;
    struct caller_match *matches;
    size_t count;
};

static size_t find_contacts(void *context, const char *e164)
{
    struct matching *matching = context;
    struct walk_options options = {
        .index = known_contact_by_number,
        .scope = &scope_house,
        .prefix = known_number_key(matching->client, e164),
    };
    struct arena *arena = matching->rq->arena;
    struct walk *walk = walk_open(matching->rq->txn, &known_contact_table, &options, arena);
    struct contact contact;
    while (matching->count < MATCHES_MAX && walk_next(walk, &contact))
        matching->matches[matching->count++] =
            (struct caller_match){ .contact = contact.id, .name = contact.name };
    walk_close(walk);
    return matching->count;
}

const struct shown_contact *who_is_shown(struct request *rq, struct id client, const char *number)
{
    struct shown_contact *shown = arena_alloc(rq->arena, sizeof *shown);
    struct caller_match *matches = arena_array(rq->arena, MATCHES_MAX, sizeof *matches);
    struct phone phone;
    if (!shown || !matches)
        return NULL;
    shown->certainty = certainty_NONE;
    if (!read_number(rq, number, &phone))
        return shown;
    struct matching matching = { .rq = rq, .client = client, .matches = matches };
    enum phone_match match = phone_match(phone.e164, find_contacts, &matching);
    if (match == PHONE_MATCH_NONE)
        return shown;
    shown->certainty = match == PHONE_MATCH_EXACT ? certainty_EXACT : certainty_POSSIBLE;
    for (size_t i = 0; i < matching.count; i++)
        matches[i].certainty = shown->certainty;
    shown->matches = matches;
    shown->matches_count = matching.count;
    if (matching.count == 1) {
        shown->contact = matches[0].contact;
        shown->name = matches[0].name;
    }
    return shown;
}

bool who_is_now(struct request *rq, struct id contact, struct contact *out)
{
    for (int steps = 0; steps <= CHAIN_MAX; steps++) {
        struct key key = key_of_id(contact);
        struct contact_merged merged;
        if (table_get(rq->txn, &known_contact_table, &scope_house, &key, rq->arena, out))
            return true;
        if (!table_get(rq->txn, &known_merged_table, &scope_house, &key, rq->arena, &merged))
            return false;
        contact = merged.to;
    }
    return false;
}

struct id who_id_now(struct request *rq, struct id contact)
{
    struct contact_merged merged;
    for (int steps = 0; steps <= CHAIN_MAX; steps++) {
        struct key key = key_of_id(contact);
        if (!table_get(rq->txn, &known_merged_table, &scope_house, &key, rq->arena, &merged))
            break;
        contact = merged.to;
    }
    return contact;
}

size_t who_ids(struct request *rq, struct id contact, struct id *ids, size_t room)
{
    size_t count = 0;
    ids[count++] = who_id_now(rq, contact);
    for (size_t i = 0; i < count; i++) {
        struct walk_options options = { .index = known_merged_by_to,
                                        .scope = &scope_house,
                                        .prefix = key_of_id(ids[i]) };
        struct walk *walk = walk_open(rq->txn, &known_merged_table, &options, rq->arena);
        struct contact_merged merged;
        while (count < room && walk_next(walk, &merged))
            ids[count++] = merged.id;
        walk_close(walk);
    }
    return count;
}

// --- whose phones
struct reached {
    struct id *staff, *teams;
    size_t staff_count, teams_count;
};

static void add_id(struct id *ids, size_t *count, size_t most, struct id id)
{
    for (size_t i = 0; i < *count; i++) {
        if (id_equal(ids[i], id))
            return;
    }
    if (*count < most && !id_is_zero(id))
        ids[(*count)++] = id;
}

static void add_extension(struct request *rq, const char *extension, struct reached *reached)
{
    struct walk_options options = { .index = known_staff_by_extension,
                                    .scope = &scope_house,
                                    .prefix = number_key(extension) };
    struct walk *walk = walk_open(rq->txn, &known_staff_table, &options, rq->arena);
    struct staff staff;
    while (walk_next(walk, &staff)) {
        if (staff.has_left && staff.left)
            continue;
        add_id(reached->staff, &reached->staff_count, STAFF_MAX, staff.id);
        add_id(reached->teams, &reached->teams_count, TEAMS_MAX, staff.team);
    }
    walk_close(walk);
}

void who_was_reached(struct request *rq, struct call *call)
{
    struct reached reached = {
        .staff = arena_array(rq->arena, STAFF_MAX, sizeof(struct id)),
        .teams = arena_array(rq->arena, TEAMS_MAX, sizeof(struct id)),
    };
    if (!reached.staff || !reached.teams)
        return;
    for (size_t i = 0; i < call->agents_rung_count; i++)
        add_extension(rq, call->agents_rung[i], &reached);
    for (size_t i = 0; i < call->ringing_count; i++)
        add_extension(rq, call->ringing[i], &reached);
    for (size_t i = 0; i < call->talking_count; i++)
        add_extension(rq, call->talking[i], &reached);
    for (size_t i = 0; i < call->parts_count; i++) // also when it is over
        add_extension(rq, call->parts[i].agent, &reached);
    if (call->agent)
        add_extension(rq, call->agent, &reached);
    call->staff = reached.staff;
    call->staff_count = reached.staff_count;
    call->teams = reached.teams;
    call->teams_count = reached.teams_count;
}

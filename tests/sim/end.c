// SPDX-License-Identifier: Apache-2.0
// When everything is at rest: every table is what its log says, every follower's rows are those of
// whom it follows, and the board is what telephony and contacts make of it.
#include <string.h>

#include "common/store/check.h"
#include "common/store/log.h"
#include "services/contacts/store.h"
#include "services/contacts/store_file.h"
#include "services/contacts/store_people.h"
#include "services/notifier/board_missed.h"
#include "services/notifier/desk.h"
#include "services/notifier/store.h"
#include "services/telephony/store.h"
#include "services/telephony/store_missed.h"
#include "services/telephony/store_note.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_attachment.h"
#include "services/timekeeping/store_callback.h"
#include "services/timekeeping/store_clock.h"
#include "services/timekeeping/store_entry.h"
#include "services/timekeeping/store_inquiry.h"
#include "services/timekeeping/store_mail.h"
#include "tests/sim/sim.h"

// --- have followers seen everything
static bool followed(struct sim *sim, int follower, int service)
{
    struct fixture *fx = sim->services[follower];
    const char *name = sim->services[service]->service->schema->service;
    struct cursor cursor = { 0 };
    struct err err = { 0 };
    struct txn *txn;
    bool seen;

    if (!fx->store || server_busy(fx->server))
        return false;
    txn = store_read(fx->store, &err);
    seen = txn && cursor_get(txn, name, &cursor) && !cursor.snapshot && parked_count(txn) == 0 &&
           cursor.seq == (int64_t)sim->mirrors[service].count;
    if (cursor.halted[0])
        sim_fail(sim, "%s has halted following %s: %s", fx->service->schema->service, name,
                 cursor.halted);
    txn_drop(txn);
    return seen;
}

bool end_followed(struct sim *sim)
{
    return sim->services[MIRROR_CONTACTS]->store &&
           followed(sim, MIRROR_CONTACTS, MIRROR_TELEPHONY) &&
           followed(sim, MIRROR_TELEPHONY, MIRROR_CONTACTS) &&
           followed(sim, MIRROR_NOTIFIER, MIRROR_CONTACTS) &&
           followed(sim, MIRROR_NOTIFIER, MIRROR_TELEPHONY) &&
           followed(sim, MIRROR_TIMEKEEPING, MIRROR_CONTACTS) &&
           followed(sim, MIRROR_TIMEKEEPING, MIRROR_TELEPHONY) &&
           followed(sim, MIRROR_TIMEKEEPING, MIRROR_BILLING) &&
           followed(sim, MIRROR_TIMEKEEPING, MIRROR_NOTIFIER) &&
           followed(sim, MIRROR_NOTIFIER, MIRROR_TIMEKEEPING) &&
           followed(sim, MIRROR_BILLING, MIRROR_TIMEKEEPING);
}

// --- a table against the log that told it
struct kept {
    const char *kind;
    int owner, keeper; // whose log, whose table
    const struct table *table;
    // What of the owner's row is compared; both are the owner's record.
    void (*reduce)(void *row);
};

static void reduce_contact(void *row)
{
    struct contact *contact = row;

    *contact = (struct contact){ .id = contact->id,
                                 .version = contact->version,
                                 .client = contact->client,
                                 .kind = contact->kind,
                                 .name = contact->name,
                                 .phones = contact->phones,
                                 .phones_count = contact->phones_count,
                                 .created_at = contact->created_at,
                                 .edited_at = contact->edited_at,
                                 .edited_by = contact->edited_by };
}

static void reduce_shown_contact(void *row)
{
    struct contact *contact = row;

    *contact = (struct contact){ .id = contact->id,
                                 .version = contact->version,
                                 .kind = contact->kind,
                                 .name = contact->name,
                                 .message = contact->message,
                                 .handling_note = contact->handling_note,
                                 .created_at = contact->created_at,
                                 .edited_at = contact->edited_at,
                                 .edited_by = contact->edited_by };
}

static void reduce_client(void *row)
{
    ((struct client_row *)row)->greeting = NULL;
}

static void reduce_shown_client(void *row)
{
    ((struct client_row *)row)->numbers_count = 0;
}

static void reduce_shown_staff(void *row)
{
    struct staff *staff = row;

    staff->team = (struct id){ { 0 } };
    staff->deputy = (struct id){ { 0 } };
    staff->has_left = false;
}

static void reduce_merged(void *row)
{
    ((struct contact_merged *)row)->conflicts_count = 0;
}

// Whoever has left is not kept by the notifier, a merge that was taken back by no follower.
static bool is_kept(struct sim *sim, const struct kept *kept, const struct told_fact *fact)
{
    if (fact->deleted)
        return false;
    if (mirror_is(fact, "contact_merged")) {
        const struct contact_merged *merged = fact_row(sim, fact);

        return kept->keeper == kept->owner || !(merged->has_undone && merged->undone);
    }
    if (kept->table != &shown_staff_table)
        return true;
    const struct staff *staff = fact_row(sim, fact);
    return !(staff->has_left && staff->left);
}

static void check_row(struct sim *sim, const struct kept *kept, const struct told_fact *fact)
{
    const struct record *record = fact->kind->record();
    struct fixture *fx = sim->services[kept->keeper];
    const char *keeper = fx->service->schema->service;
    void *row = arena_alloc(sim->arena, record->size), *told;
    bool wanted = is_kept(sim, kept, fact);
    bool found = row && fixture_row(fx, kept->table, fact->entity, row);

    if (found != wanted) {
        sim_fail(sim, "%s %s the %s %s, and must%s", keeper, found ? "has" : "lacks", kept->kind,
                 id_text(fact->entity).text, wanted ? "" : " not");
        return;
    }
    if (!found)
        return;
    told = arena_alloc(sim->arena, record->size);
    memcpy(told, fact_row(sim, fact), record->size);
    if (kept->reduce) {
        kept->reduce(row);
        kept->reduce(told);
    }
    if (!bytes_same(row_bytes(sim, record, row), row_bytes(sim, record, told)))
        sim_fail(sim, "%s: the %s %s is not what was told last", keeper, kept->kind,
                 id_text(fact->entity).text);
}

static void check_table(struct sim *sim, const struct kept *kept)
{
    const struct mirror *mirror = &sim->mirrors[kept->owner];
    struct fixture *fx = sim->services[kept->keeper];
    int64_t rows = 0;

    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);

        arena_reset(sim->arena);
        if (fact->after || !mirror_is(fact, kept->kind))
            continue;
        check_row(sim, kept, fact);
        rows += is_kept(sim, kept, fact);
        fixture_reset(fx);
    }
    if (!sim->failed && fixture_rows(fx, kept->table) != rows)
        sim_fail(sim, "%s has %lld rows in %s, not %lld", fx->service->schema->service,
                 (long long)fixture_rows(fx, kept->table), kept->table->name, (long long)rows);
}

// --- the board against telephony and contacts
static const void *last_row(struct sim *sim, int service, const char *kind, struct id id)
{
    const struct mirror *mirror = &sim->mirrors[service];
    const struct told_fact *fact = mirror_at(mirror, mirror_last(mirror, kind, id));

    return fact && !fact->deleted ? fact_row(sim, fact) : NULL;
}

static bool text_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

// Somebody has said who it is: they alone are shown, under the name of the ring while unknown.
static void check_picked(struct sim *sim, const struct call *call, const struct board_call *row)
{
    const struct contact *contact = merge_now(sim, call->contact->contact);
    const struct board_caller *caller = row->callers;

    if (row->callers_count > 1 || (contact && row->callers_count == 0))
        sim_fail(sim, "the board shows %zu callers of call %s, who is known", row->callers_count,
                 call->source_ref);
    else if (contact && (!caller->picked || !id_equal(caller->contact, contact->id) ||
                         !text_same(caller->name, contact->name) ||
                         !text_same(caller->handling_note, contact->handling_note)))
        sim_fail(sim, "the board shows caller \"%s\" of call %s, not \"%s\", who was picked",
                 caller->name, call->source_ref, contact->name);
}

static void check_caller(struct sim *sim, const struct call *call,
                         const struct board_caller *caller, const char *shown)
{
    const struct contact *contact = merge_now(sim, caller->contact);
    const char *name = contact ? contact->name : shown;
    const char *message = contact && contact->message ? contact->message->text : NULL;

    if (!text_same(caller->name, name) ||
        !text_same(caller->handling_note, contact ? contact->handling_note : NULL))
        sim_fail(sim, "the board shows caller \"%s\" of call %s, not \"%s\"", caller->name,
                 call->source_ref, name);
    if (!text_same(caller->message, message))
        sim_fail(sim, "the board shows another message for \"%s\" in call %s", name,
                 call->source_ref);
    if (contact && !id_equal(contact->client, call->client))
        sim_fail(sim, "call %s shows another client's contact", call->source_ref);
}

// Each as they are now; two that became one are shown once.
static void check_callers(struct sim *sim, const struct call *call, const struct board_call *row)
{
    const struct shown_contact *shown = call->shown_contact;
    size_t matches = shown ? shown->matches_count : 0, at = 0;

    if (call->contact) {
        check_picked(sim, call, row);
        return;
    }
    for (size_t i = 0; i < matches && !sim->failed; i++) {
        const struct contact *contact = merge_now(sim, shown->matches[i].contact);
        struct id id = contact ? contact->id : shown->matches[i].contact;
        bool again = false;

        for (size_t k = 0; k < at; k++)
            again = again || id_equal(row->callers[k].contact, id);
        if (again)
            continue;
        if (at == row->callers_count || !id_equal(row->callers[at].contact, id)) {
            sim_fail(sim, "the board does not show caller %zu of call %s", i, call->source_ref);
            return;
        }
        check_caller(sim, call, &row->callers[at++], shown->matches[i].name);
    }
    if (!sim->failed && at != row->callers_count)
        sim_fail(sim, "the board shows %zu callers of call %s, not %zu", row->callers_count,
                 call->source_ref, at);
}

static bool has_phone(const struct staff *staff, const struct call *call)
{
    for (size_t i = 0; i < staff->extensions_count; i++) {
        for (size_t k = 0; k < call->talking_count; k++)
            if (strcmp(staff->extensions[i], call->talking[k]) == 0)
                return true;
        for (size_t k = 0; k < call->ringing_count; k++)
            if (strcmp(staff->extensions[i], call->ringing[k]) == 0)
                return true;
    }
    return false;
}

static void check_agents(struct sim *sim, const struct call *call, const struct board_call *row)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_CONTACTS];
    size_t agents = 0;

    for (size_t seq = 1; seq <= mirror->count; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);
        const struct staff *staff;
        bool named = false;

        if (fact->after || fact->deleted || !mirror_is(fact, "staff"))
            continue;
        staff = fact_row(sim, fact);
        if ((staff->has_left && staff->left) || !has_phone(staff, call))
            continue;
        for (size_t i = 0; i < row->agents_count; i++)
            named = named || strcmp(row->agents[i], staff->name) == 0;
        if (!named)
            sim_fail(sim, "the board does not name %s in call %s", staff->name, call->source_ref);
        agents++;
    }
    if (agents != row->agents_count)
        sim_fail(sim, "the board names %zu people in call %s, not %zu", row->agents_count,
                 call->source_ref, agents);
}

static void check_board_row(struct sim *sim, const struct told_fact *fact)
{
    const struct call *call = fact_row(sim, fact);
    const struct board_call *row = last_row(sim, MIRROR_NOTIFIER, "board_call", fact->entity);
    const struct client_row *client;

    if ((call->state != call_state_ENDED) != (row != NULL)) {
        sim_fail(sim, "call %s is in state %d and %s the board", call->source_ref, (int)call->state,
                 row ? "on" : "not on");
        return;
    }
    if (!row)
        return;
    client = last_row(sim, MIRROR_CONTACTS, "client", call->client);
    if (!bytes_same(row_bytes(sim, call_record(), row->call), fact->row))
        sim_fail(sim, "the board shows call %s as it is not", call->source_ref);
    else if (!text_same(row->greeting, client ? client->greeting : NULL))
        sim_fail(sim, "the board shows a wrong greeting for call %s", call->source_ref);
    if (!sim->failed)
        check_callers(sim, call, row);
    if (!sim->failed)
        check_agents(sim, call, row);
}

static void check_board(struct sim *sim)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];

    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        arena_reset(sim->arena);
        if (!mirror_at(mirror, seq)->after && mirror_is(mirror_at(mirror, seq), "call"))
            check_board_row(sim, mirror_at(mirror, seq));
    }
}

// What is to be called back, as telephony tells it.
static void check_missed_board(struct sim *sim)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];
    struct fixture *notifier = sim->services[MIRROR_NOTIFIER];
    int64_t open = 0;

    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);
        struct board_missed row;

        arena_reset(sim->arena);
        if (fact->after || fact->deleted || !mirror_is(fact, "missed") ||
            ((const struct missed *)fact_row(sim, fact))->has_done_at)
            continue;
        open++;
        if (!fixture_row(notifier, &board_missed_table, fact->entity, &row) ||
            !bytes_same(row_bytes(sim, missed_record(), row.missed), fact->row))
            sim_fail(sim, "the board of missed callers does not show one as they are");
        fixture_reset(notifier);
    }
    if (!sim->failed && fixture_rows(notifier, &board_missed_table) != open)
        sim_fail(sim, "the board shows %lld missed callers, not %lld",
                 (long long)fixture_rows(notifier, &board_missed_table), (long long)open);
}

void end_check_projections(struct sim *sim)
{
    enum {
        C = MIRROR_CONTACTS,
        T = MIRROR_TELEPHONY,
        N = MIRROR_NOTIFIER,
        K = MIRROR_TIMEKEEPING,
    };
    const struct kept tables[] = {
        { "contact", C, C, &contact_table, NULL },
        { "contact_merged", C, C, &merged_table, NULL },
        { "contact_merged", C, T, &known_merged_table, reduce_merged },
        { "contact_merged", C, N, &shown_merged_table, reduce_merged },
        { "client", C, C, &client_table, NULL },
        { "staff", C, C, &staff_table, NULL },
        { "team", C, C, &team_table, NULL },
        { "call", T, T, &call_table, NULL },
        { "agent", T, T, &agent_table, NULL },
        { "call_note", T, T, &note_table, NULL },
        { "missed", T, T, &missed_table, NULL },
        { "clock", K, K, &clock_table, NULL },
        { "entry", K, K, &entry_table, NULL },
        { "inquiry", K, K, &inquiry_table, NULL },
        { "sla", K, K, &sla_table, NULL },
        { "measure", K, K, &measure_table, NULL },
        { "callback", K, K, &callback_table, NULL },
        { "resubmission", K, K, &resubmission_table, NULL },
        { "attachment", K, K, &attachment_table, NULL },
        { "inquiry_mail", K, K, &inquiry_mail_table, NULL },
        { "stand_in", K, K, &stand_in_table, NULL },
        { "stand_in", K, N, &shown_stand_in_table, NULL },
        { "file", C, C, &file_table, NULL },
        { "file", C, K, &kept_file_table, NULL },
        { "absence", C, C, &absence_table, NULL },
        { "absence", C, K, &kept_absence_table, NULL },
        { "billing_lock", K, K, &billing_lock_table, NULL },
        { "board_call", N, N, &board_call_table, NULL },
        { "contact", C, T, &known_contact_table, reduce_contact },
        { "client", C, T, &known_client_table, reduce_client },
        { "staff", C, T, &known_staff_table, NULL },
        { "contact", C, N, &shown_contact_table, reduce_shown_contact },
        { "client", C, N, &shown_client_table, reduce_shown_client },
        { "staff", C, N, &shown_staff_table, reduce_shown_staff },
        { "team", C, N, &shown_team_table, NULL },
        { "team", C, K, &kept_team_table, NULL },
    };

    for (size_t i = 0; i < COUNT_OF(tables) && !sim->failed; i++)
        check_table(sim, &tables[i]);
    if (!sim->failed)
        check_board(sim);
    if (!sim->failed)
        check_missed_board(sim);
}

// --- the stores themselves
static void fault(void *context, const char *text)
{
    sim_fail(context, "store_check: %s", text);
}

void end_check_stores(struct sim *sim)
{
    for (int i = 0; i < MIRRORS && !sim->failed; i++) {
        struct check_report report = { 0 };
        struct err err = { 0 };

        if (!store_check(sim->services[i]->store, fault, sim, &report, &err))
            sim_fail(sim, "store_check: %s", err.english);
        if (!sim->failed)
            mirror_compare(sim, &sim->mirrors[i]);
    }
}

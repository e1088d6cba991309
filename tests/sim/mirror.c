// SPDX-License-Identifier: Apache-2.0
// What the logs have told, kept beside the stores and taken over behind every commit: what was
// durable once must be there for ever, without gap, and each version once.
#include <stdlib.h>
#include <string.h>

#include "common/store/log.h"
#include "tests/sim/sim.h"

#define PAGE_FACTS 200

bool bytes_same(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

struct bytes bytes_kept(struct bytes bytes)
{
    uint8_t *copy = malloc(bytes.size + 1);

    if (!copy)
        abort();
    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    return (struct bytes){ copy, bytes.size };
}

struct bytes row_bytes(struct sim *sim, const struct record *record, const void *row)
{
    struct mp_writer writer;
    char *text;
    size_t size;

    mp_writer_init(&writer);
    encode(record, row, &writer);
    size = writer.size;
    text = arena_text(sim->arena, writer.data, size);
    mp_writer_done(&writer);
    if (!text)
        abort();
    return (struct bytes){ (const uint8_t *)text, size };
}

// --- finding
const struct told_fact *mirror_at(const struct mirror *mirror, size_t seq)
{
    return seq > 0 && seq <= mirror->count ? &mirror->facts[seq - 1] : NULL;
}

bool mirror_is(const struct told_fact *fact, const char *kind)
{
    return strcmp(fact->kind->name, kind) == 0;
}

// Two kinds may speak of one id: a contact, and where it went.
static bool is_same(const struct told_fact *fact, const char *kind, struct id entity)
{
    return id_equal(fact->entity, entity) && mirror_is(fact, kind);
}

static size_t *slot_of(const struct mirror *mirror, const char *kind, struct id entity)
{
    uint64_t hash;

    memcpy(&hash, entity.bytes + 8, sizeof hash);
    for (size_t at = (size_t)hash % mirror->slot_count;; at = (at + 1) % mirror->slot_count)
        if (mirror->slots[at] == 0 || is_same(&mirror->facts[mirror->slots[at] - 1], kind, entity))
            return &mirror->slots[at];
}

size_t mirror_last(const struct mirror *mirror, const char *kind, struct id entity)
{
    return mirror->slot_count ? *slot_of(mirror, kind, entity) : 0;
}

const struct told_fact *mirror_version(const struct mirror *mirror, const char *kind,
                                       struct id entity, int64_t version)
{
    size_t seq = mirror_last(mirror, kind, entity);

    while (seq && mirror->facts[seq - 1].version > version)
        seq = mirror->facts[seq - 1].before;
    return seq && mirror->facts[seq - 1].version == version ? &mirror->facts[seq - 1] : NULL;
}

const char *mirror_service(const struct sim *sim, const struct mirror *mirror)
{
    return mirror_names[mirror - sim->mirrors];
}

const char *const mirror_names[MIRRORS] = { "contacts", "telephony", "notifier", "timekeeping",
                                            "billing" };

int mirror_named(const char *service)
{
    int i = 0;

    while (i < MIRRORS - 1 && strcmp(mirror_names[i], service) != 0)
        i++;
    return i;
}

size_t mirror_pick(struct sim *sim, const struct mirror *mirror, const char *kind)
{
    for (int tries = 0; tries < 40 && mirror->count; tries++) {
        size_t seq = 1 + (size_t)sim_below(sim, mirror->count);

        while (mirror->facts[seq - 1].after)
            seq = mirror->facts[seq - 1].after;
        if (mirror_is(&mirror->facts[seq - 1], kind) && !mirror->facts[seq - 1].deleted)
            return seq;
    }
    return 0;
}

const void *fact_row(struct sim *sim, const struct told_fact *fact)
{
    const struct record *record = fact->kind->record();
    void *row = arena_alloc(sim->arena, record->size);
    struct err err = { 0 };

    if (!row)
        abort();
    if (!decode(record, fact->row, DECODE_LENIENT, sim->arena, row, &err))
        sim_fail(sim, "a %s in a log cannot be read: %s", fact->kind->name, err.english);
    return row;
}

// --- whose a board's row is; told apart from the product's scopes on purpose
static bool ids_hold(const struct id *ids, size_t count, struct id id)
{
    for (size_t i = 0; i < count; i++)
        if (id_equal(ids[i], id))
            return true;
    return false;
}

bool fact_visible(const struct told_fact *fact, const struct scope *scope)
{
    switch (scope->kind) {
    case SCOPE_HOUSE: return true;
    case SCOPE_CLIENT: return !id_is_zero(fact->client) && id_equal(fact->client, scope->id);
    case SCOPE_TEAM: return ids_hold(fact->teams, fact->teams_count, scope->id);
    case SCOPE_OWN: return ids_hold(fact->staff, fact->staff_count, scope->id);
    }
    return false;
}

static struct id *ids_kept(const struct id *ids, size_t count)
{
    struct id *copy = calloc(count + 1, sizeof *copy);

    if (!copy)
        abort();
    if (count)
        memcpy(copy, ids, count * sizeof *ids);
    return copy;
}

static void note_people(struct told_fact *fact, const struct call *call)
{
    fact->client = call->client;
    fact->staff = ids_kept(call->staff, call->staff_count);
    fact->teams = ids_kept(call->teams, call->teams_count);
    fact->staff_count = call->staff_count;
    fact->teams_count = call->teams_count;
}

static void note_agent(struct told_fact *fact, const struct agent *agent)
{
    fact->staff = ids_kept(&agent->id, 1);
    fact->teams = ids_kept(&agent->team, 1);
    fact->staff_count = 1;
    fact->teams_count = id_is_zero(agent->team) ? 0 : 1;
}

static void note_missed(struct told_fact *fact, const struct missed *missed)
{
    fact->client = missed->client;
    fact->staff = ids_kept(missed->staff, missed->staff_count);
    fact->teams = ids_kept(missed->teams, missed->teams_count);
    fact->staff_count = missed->staff_count;
    fact->teams_count = missed->teams_count;
}

static void note_one(struct told_fact *fact, struct id client, struct id staff, struct id team)
{
    fact->client = client;
    fact->staff = ids_kept(&staff, 1);
    fact->teams = ids_kept(&team, 1);
    fact->staff_count = !id_is_zero(staff);
    fact->teams_count = !id_is_zero(team);
}

static void note_deputy(struct told_fact *fact, struct id deputy)
{
    const struct id both[] = { fact->staff[0], deputy };

    if (id_is_zero(deputy))
        return;
    free(fact->staff);
    fact->staff = ids_kept(both, COUNT_OF(both));
    fact->staff_count = COUNT_OF(both);
}

static void note_clock(struct told_fact *fact, const struct clock *clock)
{
    note_one(fact, clock->client, clock->staff, clock->team);
}

static void note_entry(struct told_fact *fact, const struct entry *entry)
{
    note_one(fact, entry->client, entry->staff, entry->team);
}

static void note_owner(struct sim *sim, struct told_fact *fact)
{
    if (mirror_is(fact, "contact")) {
        fact->client = ((const struct contact *)fact_row(sim, fact))->client;
    } else if (mirror_is(fact, "call")) {
        const struct call *row = fact_row(sim, fact);

        note_people(fact, row);
        fact->ref = strdup(row->source_ref);
    } else if (mirror_is(fact, "board_call")) {
        note_people(fact, ((const struct board_call *)fact_row(sim, fact))->call);
    } else if (mirror_is(fact, "agent") || mirror_is(fact, "board_agent")) {
        note_agent(fact, fact_row(sim, fact));
    } else if (mirror_is(fact, "clock")) {
        note_clock(fact, fact_row(sim, fact));
    } else if (mirror_is(fact, "entry")) {
        note_entry(fact, fact_row(sim, fact));
    } else if (mirror_is(fact, "inquiry")) {
        const struct inquiry *inquiry = fact_row(sim, fact);
        note_one(fact, inquiry->client, inquiry->staff, inquiry->team);
    } else if (mirror_is(fact, "measure")) {
        const struct measure *measure = fact_row(sim, fact);
        note_one(fact, measure->client, measure->staff, measure->team);
    } else if (mirror_is(fact, "callback")) {
        const struct callback *callback = fact_row(sim, fact);
        note_one(fact, callback->client, callback->staff, callback->team);
        note_deputy(fact, callback->deputy);
    } else if (mirror_is(fact, "resubmission")) {
        const struct resubmission *resubmission = fact_row(sim, fact);
        note_one(fact, resubmission->client, resubmission->staff, resubmission->team);
        note_deputy(fact, resubmission->deputy);
    } else if (mirror_is(fact, "board_clock")) {
        const struct board_clock *row = fact_row(sim, fact);
        note_one(fact, row->client, row->staff, row->team);
        note_deputy(fact, row->deputy);
    } else if (mirror_is(fact, "board_inquiry")) {
        const struct board_inquiry *row = fact_row(sim, fact);
        note_one(fact, row->client, row->staff, row->team);
        note_deputy(fact, row->deputy);
    } else if (mirror_is(fact, "board_callback")) {
        const struct board_callback *row = fact_row(sim, fact);
        note_one(fact, row->client, row->staff, row->team);
        note_deputy(fact, row->deputy);
    } else if (mirror_is(fact, "board_resubmission")) {
        const struct board_resubmission *row = fact_row(sim, fact);
        note_one(fact, row->client, row->staff, row->team);
        note_deputy(fact, row->deputy);
    } else if (mirror_is(fact, "missed")) {
        note_missed(fact, fact_row(sim, fact));
    } else if (mirror_is(fact, "board_missed")) {
        note_missed(fact, ((const struct board_missed *)fact_row(sim, fact))->missed);
    }
}

// --- taking over
void mirror_begin(struct mirror *mirror, struct fixture *fx)
{
    mirror->fx = fx;
    mirror->epoch = store_epoch(fx->store);
    mirror->genesis = SIZE_MAX;
}

void mirror_free(struct mirror *mirror)
{
    for (size_t i = 0; i < mirror->count; i++) {
        free((void *)mirror->facts[i].row.data);
        free(mirror->facts[i].ref);
        free(mirror->facts[i].staff);
        free(mirror->facts[i].teams);
    }
    free(mirror->facts);
    free(mirror->slots);
}

static void make_room(struct mirror *mirror)
{
    if (mirror->count < mirror->room)
        return;
    mirror->room = mirror->room ? 2 * mirror->room : 256;
    mirror->facts = realloc(mirror->facts, mirror->room * sizeof *mirror->facts);
    free(mirror->slots);
    mirror->slot_count = 3 * mirror->room;
    mirror->slots = calloc(mirror->slot_count, sizeof *mirror->slots);
    if (!mirror->facts || !mirror->slots)
        abort();
    for (size_t i = 0; i < mirror->count; i++)
        *slot_of(mirror, mirror->facts[i].kind->name, mirror->facts[i].entity) = i + 1;
}

// A call that ended stays ended, and what was shown while a phone rang stays.
static void check_call(struct sim *sim, const struct told_fact *before, const struct told_fact *now)
{
    const struct call *was = fact_row(sim, before), *is = fact_row(sim, now);

    // A webhook may tell late that it was answered.
    bool late = strncmp(is->source, "hook:", 5) == 0 && is->outcome == call_outcome_ANSWERED;

    if (was->state == call_state_ENDED &&
        (is->state != call_state_ENDED || (is->outcome != was->outcome && !late)))
        sim_fail(sim, "call %s was over and is not any more", is->source_ref);
    if (was->state != call_state_WAITING && was->shown_contact && is->shown_contact &&
        (!id_equal(was->shown_contact->contact, is->shown_contact->contact) ||
         was->shown_contact->certainty != is->shown_contact->certainty))
        sim_fail(sim, "call %s: what was shown at the ring changed", is->source_ref);
    if (was->state != call_state_WAITING && was->shown_contact && !is->shown_contact)
        sim_fail(sim, "call %s: what was shown at the ring is gone", is->source_ref);
}

// What was newer once is never overwritten by what is older.
static void check_board(struct sim *sim, const struct told_fact *before,
                        const struct told_fact *now)
{
    const struct board_call *was = fact_row(sim, before), *is = fact_row(sim, now);

    if (is->call->version < was->call->version)
        sim_fail(sim, "the board goes back to version %lld of call %s",
                 (long long)is->call->version, is->call->source_ref);
}

static void check_order(struct sim *sim, struct mirror *mirror, const struct told_fact *fact)
{
    const struct told_fact *before = mirror_at(mirror, fact->before);
    const char *name = fact->kind->name;
    // Rows that go and come back.
    bool back = strncmp(name, "board_", 6) == 0 || strcmp(name, "purge_notice") == 0;
    int64_t version = before ? before->version : 0;
    bool begins = !before || before->deleted;

    // Rows whose id may have had one before begin with a number of the log.
    if (begins ? fact->version <= version : fact->version != version + 1)
        sim_fail(sim, "%s %s went from version %lld to %lld", name, id_text(fact->entity).text,
                 (long long)version, (long long)fact->version);
    if (!back && before && before->deleted && !merge_revives(sim, fact))
        sim_fail(sim, "%s %s came back from the dead", name, id_text(fact->entity).text);
    if (fact->deleted && !before)
        sim_fail(sim, "%s %s is gone and never was", name, id_text(fact->entity).text);
    if (strcmp(name, "call") == 0 && before)
        check_call(sim, before, fact);
    if (strcmp(name, "act") == 0 && before)
        dial_check_order(sim, before, fact);
    if (strcmp(name, "missed") == 0 && before)
        missed_check_order(sim, before, fact);
    if (strcmp(name, "clock") == 0)
        clock_check_order(sim, before, fact);
    if (strcmp(name, "entry") == 0)
        entry_check_order(sim, before, fact);
    if (strcmp(name, "inquiry") == 0 && before)
        inquiry_check_order(sim, before, fact);
    if (strcmp(name, "inquiry") == 0)
        sla_check_order(sim, before, fact, mirror->count);
    if (strcmp(name, "measure") == 0 && before)
        measure_check_order(sim, before, fact);
    if (strcmp(name, "callback") == 0 && before)
        callback_check_order(sim, before, fact);
    if (strcmp(name, "inquiry_mail") == 0 && before)
        mail_check_order(sim, before, fact);
    if (strcmp(name, "attachment") == 0 && before)
        attachment_check_order(sim, before, fact);
    if (strcmp(name, "resubmission") == 0 && before)
        resubmission_check_order(sim, before, fact);
    if (strcmp(name, "billing_lock") == 0)
        billing_check_report(sim, fact);
    if (strcmp(name, "agent") == 0)
        agent_check(sim, before, fact);
    if (strncmp(name, "board_", 6) == 0 && !fact->deleted)
        fact_check_file(sim, fact, "");
    if (strcmp(name, "board_call") == 0 && before)
        check_board(sim, before, fact);
}

static void take(struct sim *sim, struct mirror *mirror, const struct fact *fact)
{
    const char *service = mirror->fx->service->schema->service;
    struct told_fact *told;
    size_t *slot;

    if (fact->seq != (int64_t)mirror->count + 1) {
        sim_fail(sim, "the log of %s goes from %zu to %lld", service, mirror->count,
                 (long long)fact->seq);
        return;
    }
    make_room(mirror);
    told = &mirror->facts[mirror->count++];
    *told = (struct told_fact){ .kind = proto_fact(service, fact->kind),
                                .entity = fact->entity,
                                .cause = fact->cause,
                                .version = fact->version,
                                .deleted = fact->has_deleted && fact->deleted,
                                .at_us = sim_now(sim),
                                .life = sim->lives[mirror - sim->mirrors],
                                .row = bytes_kept(fact->row) };
    if (!told->kind) {
        sim_fail(sim, "a fact of %s of unknown kind", service);
        mirror->count--;
        return;
    }
    slot = slot_of(mirror, told->kind->name, told->entity);
    told->before = *slot;
    if (told->before)
        mirror->facts[told->before - 1].after = mirror->count;
    *slot = mirror->count;
    note_owner(sim, told);
    check_order(sim, mirror, told);
    op_caused(sim, mirror, mirror->count);
}

void mirror_read(struct sim *sim, struct mirror *mirror)
{
    struct err err = { 0 };
    const struct fact *facts;
    struct txn *txn;
    size_t count;

    if (store_head(mirror->fx->store) == (int64_t)mirror->count || sim->failed)
        return;
    txn = store_read(mirror->fx->store, &err);
    if (!txn)
        abort();
    arena_reset(sim->arena);
    while ((count = log_facts(txn, (int64_t)mirror->count, PAGE_FACTS, (size_t)1 << 20, sim->arena,
                              &facts)) > 0) {
        for (size_t i = 0; i < count && !sim->failed; i++)
            take(sim, mirror, &facts[i]);
        arena_reset(sim->arena);
        if (sim->failed)
            break;
    }
    if (!sim->failed && log_head(txn) != (int64_t)mirror->count)
        sim_fail(sim, "the log of %s ends at %zu, not at %lld",
                 mirror->fx->service->schema->service, mirror->count, (long long)log_head(txn));
    txn_drop(txn);
}

// The whole log again, byte by byte.
void mirror_compare(struct sim *sim, struct mirror *mirror)
{
    const char *service = mirror->fx->service->schema->service;
    struct err err = { 0 };
    const struct fact *facts;
    struct txn *txn = store_read(mirror->fx->store, &err);
    size_t seen = 0, count;

    if (!txn)
        abort();
    if (store_epoch(mirror->fx->store) != mirror->epoch)
        sim_fail(sim, "%s has another epoch", service);
    while (!sim->failed && (count = log_facts(txn, (int64_t)seen, PAGE_FACTS, (size_t)1 << 20,
                                              sim->arena, &facts)) > 0) {
        for (size_t i = 0; i < count && !sim->failed; i++, seen++) {
            const struct told_fact *told = mirror_at(mirror, seen + 1);

            if (!told || facts[i].seq != (int64_t)seen + 1 || facts[i].version != told->version ||
                !id_equal(facts[i].entity, told->entity) || !bytes_same(facts[i].row, told->row))
                sim_fail(sim, "%s came back with another fact %zu", service, seen + 1);
        }
        arena_reset(sim->arena);
    }
    if (seen != mirror->count)
        sim_fail(sim, "%s came back with %zu facts of %zu", service, seen, mirror->count);
    txn_drop(txn);
}

// SPDX-License-Identifier: Apache-2.0
// What desks do: what they ask for, what a fact must look like that they caused, and what an answer
// may show.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/work.h"

// --- asking
void work_say(struct op *op, const struct method *method, const void *in)
{
    struct mp_writer writer;

    mp_writer_init(&writer);
    encode(method->in(), in, &writer);
    op->method = method;
    op->body = bytes_kept(mp_writer_bytes(&writer));
    mp_writer_done(&writer);
}

bool work_target(struct sim *sim, struct op *op, int service, const char *kind)
{
    size_t seq = mirror_pick(sim, &sim->mirrors[service], kind);
    const struct told_fact *fact = mirror_at(&sim->mirrors[service], seq);

    if (!fact)
        return false;
    op->target = fact->entity;
    op->version = fact->version;
    // Sometimes the editor has not looked for a while.
    if (op->version > 1 && sim_below(sim, 5) == 0)
        op->version--;
    return true;
}

static struct id any_client(struct sim *sim, size_t desk)
{
    const struct scope *scope = desk_scope(sim, desk);

    if (scope->kind == SCOPE_CLIENT && sim_below(sim, 10) > 0)
        return scope->id;
    return sim_below(sim, 3) == 0 ? (struct id){ 0 } : sim->clients[sim_below(sim, 2)];
}

static size_t some_numbers(struct sim *sim, struct number *out)
{
    size_t count = 1 + (size_t)sim_below(sim, 2);
    size_t first = (size_t)sim_below(sim, SIM_CALLERS);

    for (size_t i = 0; i < count; i++)
        out[i] = (struct number){ .typed = sim_caller_number((first + i) % SIM_CALLERS) };
    return count;
}

static bool contact_add(struct sim *sim, size_t desk, struct op *op)
{
    struct number numbers[2];
    struct contact_new in = { .client = any_client(sim, desk),
                              .kind = contact_kind_ORGANISATION,
                              .name = op->name,
                              .handling_note = op->name,
                              .phones = numbers };

    in.phones_count = some_numbers(sim, numbers);
    detail_some(sim, &in);
    op->target = in.client;
    work_say(op, &method_contact_add, &in);
    return true;
}

static bool contact_edit(struct sim *sim, size_t desk, struct op *op)
{
    struct number numbers[2];
    struct contact_change in = { .name = op->name, .phones = numbers };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "contact"))
        return false;
    op->wide = sim_below(sim, 2) == 0;
    in.id = op->target;
    in.version = op->version;
    in.phones_count = op->wide ? some_numbers(sim, numbers) : 0;
    work_say(op, &method_contact_edit, &in);
    return true;
}

static bool contact_delete(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "contact"))
        return false;
    work_say(op, &method_contact_delete,
             &(struct deletion){ .id = op->target, .version = op->version });
    return true;
}

static bool contact_get(struct sim *sim, size_t desk, struct op *op)
{
    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "contact"))
        return false;
    op->least = mirror_at(&sim->mirrors[MIRROR_CONTACTS],
                          mirror_last(&sim->mirrors[MIRROR_CONTACTS], "contact", op->target))
                    ->version;
    work_say(op, &method_contact_get, &(struct by_id){ .id = op->target });
    return true;
}

static bool contact_list(struct sim *sim, size_t desk, struct op *op)
{
    (void)sim;
    (void)desk;
    work_say(op, &method_contact_list, &(struct page){ .has_limit = true, .limit = 200 });
    return true;
}

static bool client_edit(struct sim *sim, size_t desk, struct op *op)
{
    struct number number = { .typed = sim_own_number((size_t)sim_below(sim, SIM_NUMBERS)) };
    struct client_change in = { .name = op->name, .greeting = op->name, .numbers = &number };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "client"))
        return false;
    op->wide = sim_below(sim, 4) == 0;
    in.id = op->target;
    in.version = op->version;
    in.numbers_count = op->wide;
    work_say(op, &method_client_edit, &in);
    return true;
}

static void some_extension(struct sim *sim, char *out, size_t size)
{
    snprintf(out, size, "%d", 101 + (int)sim_below(sim, SIM_PHONES));
}

static bool staff_add(struct sim *sim, size_t desk, struct op *op)
{
    char text[16];
    const char *extension = text;
    struct staff_new in = { .name = op->name, .extensions = &extension, .extensions_count = 1 };

    (void)desk;
    some_extension(sim, text, sizeof text);
    in.team = sim_below(sim, 2) ? sim->team : (struct id){ 0 };
    work_say(op, &method_staff_add, &in);
    return true;
}

static bool staff_edit(struct sim *sim, size_t desk, struct op *op)
{
    char text[16];
    const char *extension = text;
    struct staff_change in = { .name = op->name, .extensions = &extension };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "staff"))
        return false;
    op->wide = sim_below(sim, 2) == 0;
    some_extension(sim, text, sizeof text);
    in.id = op->target;
    in.version = op->version;
    in.extensions_count = op->wide;
    if (op->wide && sim_below(sim, 3) == 0) {
        in.has_left = true;
        in.left = sim_below(sim, 2) == 0;
    }
    work_say(op, &method_staff_edit, &in);
    return true;
}

static bool team_add(struct sim *sim, size_t desk, struct op *op)
{
    (void)sim;
    (void)desk;
    work_say(op, &method_team_add, &(struct team_new){ .name = op->name });
    return true;
}

static bool call_contact(struct sim *sim, size_t desk, struct op *op)
{
    const struct mirror *contacts = &sim->mirrors[MIRROR_CONTACTS];
    struct call_contact_in in = { .version = 0 };
    const struct told_fact *call, *contact = NULL;
    const struct call *row;

    (void)desk;
    if (!work_target(sim, op, MIRROR_TELEPHONY, "call"))
        return false;
    call = mirror_at(&sim->mirrors[MIRROR_TELEPHONY],
                     mirror_last(&sim->mirrors[MIRROR_TELEPHONY], "call", op->target));
    row = fact_row(sim, call);
    for (int tries = 0; tries < 10 && (!contact || !id_equal(contact->client, row->client));
         tries++)
        contact = mirror_at(contacts, mirror_pick(sim, contacts, "contact"));
    if (!contact)
        return false;
    in.call = op->target;
    in.contact = op->other = merge_former(sim, contact->entity);
    in.version = row->contact ? row->contact->version : 0;
    if (in.version && sim_below(sim, 5) == 0)
        in.version--;
    op->version = in.version;
    work_say(op, &method_call_contact_set, &in);
    return true;
}

static bool call_list(struct sim *sim, size_t desk, struct op *op)
{
    (void)sim;
    (void)desk;
    work_say(op, &method_call_list, &(struct call_query){ .has_limit = true, .limit = 20 });
    return true;
}

static bool board_get(struct sim *sim, size_t desk, struct op *op)
{
    static const enum board boards[] = { board_CALLS, board_AGENTS, board_MISSED };

    (void)desk;
    work_say(op, &method_board_get,
             &(struct board_query){ .board = boards[sim_below(sim, COUNT_OF(boards))] });
    return true;
}

static bool reuse(struct sim *sim, size_t desk, struct op *op)
{
    for (size_t i = sim->op_count; i-- > 0;) {
        const struct op *old = &sim->ops[i];

        if (old->desk != desk || !old->finished || old->result != CALL_DONE ||
            old->method->access != ACCESS_WRITE || strcmp(old->method->service, "contacts") != 0)
            continue;
        op->request = old->request;
        return desk == 0 ? team_add(sim, desk, op) : contact_add(sim, desk, op);
    }
    return false;
}

static void check_contact(struct sim *sim, const struct op *op, const struct told_fact *before,
                          const struct told_fact *fact);
static void check_client(struct sim *sim, const struct op *op, const struct told_fact *before,
                         const struct told_fact *fact);
static void check_staff(struct sim *sim, const struct op *op, const struct told_fact *before,
                        const struct told_fact *fact);
static void check_call(struct sim *sim, const struct op *op, const struct told_fact *before,
                       const struct told_fact *fact);

static const struct work_kind kinds[OP_KINDS] = {
    [OP_CONTACT_ADD] = { contact_add, 10, 30, "contact", check_contact, 0, NULL, false },
    [OP_CONTACT_EDIT] = { contact_edit, 10, 30, "contact", check_contact, 0, NULL, false },
    [OP_CONTACT_DELETE] = { contact_delete, 3, 8, "contact", check_contact, -1, NULL, false },
    [OP_CONTACT_GET] = { contact_get, 5, 15, NULL, NULL, 0, NULL, false },
    [OP_CONTACT_LIST] = { contact_list, 2, 4, NULL, NULL, 0, NULL, false },
    [OP_CLIENT_EDIT] = { client_edit, 15, 1, "client", check_client, 0, NULL, false },
    [OP_STAFF_ADD] = { staff_add, 5, 0, "staff", check_staff, 0, NULL, false },
    [OP_STAFF_EDIT] = { staff_edit, 20, 1, "staff", check_staff, 0, NULL, false },
    [OP_TEAM_ADD] = { team_add, 2, 0, "team", NULL, 0, NULL, false },
    [OP_CALL_CONTACT] = { call_contact, 10, 20, "call", check_call, 0, NULL, false },
    [OP_CALL_LIST] = { call_list, 3, 6, NULL, NULL, 0, NULL, false },
    [OP_BOARD_GET] = { board_get, 3, 6, NULL, NULL, 0, NULL, false },
    [OP_MESSAGE_SET] = { message_set, 8, 20, "contact", message_set_check, 0, NULL, false },
    [OP_MESSAGE_TELL] = { message_tell_begin, 8, 20, "message_told", message_tell_check, 1,
                          message_tell_refused, false },
    [OP_CONTACT_MERGE] = { merge_begin, 5, 10, "contact_merged", merge_check, 2, NULL, false },
    [OP_CONTACT_UNMERGE] = { unmerge_begin, 5, 10, "contact_merged", unmerge_check, 2, NULL,
                             false },
    [OP_AGENT_ON] = { agent_on_begin, 5, 12, "agent", agent_moved, 0, NULL, true },
    [OP_AGENT_OFF] = { agent_off_begin, 2, 4, "agent", agent_moved, 0, NULL, true },
    [OP_AGENT_PAUSE] = { agent_pause_begin, 3, 8, "agent", agent_moved, 0, NULL, true },
    [OP_AGENT_RESUME] = { agent_resume_begin, 3, 8, "agent", agent_moved, 0, NULL, true },
    [OP_NOTE_ADD] = { note_add_begin, 4, 10, "call_note", note_add_check, 0, NULL, false },
    [OP_NOTE_EDIT] = { note_edit_begin, 6, 15, "call_note", note_edit_check, 0, NULL, false },
    [OP_HOOK] = { hook_begin, 25, 0, "call", hook_check, -1, NULL, true },
    [OP_MISSED_DONE] = { missed_done_begin, 2, 4, "missed", missed_done_check, 0, NULL, false },
    [OP_DIAL] = { dial_begin, 3, 10, "act", dial_check, 0, NULL, false },
    [OP_PURGE_UNDO] = { purge_undo_begin, 6, 12, "contact", purge_undo_check, 1, NULL, false },
    [OP_CLOCK_START] = { clock_start_begin, 15, 8, "clock", clock_moved, -1, NULL, false },
    [OP_CLOCK_STOP] = { clock_stop_begin, 10, 5, "clock", clock_moved, -1, NULL, false },
    [OP_CLOCK_PAUSE] = { clock_pause_begin, 5, 3, "clock", clock_moved, -1, NULL, false },
    [OP_CLOCK_RESUME] = { clock_resume_begin, 5, 3, "clock", clock_moved, -1, NULL, false },
    [OP_CLOCK_CORRECT] = { clock_correct_begin, 3, 2, "clock", clock_moved, -1, NULL, false },
    [OP_CLOCK_LIST] = { clock_list_begin, 2, 4, NULL, NULL, 0, NULL, false },
    [OP_ENTRY_BOOK] = { entry_book_begin, 20, 20, "entry", entry_moved, -1, NULL, false },
    [OP_ENTRY_CORRECT] = { entry_correct_begin, 5, 5, "entry", entry_moved, -1, NULL, true },
    [OP_ENTRY_EDIT] = { entry_edit_begin, 3, 3, "entry", entry_moved, -1, NULL, true },
    [OP_ENTRY_REBOOK] = { entry_rebook_begin, 5, 5, "entry", entry_moved, -1, NULL, true },
    [OP_ENTRY_SPLIT] = { entry_split_begin, 4, 4, "entry", entry_moved, -1, NULL, false },
    [OP_ENTRY_DELETE] = { entry_delete_begin, 3, 3, "entry", entry_moved, -1, NULL, false },
    [OP_ENTRY_UNDO] = { entry_undo_begin, 2, 2, "entry", entry_moved, -1, NULL, false },
    [OP_ENTRY_LIST] = { entry_list_begin, 2, 4, NULL, NULL, 0, NULL, false },
    [OP_INQUIRY_ADD] = { inquiry_add_begin, 6, 6, "inquiry", NULL, -1, NULL, false },
    [OP_INQUIRY_PUT_OFF] = { inquiry_put_off_begin, 4, 4, "inquiry", NULL, -1, NULL, false },
    [OP_INQUIRY_SOLVE] = { inquiry_solve_begin, 2, 2, "inquiry", NULL, -1, NULL, true },
    [OP_INQUIRY_LIST] = { inquiry_list_begin, 2, 4, NULL, NULL, 0, NULL, false },
    [OP_MEASURE_ADD] = { measure_add_begin, 5, 5, "measure", NULL, -1, NULL, false },
    [OP_MEASURE_DONE] = { measure_done_begin, 3, 3, "measure", NULL, -1, NULL, true },
    [OP_REUSE] = { reuse, 2, 3, NULL, NULL, 0, NULL, false },
};

bool work_next(struct sim *sim, size_t desk, struct op *op)
{
    uint32_t sum = 0;
    uint64_t drawn;

    for (size_t i = 0; i < OP_KINDS; i++)
        sum += desk == 0 ? kinds[i].admin : kinds[i].agent;
    drawn = sim_below(sim, sum);
    snprintf(op->name, sizeof op->name, "Nummer %d", ++sim->serial);
    for (size_t i = 0; i < OP_KINDS; i++) {
        uint32_t share = desk == 0 ? kinds[i].admin : kinds[i].agent;

        if (drawn >= share) {
            drawn -= share;
            continue;
        }
        op->kind = (enum op_kind)i;
        return kinds[i].begin(sim, desk, op);
    }
    return false;
}

// --- what was written
// The row before with what was asked for, in `expected`; the rest must not have changed.
static void check_contact(struct sim *sim, const struct op *op, const struct told_fact *before,
                          const struct told_fact *fact)
{
    const struct contact *row = mirror_is(fact, "contact") ? fact_row(sim, fact) : NULL;
    struct contact expected;

    // Nobody can take back any more what went into a contact that is deleted.
    if (!row) {
        if (op->kind != OP_CONTACT_DELETE || !fact->deleted)
            sim_fail(sim, "%s \"%s\" moved a contact", op->method->name, op->name);
        return;
    }
    expected = *row;
    if (before)
        expected = *(const struct contact *)fact_row(sim, before);
    if (!before && !id_equal(row->client, op->target))
        sim_fail(sim, "contact %s is another client's", op->name);
    expected.version = before ? op->version + 1 : 1;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    if (op->kind != OP_CONTACT_DELETE)
        expected.name = op->name;
    if (op->wide) {
        expected.phones = row->phones;
        expected.phones_count = row->phones_count;
    }
    if (!bytes_same(row_bytes(sim, contact_record(), &expected), fact->row))
        sim_fail(sim, "%s \"%s\" wrote something else", op->method->name, op->name);
}

static void check_client(struct sim *sim, const struct op *op, const struct told_fact *before,
                         const struct told_fact *fact)
{
    const struct client_row *row = fact_row(sim, fact);
    struct client_row expected = *(const struct client_row *)fact_row(sim, before);

    expected.version = op->version + 1;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.name = expected.greeting = op->name;
    if (op->wide) {
        expected.numbers = row->numbers;
        expected.numbers_count = row->numbers_count;
    }
    if (!bytes_same(row_bytes(sim, client_row_record(), &expected), fact->row))
        sim_fail(sim, "client_edit \"%s\" wrote something else", op->name);
}

static void check_staff(struct sim *sim, const struct op *op, const struct told_fact *before,
                        const struct told_fact *fact)
{
    const struct staff *row = fact_row(sim, fact);
    struct staff expected = *row;

    if (before)
        expected = *(const struct staff *)fact_row(sim, before);
    expected.version = before ? op->version + 1 : 1;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.name = op->name;
    if (op->wide) {
        expected.extensions = row->extensions;
        expected.extensions_count = row->extensions_count;
        expected.has_left = row->has_left;
        expected.left = row->left;
    }
    if (!bytes_same(row_bytes(sim, staff_record(), &expected), fact->row))
        sim_fail(sim, "%s \"%s\" wrote something else", op->method->name, op->name);
}

static void check_call(struct sim *sim, const struct op *op, const struct told_fact *before,
                       const struct told_fact *fact)
{
    const struct call *row = fact_row(sim, fact);
    struct call expected = *(const struct call *)fact_row(sim, before);
    int64_t version = expected.contact ? expected.contact->version : 0;

    if (!row->contact || row->contact->version != op->version + 1 || version != op->version)
        sim_fail(sim, "call_contact_set on a stale version");
    else if (!merge_led(sim, op->other, row->contact->contact))
        sim_fail(sim, "call_contact_set took %s for somebody else", id_text(op->other).text);
    expected.version++;
    expected.contact = row->contact;
    if (!bytes_same(row_bytes(sim, call_record(), &expected), fact->row))
        sim_fail(sim, "call_contact_set changed something else");
}

// Some requests move rows beside the one that they are about.
static bool is_effect(struct sim *sim, const struct op *op, const struct told_fact *before,
                      const struct told_fact *fact)
{
    if (!mirror_is(fact, kinds[op->kind].fact))
        return false;
    if (strcmp(op->method->service, "timekeeping") != 0)
        return true;
    if (before && id_equal(before->cause, op->request))
        return false; // set right in the same step
    if (op->kind == OP_CLOCK_START || op->kind == OP_ENTRY_BOOK || op->kind == OP_INQUIRY_ADD ||
        op->kind == OP_MEASURE_ADD)
        return !before;
    if (op->kind == OP_ENTRY_UNDO)
        return ((const struct entry *)fact_row(sim, fact))->state == entry_state_DELETED;
    return id_equal(fact->entity, op->target);
}

void op_caused(struct sim *sim, struct mirror *mirror, size_t seq)
{
    const struct told_fact *fact = mirror_at(mirror, seq);
    const struct told_fact *before = mirror_at(mirror, fact->before);
    struct op *op = mirror->genesis == SIZE_MAX ? NULL : op_find(sim, fact->cause);
    bool contacts = mirror == &sim->mirrors[MIRROR_CONTACTS];

    if (!op) {
        if (contacts && mirror->genesis != SIZE_MAX)
            purge_check(sim, seq);
        return;
    }
    if (strcmp(op->method->service, mirror_service(sim, mirror)) != 0)
        return; // facts that follow from another service's name what caused that one
    if (op->kind == OP_CONTACT_DELETE && mirror_is(fact, "message_told") && fact->deleted)
        return; // what a contact was told goes with it
    if (note_follows(sim, before, fact) || mirror_is(fact, "purge_notice"))
        return;
    if (is_effect(sim, op, before, fact)) {
        op->fact = seq;
        op->effects++;
    } else {
        op->also++;
    }
    if (op->effects > 1)
        sim_fail(sim, "%s %s was done twice", op->method->name, id_text(op->request).text);
    if (mirror_is(fact, "contact") && !fact_visible(fact, desk_scope(sim, op->desk)))
        sim_fail(sim, "%s wrote a contact outside its scope", desk_name(sim, op->desk));
    if (op->version && op->fact == seq && op->kind != OP_CONTACT_MERGE &&
        (!before || before->version != op->version) && contacts)
        sim_fail(sim, "%s on a stale version", op->method->name);
    if (!sim->failed && kinds[op->kind].check)
        kinds[op->kind].check(sim, op, before, fact);
}

const char *work_fact(const struct op *op)
{
    return kinds[op->kind].fact;
}

int work_also(const struct op *op)
{
    return kinds[op->kind].also;
}

bool work_may_rest(const struct op *op)
{
    return kinds[op->kind].rests;
}

bool work_rested(struct sim *sim, const struct op *op, struct bytes answer)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];
    size_t seq = mirror_last(mirror, kinds[op->kind].fact, op->target);

    if (op->kind == OP_HOOK)
        return hook_answered(sim, op, answer);
    while (seq && !bytes_same(mirror_at(mirror, seq)->row, answer))
        seq = mirror_at(mirror, seq)->before;
    return op->effects == 0 && work_may_rest(op) && seq;
}

void work_refused(struct sim *sim, const struct op *op, enum err_code code)
{
    if (kinds[op->kind].refused)
        kinds[op->kind].refused(sim, op, code);
}

struct bytes work_answer(struct sim *sim, const struct op *op)
{
    int service = mirror_named(op->method->service);

    if (op->kind == OP_CONTACT_MERGE || op->kind == OP_CONTACT_UNMERGE)
        return merge_answer(sim, op);
    return mirror_at(&sim->mirrors[service], op->fact)->row;
}

// --- what was read
static void check_row(struct sim *sim, const struct op *op, const char *kind, struct id id,
                      int64_t version, struct bytes bytes)
{
    int service = mirror_named(op->method->service);
    const struct told_fact *fact = mirror_version(&sim->mirrors[service], kind, id, version);

    if (!fact || fact->deleted || !bytes_same(fact->row, bytes))
        sim_fail(sim, "%s shows %s with version %lld, which nobody wrote", op->method->name,
                 id_text(id).text, (long long)version);
    else if (!fact_visible(fact, desk_scope(sim, op->desk)))
        sim_fail(sim, "%s sees %s, which is outside its scope", desk_name(sim, op->desk),
                 id_text(id).text);
}

// Names are shown as they are now: only the version is compared.
static void check_seen(struct sim *sim, const struct op *op, const char *kind, struct id id,
                       int64_t version)
{
    const struct told_fact *fact =
        mirror_version(&sim->mirrors[MIRROR_TIMEKEEPING], kind, id, version);

    if (!fact || fact->deleted)
        sim_fail(sim, "%s shows %s with version %lld, which nobody wrote", op->method->name,
                 id_text(id).text, (long long)version);
    else if (!fact_visible(fact, desk_scope(sim, op->desk)))
        sim_fail(sim, "%s sees %s, which is outside its scope", desk_name(sim, op->desk),
                 id_text(id).text);
}

static void read_contacts(struct sim *sim, const struct op *op, const struct contact *rows,
                          size_t count)
{
    for (size_t i = 0; i < count && !sim->failed; i++)
        check_row(sim, op, "contact", rows[i].id, rows[i].version,
                  row_bytes(sim, contact_record(), &rows[i]));
}

void work_answered(struct sim *sim, const struct op *op, const void *answer)
{
    const struct contact_page *contacts = answer;
    const struct call_page *calls = answer;
    const struct board_page *board = answer;

    if (op->kind == OP_CONTACT_GET) {
        read_contacts(sim, op, answer, 1);
        if (((const struct contact *)answer)->version < op->least)
            sim_fail(sim, "contact_get shows a row from before it was asked");
    } else if (op->kind == OP_CONTACT_LIST) {
        read_contacts(sim, op, contacts->contacts, contacts->contacts_count);
    } else if (op->kind == OP_CALL_LIST) {
        for (size_t i = 0; i < calls->calls_count && !sim->failed; i++)
            check_row(sim, op, "call", calls->calls[i].id, calls->calls[i].version,
                      row_bytes(sim, call_record(), &calls->calls[i]));
    } else if (op->kind == OP_CLOCK_LIST) {
        const struct clock_page *page = answer;
        for (size_t i = 0; i < page->clocks_count && !sim->failed; i++)
            check_seen(sim, op, "clock", page->clocks[i].id, page->clocks[i].version);
    } else if (op->kind == OP_ENTRY_LIST) {
        const struct entry_page *page = answer;
        for (size_t i = 0; i < page->entries_count && !sim->failed; i++)
            check_seen(sim, op, "entry", page->entries[i].id, page->entries[i].version);
    } else if (op->kind == OP_INQUIRY_LIST) {
        const struct inquiry_page *page = answer;
        for (size_t i = 0; i < page->inquiries_count && !sim->failed; i++)
            check_seen(sim, op, "inquiry", page->inquiries[i].inquiry->id,
                       page->inquiries[i].inquiry->version);
    } else if (op->kind == OP_BOARD_GET) {
        for (size_t i = 0; i < board->calls_count && !sim->failed; i++)
            check_row(sim, op, "board_call", board->calls[i].id, board->calls[i].version,
                      row_bytes(sim, board_call_record(), &board->calls[i]));
        for (size_t i = 0; i < board->agents_count && !sim->failed; i++)
            check_row(sim, op, "board_agent", board->agents[i].id, board->agents[i].version,
                      row_bytes(sim, agent_record(), &board->agents[i]));
        for (size_t i = 0; i < board->missed_count && !sim->failed; i++)
            check_row(sim, op, "board_missed", board->missed[i].id, board->missed[i].version,
                      row_bytes(sim, board_missed_record(), &board->missed[i]));
    }
}

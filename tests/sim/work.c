// SPDX-License-Identifier: Apache-2.0
// What desks do: which request is next, whose effect a fact is, and what is acknowledged.
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

const void *work_asked(struct sim *sim, const struct op *op)
{
    const struct record *record = op->method->in();
    void *in = arena_alloc(sim->arena, record->size);
    struct err err = { 0 };

    if (!in || !decode(record, op->body, DECODE_STRICT, sim->arena, in, &err))
        abort();
    return in;
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

static bool reuse(struct sim *sim, size_t desk, struct op *op)
{
    for (size_t i = sim->op_count; i-- > 0;) {
        const struct op *old = &sim->ops[i];

        if (old->desk != desk || !old->finished || old->result != CALL_DONE ||
            old->method->access != ACCESS_WRITE || strcmp(old->method->service, "contacts") != 0)
            continue;
        op->request = old->request;
        return desk == 0 ? team_add_begin(sim, desk, op) : contact_add_begin(sim, desk, op);
    }
    return false;
}

static const struct work_kind kinds[OP_KINDS] = {
    [OP_CONTACT_ADD] = { contact_add_begin, 10, 30, "contact", contact_wrote, 0, NULL, false },
    [OP_CONTACT_EDIT] = { contact_edit_begin, 10, 30, "contact", contact_wrote, 0, NULL, false },
    [OP_CONTACT_DELETE] = { contact_delete_begin, 3, 8, "contact", contact_wrote, -1, NULL, false },
    [OP_CONTACT_GET] = { contact_get_begin, 5, 15, NULL, NULL, 0, NULL, false },
    [OP_CONTACT_LIST] = { contact_list_begin, 2, 4, NULL, NULL, 0, NULL, false },
    [OP_CLIENT_EDIT] = { client_edit_begin, 15, 1, "client", client_wrote, 0, NULL, false },
    [OP_STAFF_ADD] = { staff_add_begin, 5, 0, "staff", staff_wrote, 0, NULL, false },
    [OP_STAFF_EDIT] = { staff_edit_begin, 20, 1, "staff", staff_wrote, 0, NULL, false },
    [OP_TEAM_ADD] = { team_add_begin, 2, 0, "team", NULL, 0, NULL, false },
    [OP_CALL_CONTACT] = { call_contact_begin, 10, 20, "call", call_wrote, 0, NULL, false },
    [OP_CALL_LIST] = { call_list_begin, 3, 6, NULL, NULL, 0, NULL, false },
    [OP_BOARD_GET] = { board_get_begin, 3, 6, NULL, NULL, 0, NULL, false },
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
    [OP_INQUIRY_WAIT] = { inquiry_wait_begin, 2, 3, "inquiry", NULL, -1, NULL, true },
    [OP_INQUIRY_REOPEN] = { inquiry_reopen_begin, 2, 3, "inquiry", NULL, -1, NULL, true },
    [OP_SLA_SET] = { sla_set_begin, 8, 0, "sla", NULL, -1, NULL, false },
    [OP_INQUIRY_LIST] = { inquiry_list_begin, 2, 4, NULL, NULL, 0, NULL, false },
    [OP_MEASURE_ADD] = { measure_add_begin, 5, 5, "measure", NULL, -1, NULL, false },
    [OP_MEASURE_DONE] = { measure_done_begin, 3, 3, "measure", NULL, -1, NULL, true },
    [OP_CALLBACK_ADD] = { callback_add_begin, 5, 10, "callback", callback_wrote, 0, NULL, false },
    [OP_CALLBACK_EDIT] = { callback_edit_begin, 2, 4, "callback", callback_wrote, 0, NULL, true },
    [OP_CALLBACK_DONE] = { callback_done_begin, 1, 2, "callback", callback_wrote, 0, NULL, false },
    [OP_CALLBACK_WITHDRAW] = { callback_withdraw_begin, 1, 1, "callback", callback_wrote, 0, NULL,
                               false },
    [OP_CALLBACK_REOPEN] = { callback_reopen_begin, 2, 4, "callback", callback_wrote, 0, NULL,
                             false },
    [OP_RESUBMISSION_ADD] = { resubmission_add_begin, 3, 6, "resubmission", resubmission_wrote, 0,
                              NULL, false },
    [OP_RESUBMISSION_EDIT] = { resubmission_edit_begin, 1, 3, "resubmission", resubmission_wrote, 0,
                               NULL, true },
    [OP_RESUBMISSION_DONE] = { resubmission_done_begin, 1, 2, "resubmission", resubmission_wrote, 0,
                               NULL, false },
    [OP_CALLBACK_LIST] = { callback_list_begin, 2, 4, NULL, NULL, 0, NULL, false },
    [OP_RESUBMISSION_LIST] = { resubmission_list_begin, 1, 2, NULL, NULL, 0, NULL, false },
    [OP_ABSENCE_ADD] = { absence_add_begin, 8, 4, "absence", absence_wrote, 0, NULL, false },
    [OP_ABSENCE_EDIT] = { absence_edit_begin, 3, 2, "absence", absence_wrote, 0, NULL, true },
    [OP_DEPUTY] = { deputy_begin, 6, 0, "staff", deputy_wrote, 0, NULL, true },
    [OP_MAIL_IN] = { mail_in_begin, 3, 6, "inquiry_mail", NULL, -1, NULL, true },
    [OP_MAIL_OUT] = { mail_out_begin, 2, 4, "inquiry_mail", NULL, -1, NULL, false },
    [OP_FILE_LOCK] = { file_lock_begin, 2, 6, "file", file_wrote, 0, NULL, false },
    [OP_ATTACH_BEGIN] = { attachment_begin_begin, 2, 4, "attachment", NULL, -1, NULL, true },
    [OP_ATTACH_CHUNK] = { attachment_chunk_begin, 6, 12, "attachment", NULL, -1, attachment_refused,
                          true },
    [OP_ATTACH_DELETE] = { attachment_delete_begin, 1, 1, "attachment", NULL, -1, NULL, false },
    [OP_ATTACH_READ] = { attachment_read_begin, 2, 4, NULL, NULL, 0, NULL, false },
    [OP_REUSE] = { reuse, 2, 3, NULL, NULL, 0, NULL, false },
};

// --- what comes next
// Most of what a seed's people do is of one kind, so that it meets itself.
static const struct {
    const char *name;
    enum op_kind first, last, also;
} nouns[] = {
    { "all", OP_REUSE, OP_REUSE, OP_REUSE },
    { "contacts", OP_CONTACT_ADD, OP_CONTACT_UNMERGE, OP_NOTE_ADD },
    { "calls", OP_AGENT_ON, OP_BOARD_GET, OP_MISSED_DONE },
    { "time", OP_CLOCK_START, OP_ENTRY_LIST, OP_HOOK },
    { "inquiries", OP_INQUIRY_ADD, OP_MEASURE_DONE, OP_HOOK },
    { "callbacks", OP_CALLBACK_ADD, OP_DEPUTY, OP_DIAL },
    { "mails", OP_MAIL_IN, OP_MAIL_OUT, OP_INQUIRY_WAIT },
    { "files", OP_FILE_LOCK, OP_FILE_LOCK, OP_INQUIRY_ADD },
    { "attachments", OP_ATTACH_BEGIN, OP_ATTACH_READ, OP_INQUIRY_ADD },
};

static size_t noun_named(const char *name)
{
    size_t i = 0;

    while (i < COUNT_OF(nouns) && strcmp(nouns[i].name, name) != 0)
        i++;
    return i;
}

bool work_noun_known(const char *name)
{
    return noun_named(name) < COUNT_OF(nouns);
}

void work_begin(struct sim *sim, const char *noun)
{
    sim->noun = (size_t)sim_below(sim, COUNT_OF(nouns));
    if (noun)
        sim->noun = noun_named(noun);
    sim_say(sim, "most of it is about %s", nouns[sim->noun].name);
}

static uint32_t share_of(const struct sim *sim, size_t desk, size_t kind)
{
    uint32_t share = desk == 0 ? kinds[kind].admin : kinds[kind].agent;
    bool most = kind >= nouns[sim->noun].first && kind <= nouns[sim->noun].last;

    most = most || kind == nouns[sim->noun].also;

    // Clients may look at what timekeeping has, and try to write now and then.
    if (kind >= OP_CLOCK_START && kinds[kind].fact && desk_scope(sim, desk)->kind == SCOPE_CLIENT)
        return share / 4;
    return most ? 8 * share : share;
}

bool work_next(struct sim *sim, size_t desk, struct op *op)
{
    uint32_t sum = 0;
    uint64_t drawn;

    for (size_t i = 0; i < OP_KINDS; i++)
        sum += share_of(sim, desk, i);
    drawn = sim_below(sim, sum);
    snprintf(op->name, sizeof op->name, "Nummer %d", ++sim->serial);
    for (size_t i = 0; i < OP_KINDS; i++) {
        uint32_t share = share_of(sim, desk, i);

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
static bool makes(enum op_kind kind)
{
    return kind == OP_CLOCK_START || kind == OP_ENTRY_BOOK || kind == OP_INQUIRY_ADD ||
           kind == OP_MEASURE_ADD || kind == OP_CALLBACK_ADD || kind == OP_RESUBMISSION_ADD ||
           kind == OP_ATTACH_BEGIN || kind == OP_MAIL_IN || kind == OP_MAIL_OUT;
}

// Some requests move rows beside the one that they are about.
static bool is_effect(struct sim *sim, const struct op *op, const struct told_fact *before,
                      const struct told_fact *fact)
{
    if (!mirror_is(fact, kinds[op->kind].fact))
        return false;
    if (strcmp(op->method->service, "timekeeping") != 0 || op->kind == OP_SLA_SET)
        return true;
    if (before && id_equal(before->cause, op->request))
        return false; // set right in the same step
    if (makes(op->kind))
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

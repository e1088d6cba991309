// SPDX-License-Identifier: Apache-2.0
// What an answer to a question may show: rows that somebody wrote, and nothing outside the scope.
#include "tests/sim/work.h"

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
    else
        fact_check_file(sim, fact, desk_name(sim, op->desk));
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
    else
        fact_check_file(sim, fact, desk_name(sim, op->desk));
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
    } else if (op->kind == OP_CALLBACK_LIST) {
        const struct callback_page *page = answer;
        for (size_t i = 0; i < page->callbacks_count && !sim->failed; i++)
            check_seen(sim, op, "callback", page->callbacks[i].id, page->callbacks[i].version);
    } else if (op->kind == OP_RESUBMISSION_LIST) {
        const struct resubmission_page *page = answer;
        for (size_t i = 0; i < page->resubmissions_count && !sim->failed; i++)
            check_seen(sim, op, "resubmission", page->resubmissions[i].id,
                       page->resubmissions[i].version);
    } else if (op->kind == OP_ATTACH_READ) {
        attachment_check_bytes(sim, op, answer);
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

// SPDX-License-Identifier: Apache-2.0
// Messages that are left for callers, and told: once, whoever tries at the same time, and with one
// line in one note.
#include <string.h>

#include "services/telephony/store.h"
#include "services/telephony/told.h"
#include "tests/sim/work.h"

static const struct mirror *contacts(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_CONTACTS];
}

// --- leaving one
bool message_set(struct sim *sim, size_t desk, struct op *op)
{
    struct contact_change in = { .message = op->name };

    (void)desk;
    if (!work_target(sim, op, MIRROR_CONTACTS, "contact"))
        return false;
    in.id = op->target;
    in.version = op->version;
    work_say(op, &method_contact_edit, &in);
    return true;
}

void message_set_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                       const struct told_fact *fact)
{
    const struct contact *row = fact_row(sim, fact);
    struct contact expected = *(const struct contact *)fact_row(sim, before);
    struct message message = { op->name, row->edited_at, desk_name(sim, op->desk) };

    expected.version++;
    expected.edited_at = row->edited_at;
    expected.edited_by = message.set_by;
    expected.message = &message;
    if (!bytes_same(row_bytes(sim, contact_record(), &expected), fact->row))
        sim_fail(sim, "the message \"%s\" wrote something else", op->name);
}

// --- telling it
static size_t pick_waiting(struct sim *sim)
{
    // Two desks often tell the same one; one of them was slower.
    for (size_t i = sim->op_count; i-- > 0 && i + 12 > sim->op_count;)
        if (sim->ops[i].kind == OP_MESSAGE_TELL && sim_below(sim, 4) == 0)
            return sim->ops[i].seen;
    for (int tries = 0; tries < 10; tries++) {
        size_t seq = mirror_pick(sim, contacts(sim), "contact");

        if (seq && ((const struct contact *)fact_row(sim, mirror_at(contacts(sim), seq)))->message)
            return seq;
    }
    return 0;
}

static struct id pick_call(struct sim *sim, struct id client)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];

    for (int tries = 0; tries < 5; tries++) {
        const struct told_fact *call = mirror_at(mirror, mirror_pick(sim, mirror, "call"));

        // Now and then one of another client.
        if (call && (id_equal(call->client, client) || sim_below(sim, 10) == 0))
            return call->entity;
    }
    return (struct id){ { 0 } };
}

bool message_tell_begin(struct sim *sim, size_t desk, struct op *op)
{
    const struct told_fact *fact = mirror_at(contacts(sim), pick_waiting(sim));
    struct message_tell_in in = { .has_set_at = sim_below(sim, 3) > 0 };

    (void)desk;
    if (!fact)
        return false;
    op->target = in.contact = fact->entity;
    op->seen = (size_t)(fact - contacts(sim)->facts) + 1;
    if (in.has_set_at)
        op->set_at = in.set_at = ((const struct contact *)fact_row(sim, fact))->message->set_at;
    if (sim_below(sim, 2) == 0)
        in.call = pick_call(sim, fact->client);
    work_say(op, &method_message_tell, &in);
    return true;
}

static size_t line_length(const char *text)
{
    return strcspn(text, "\n");
}

static bool has_line(const char *text, const char *line, size_t size)
{
    for (; *text; text += line_length(text), text += *text == '\n')
        if (line_length(text) == size && strncmp(text, line, size) == 0)
            return true;
    return false;
}

// What is left is unique, so that no line may be in two messages that were told, also after the
// contact went into another one and came back.
static void check_once(struct sim *sim, const struct told_fact *fact, const char *text)
{
    const struct mirror *mirror = contacts(sim);

    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        const struct told_fact *other = mirror_at(mirror, seq);
        const struct message_told *told;

        if (other == fact || !mirror_is(other, "message_told"))
            continue;
        told = fact_row(sim, other);
        for (const char *line = text; *line; line += line_length(line), line += *line == '\n')
            if (has_line(told->text, line, line_length(line)))
                sim_fail(sim, "the message \"%s\" was told twice", text);
    }
}

static void check_told(struct sim *sim, const struct op *op, const struct told_fact *fact)
{
    const struct mirror *mirror = contacts(sim);
    const struct message_told *told = fact_row(sim, fact);
    const struct told_fact *after =
        mirror_at(mirror, mirror_last(mirror, "contact", told->contact));
    const struct contact *now = merge_now(sim, op->target);
    const struct contact *was =
        after->before ? fact_row(sim, mirror_at(mirror, after->before)) : NULL;
    const struct message *message = was ? was->message : NULL;

    if (fact->before || fact->deleted || !now || !id_equal(told->contact, now->id) ||
        strcmp(told->told_by, desk_name(sim, op->desk)) != 0)
        sim_fail(sim, "the telling of %s wrote something else", id_text(op->target).text);
    else if (!id_equal(after->cause, op->request) || !message)
        sim_fail(sim, "%s was told a message and had none", id_text(op->target).text);
    else if (strcmp(message->text, told->text) != 0 || message->set_at != told->set_at ||
             strcmp(message->set_by, told->set_by) != 0 || !id_equal(told->client, was->client) ||
             (op->set_at && op->set_at != told->set_at))
        sim_fail(sim, "another message was told than \"%s\"", message->text);
    if (!sim->failed)
        check_once(sim, fact, told->text);
}

void message_tell_check(struct sim *sim, const struct op *op, const struct told_fact *before,
                        const struct told_fact *fact)
{
    const struct contact *row = mirror_is(fact, "contact") ? fact_row(sim, fact) : NULL;
    struct contact expected;

    if (!row) {
        check_told(sim, op, fact);
        return;
    }
    expected = *(const struct contact *)fact_row(sim, before);
    expected.version++;
    expected.edited_at = row->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.message = NULL;
    if (fact->deleted || !bytes_same(row_bytes(sim, contact_record(), &expected), fact->row))
        sim_fail(sim, "telling the message of %s changed something else", row->name);
}

// The message that was seen is still there, untouched: nobody told it before.
void message_tell_refused(struct sim *sim, const struct op *op, enum err_code code)
{
    const struct told_fact *seen = mirror_at(contacts(sim), op->seen);

    if (!seen->after && fact_visible(seen, desk_scope(sim, op->desk)))
        sim_fail(sim, "the message of %s is there and is not told: %s", id_text(op->target).text,
                 err_word(code));
}

// --- at rest: telephony's rows and lines
struct lines {
    struct note_line *line;
    size_t count;
    bool full; // a note has lost its first lines
};

static struct lines all_lines(struct sim *sim)
{
    enum { LINES_OF_NOTE = 10 };
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];
    struct lines lines = {
        arena_array(sim->arena, mirror->count * LINES_OF_NOTE, sizeof *lines.line), 0, false
    };

    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);
        const struct call_note *note;

        if (fact->after || fact->deleted || !mirror_is(fact, "call_note"))
            continue;
        note = fact_row(sim, fact);
        lines.full = lines.full || note->lines_count == LINES_OF_NOTE;
        for (size_t i = 0; i < note->lines_count; i++)
            lines.line[lines.count++] = note->lines[i];
    }
    return lines;
}

static void check_line(struct sim *sim, const struct lines *lines, const struct message_told *told)
{
    const struct note_line *line = NULL;

    for (size_t i = 0; i < lines->count; i++) {
        if (!id_equal(lines->line[i].id, told->id))
            continue;
        if (line)
            sim_fail(sim, "notes say twice that \"%s\" was told", told->text);
        line = &lines->line[i];
    }
    if (!line && !lines->full)
        sim_fail(sim, "no note says that \"%s\" was told", told->text);
    if (line && (line->at != told->told_at || strcmp(line->by, told->told_by) != 0 ||
                 !strstr(line->text, told->text)))
        sim_fail(sim, "a note says something else than that \"%s\" was told", told->text);
}

// Whose call it was may turn out otherwise while the caller waits.
static bool was_of(const struct mirror *mirror, const struct told_fact *call, struct id client)
{
    for (; call; call = mirror_at(mirror, call->before))
        if (id_equal(call->client, client))
            return true;
    return false;
}

// Another client's call has no line, and the call that was named has it.
static void check_row(struct sim *sim, const struct message_told *told)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TELEPHONY];
    const struct told_fact *call = mirror_at(mirror, mirror_last(mirror, "call", told->call));
    struct told_in_call row;

    if (!fixture_row(sim->services[MIRROR_TELEPHONY], &call_told_table, told->id, &row))
        sim_fail(sim, "telephony does not know that \"%s\" was told", told->text);
    else if (!id_equal(row.contact, told->contact) || !id_equal(row.client, told->client) ||
             row.at != told->told_at || !strstr(row.text, told->text))
        sim_fail(sim, "telephony knows something else than that \"%s\" was told", told->text);
    else if (call && !id_is_zero(row.call) && !id_equal(row.call, told->call))
        sim_fail(sim, "\"%s\" was told in another call", told->text);
    else if (call && !id_is_zero(row.call) && !was_of(mirror, call, told->client))
        sim_fail(sim, "another client's call has the line \"%s\"", told->text);
}

void tells_check(struct sim *sim)
{
    struct fixture *telephony = sim->services[MIRROR_TELEPHONY];
    const struct mirror *mirror = contacts(sim);
    struct lines lines;
    int64_t count = 0, gone = 0;

    arena_reset(sim->arena);
    lines = all_lines(sim);
    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);

        if (fact->after || !mirror_is(fact, "message_told"))
            continue;
        gone += fact->deleted; // with its contact; the note keeps its line, if it had one by then
        if (fact->deleted)
            continue;
        check_line(sim, &lines, fact_row(sim, fact));
        if (!sim->failed)
            check_row(sim, fact_row(sim, fact));
        fixture_reset(telephony);
        count++;
    }
    if (!sim->failed && fixture_rows(telephony, &call_told_table) != count)
        sim_fail(sim, "telephony knows of %lld messages told, not of %lld",
                 (long long)fixture_rows(telephony, &call_told_table), (long long)count);
    if (!sim->failed && !lines.full &&
        ((int64_t)lines.count < count || (int64_t)lines.count > count + gone))
        sim_fail(sim, "notes have %zu lines, not %lld", lines.count, (long long)count);
}

// SPDX-License-Identifier: Apache-2.0
// Locked files [gesperrte Akten]: whoever is not named in one is shown nothing that is about it, in
// no list, on no board, by no stream; and what is about any other file is on its board.
#include <string.h>

#include "services/notifier/desk.h"
#include "tests/sim/due.h"

static const struct mirror *contacts(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_CONTACTS];
}

// --- asking
bool file_lock_begin(struct sim *sim, size_t desk, struct op *op)
{
    struct file_change in = { .title = op->name, .has_locked = true };

    bool clerk = strcmp(desk_name(sim, desk), id_text(sim->staff).text) == 0;

    if (!work_target(sim, op, MIRROR_CONTACTS, "file"))
        return false;
    in.id = op->target;
    in.version = op->version;
    // Only whoever keeps it can open one again.
    in.locked = sim_below(sim, clerk ? 3 : 6) == 0;
    work_say(op, &method_file_edit, &in);
    return true;
}

void file_wrote(struct sim *sim, const struct op *op, const struct told_fact *before,
                const struct told_fact *fact)
{
    const struct file_change *asked = work_asked(sim, op);
    const struct file *is = fact_row(sim, fact);
    struct file expected = *(const struct file *)fact_row(sim, before);

    if (file_shut(sim, before->entity, desk_name(sim, op->desk), before))
        sim_fail(sim, "%s changed a file that they must not see", desk_name(sim, op->desk));
    expected.version = op->version + 1;
    expected.edited_at = is->edited_at;
    expected.edited_by = desk_name(sim, op->desk);
    expected.title = op->name;
    expected.has_locked = true;
    expected.locked = asked->locked;
    if (!bytes_same(row_bytes(sim, file_record(), &expected), fact->row))
        sim_fail(sim, "file_edit \"%s\" wrote something else", op->name);
}

struct id some_file(struct sim *sim, struct id *client)
{
    const struct told_fact *fact =
        sim_below(sim, 4) ? mirror_at(contacts(sim), mirror_pick(sim, contacts(sim), "file")) : 0;

    if (!fact)
        return (struct id){ { 0 } };
    *client = ((const struct file *)fact_row(sim, fact))->client;
    return fact->entity;
}

// --- who may see it
static bool is_shut(const struct file *file, const char *reader)
{
    struct id_text clerk = id_text(file->clerk);

    // Nobody else is ever named in the files of the simulation.
    return file->has_locked && file->locked && strcmp(clerk.text, reader) != 0;
}

bool file_shut(struct sim *sim, struct id file, const char *reader, const struct told_fact *as_of)
{
    const struct told_fact *fact = as_of;

    if (!fact)
        fact = mirror_at(contacts(sim), mirror_last(contacts(sim), "file", file));
    return !id_is_zero(file) && fact && is_shut(fact_row(sim, fact), reader);
}

// It never was open to them, as far as was ever told.
bool file_shut_always(struct sim *sim, struct id file, const char *reader)
{
    size_t seq = id_is_zero(file) ? 0 : mirror_last(contacts(sim), "file", file);

    if (!seq)
        return false;
    for (; seq; seq = mirror_at(contacts(sim), seq)->before)
        if (!is_shut(fact_row(sim, mirror_at(contacts(sim), seq)), reader))
            return false;
    return true;
}

// --- what a row is about
static struct id file_of_inquiry(struct sim *sim, struct id inquiry)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TIMEKEEPING];
    const struct told_fact *fact = mirror_at(mirror, mirror_last(mirror, "inquiry", inquiry));

    return fact ? ((const struct inquiry *)fact_row(sim, fact))->file : (struct id){ { 0 } };
}

struct id fact_file(struct sim *sim, const struct told_fact *fact)
{
    const void *row = fact_row(sim, fact);

    if (mirror_is(fact, "clock"))
        return ((const struct clock *)row)->file;
    if (mirror_is(fact, "entry"))
        return ((const struct entry *)row)->file;
    if (mirror_is(fact, "inquiry"))
        return ((const struct inquiry *)row)->file;
    if (mirror_is(fact, "callback"))
        return ((const struct callback *)row)->file;
    if (mirror_is(fact, "resubmission"))
        return ((const struct resubmission *)row)->file;
    if (mirror_is(fact, "measure"))
        return file_of_inquiry(sim, ((const struct measure *)row)->inquiry);
    if (mirror_is(fact, "board_clock"))
        return ((const struct board_clock *)row)->clock->file;
    if (mirror_is(fact, "board_inquiry"))
        return ((const struct board_inquiry *)row)->inquiry->file;
    if (mirror_is(fact, "board_callback"))
        return ((const struct board_callback *)row)->callback->file;
    if (mirror_is(fact, "board_resubmission"))
        return ((const struct board_resubmission *)row)->resubmission->file;
    return (struct id){ { 0 } };
}

void fact_check_file(struct sim *sim, const struct told_fact *fact, const char *reader)
{
    struct id file = fact_file(sim, fact);

    if (file_shut_always(sim, file, reader))
        sim_fail(sim, "%s %s is shown to \"%s\", and its file was always locked", fact->kind->name,
                 id_text(fact->entity).text, reader);
}

// --- streams
bool file_was_locked(struct sim *sim)
{
    for (size_t seq = 1; seq <= contacts(sim)->count; seq++) {
        const struct told_fact *fact = mirror_at(contacts(sim), seq);

        if (mirror_is(fact, "file") && fact->before && is_shut(fact_row(sim, fact), ""))
            return true;
    }
    return false;
}

bool file_free(struct sim *sim, struct id file)
{
    struct fixture *fx = sim->services[MIRROR_NOTIFIER];
    struct free_file row;
    bool free = id_is_zero(file) || fixture_row(fx, &free_file_table, file, &row);

    fixture_reset(fx);
    return free;
}

// --- at rest: the boards of what timekeeping tells
static const struct {
    const char *kind, *board;
    const struct table *table;
} boards[] = {
    { "clock", "board_clock", &board_clock_table },
    { "inquiry", "board_inquiry", &board_inquiry_table },
    { "callback", "board_callback", &board_callback_table },
    { "resubmission", "board_resubmission", &board_resubmission_table },
};

static bool is_work(struct sim *sim, const struct told_fact *fact)
{
    const void *row = fact_row(sim, fact);

    if (mirror_is(fact, "clock"))
        return ((const struct clock *)row)->state != clock_state_STOPPED;
    if (mirror_is(fact, "inquiry"))
        return ((const struct inquiry *)row)->state != inquiry_state_SOLVED &&
               ((const struct inquiry *)row)->state != inquiry_state_CLOSED;
    if (mirror_is(fact, "callback"))
        return !callback_settled(row);
    return ((const struct resubmission *)row)->state != resubmission_state_DONE;
}

// The version of the thing that the board shows.
static int64_t version_shown(struct sim *sim, const struct told_fact *fact)
{
    const void *row = fact_row(sim, fact);

    if (mirror_is(fact, "board_clock"))
        return ((const struct board_clock *)row)->clock->version;
    if (mirror_is(fact, "board_inquiry"))
        return ((const struct board_inquiry *)row)->inquiry->version;
    if (mirror_is(fact, "board_callback"))
        return ((const struct board_callback *)row)->callback->version;
    return ((const struct board_resubmission *)row)->resubmission->version;
}

static void check_board(struct sim *sim, size_t which)
{
    const struct mirror *mirror = &sim->mirrors[MIRROR_TIMEKEEPING];
    const struct mirror *notifier = &sim->mirrors[MIRROR_NOTIFIER];
    int64_t rows = 0;

    for (size_t seq = 1; seq <= mirror->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq), *shown;

        arena_reset(sim->arena);
        if (fact->after || !mirror_is(fact, boards[which].kind))
            continue;
        shown = mirror_at(notifier, mirror_last(notifier, boards[which].board, fact->entity));
        bool is = shown && !shown->deleted;
        bool shut = file_shut(sim, fact_file(sim, fact), "", NULL);
        bool wanted = !fact->deleted && is_work(sim, fact) && !shut;
        rows += wanted;
        if (is != wanted)
            sim_fail(sim, "%s %s%s is %s its board", fact->kind->name, id_text(fact->entity).text,
                     shut ? ", of a locked file," : "", is ? "on" : "not on");
        else if (is && version_shown(sim, shown) != fact->version)
            sim_fail(sim, "the board shows %s %s as it is not", fact->kind->name,
                     id_text(fact->entity).text);
    }
    if (!sim->failed && fixture_rows(sim->services[MIRROR_NOTIFIER], boards[which].table) != rows)
        sim_fail(sim, "the board has %lld rows of kind %s, not %lld",
                 (long long)fixture_rows(sim->services[MIRROR_NOTIFIER], boards[which].table),
                 boards[which].kind, (long long)rows);
}

static void check_free(struct sim *sim)
{
    for (size_t seq = 1; seq <= contacts(sim)->count && !sim->failed; seq++) {
        const struct told_fact *fact = mirror_at(contacts(sim), seq);

        arena_reset(sim->arena);
        if (!fact->after && mirror_is(fact, "file") &&
            file_free(sim, fact->entity) == is_shut(fact_row(sim, fact), ""))
            sim_fail(sim, "the notifier does not know whether file %s is locked",
                     id_text(fact->entity).text);
    }
}

void locked_check(struct sim *sim)
{
    check_free(sim);
    for (size_t i = 0; i < COUNT_OF(boards) && !sim->failed; i++)
        check_board(sim, i);
}

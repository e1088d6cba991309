// SPDX-License-Identifier: Apache-2.0
// What a screen shows, message by message, against the notifier's log: nothing left out, nothing
// twice, nothing that is none of its business.
#include <stdlib.h>
#include <string.h>

#include "tests/sim/screen.h"

static const struct mirror *board(const struct screen *screen)
{
    return &screen->sim->mirrors[MIRROR_NOTIFIER];
}

static void complain(struct screen *screen, const char *what, const struct stream_event *event)
{
    sim_fail(screen->sim, "%s: %s (stream %lld, message %lld of kind %d, seq %lld behind %lld)",
             screen->principal.name, what, (long long)event->stream, (long long)event->nth,
             (int)event->kind, (long long)event->seq, (long long)screen->seq);
}

const char *screen_kind(enum board board)
{
    return board == board_AGENTS          ? "board_agent"
           : board == board_MISSED        ? "board_missed"
           : board == board_CLOCKS        ? "board_clock"
           : board == board_INQUIRIES     ? "board_inquiry"
           : board == board_CALLBACKS     ? "board_callback"
           : board == board_RESUBMISSIONS ? "board_resubmission"
                                          : "board_call";
}

bool screen_sees(const struct screen *screen, const struct told_fact *fact)
{
    struct scope client = { SCOPE_CLIENT, screen->client }, team = { SCOPE_TEAM, screen->team };

    return mirror_is(fact, screen_kind(screen->board)) &&
           fact_visible(fact, &screen->principal.scope) &&
           (id_is_zero(screen->client) || fact_visible(fact, &client)) &&
           (id_is_zero(screen->team) || fact_visible(fact, &team));
}

void screen_forget(struct screen *screen)
{
    screen->count = 0;
    screen->complete = false;
}

static struct shown_row *find(struct screen *screen, struct id id)
{
    for (size_t i = 0; i < screen->count; i++)
        if (id_equal(screen->rows[i].id, id))
            return &screen->rows[i];
    return NULL;
}

static void show(struct screen *screen, struct id id, size_t seq)
{
    struct shown_row *row = find(screen, id);

    if (!row && screen->count == screen->room) {
        screen->room = screen->room ? 2 * screen->room : 16;
        screen->rows = realloc(screen->rows, screen->room * sizeof *screen->rows);
        if (!screen->rows)
            abort();
    }
    if (!row)
        row = &screen->rows[screen->count++];
    *row = (struct shown_row){ id, seq };
}

// What must be shown when everything up to `seq` is known.
static bool is_present(const struct screen *screen, size_t seq, size_t until)
{
    const struct told_fact *fact = mirror_at(board(screen), seq);

    return !fact->deleted && (fact->after == 0 || fact->after > until) && screen_sees(screen, fact);
}

static bool shows_all(struct screen *screen, size_t until)
{
    size_t present = 0;

    for (size_t seq = 1; seq <= until; seq++) {
        struct shown_row *row;

        if (!is_present(screen, seq, until))
            continue;
        row = find(screen, mirror_at(board(screen), seq)->entity);
        if (!row || row->seq != seq)
            return false;
        present++;
    }
    return present == screen->count;
}

// The fact with the version of a row of a board; NULL: there is none, or it cannot be read.
static const struct told_fact *fact_of(struct sim *sim, const struct stream_event *event)
{
    const char *kind = screen_kind(event->board);
    const struct record *record = proto_fact("notifier", kind)->record();
    void *row = arena_alloc(sim->arena, record->size);
    int64_t version;
    struct err err = { 0 };

    if (!row)
        abort();
    if (!decode(record, event->row, DECODE_LENIENT, sim->arena, row, &err))
        return NULL;
    memcpy(&version, (const char *)row + record_field(record, "version")->offset, sizeof version);
    return mirror_version(&sim->mirrors[MIRROR_NOTIFIER], kind, event->id, version);
}

// The fact behind a row of a snapshot; its version names it.
static size_t fact_of_row(struct screen *screen, const struct stream_event *event)
{
    const struct told_fact *fact = fact_of(screen->sim, event);

    if (event->board != screen->board)
        complain(screen, "a row of another board", event);
    if (!fact || fact->deleted || !bytes_same(fact->row, event->row)) {
        complain(screen, "a row that was never on the board", event);
        return 0;
    }
    return (size_t)(fact - board(screen)->facts) + 1;
}

static void take_row(struct screen *screen, const struct stream_event *event)
{
    size_t seq = fact_of_row(screen, event);

    if (!seq)
        return;
    if (!screen->snapshot)
        complain(screen, "a row outside a snapshot", event);
    else if (find(screen, event->id))
        complain(screen, "a row twice in a snapshot", event);
    else if (!screen_sees(screen, mirror_at(board(screen), seq)))
        complain(screen, "a row that is none of its business", event);
    show(screen, event->id, seq);
}

static void take_change(struct screen *screen, const struct stream_event *event)
{
    const struct told_fact *fact = mirror_at(board(screen), (size_t)event->seq);
    size_t next = (size_t)screen->seq + 1;
    struct shown_row *row;

    if (screen->snapshot || !screen->complete || !fact) {
        complain(screen, "a change out of place", event);
        return;
    }
    while (next <= board(screen)->count && !screen_sees(screen, mirror_at(board(screen), next)))
        next++;
    if (next < (size_t)event->seq)
        complain(screen, "a change was left out", event);
    else if (next > (size_t)event->seq)
        complain(screen, "a change came twice, or is none of its business", event);
    else if (!id_equal(fact->entity, event->id) ||
             fact->deleted != (event->has_deleted && event->deleted) ||
             (!fact->deleted && !bytes_same(fact->row, event->row)))
        complain(screen, "a change is not what the log says", event);
    if (!fact->deleted) {
        show(screen, event->id, (size_t)event->seq);
        return;
    }
    row = find(screen, event->id);
    if (row)
        *row = screen->rows[--screen->count];
}

static void take_end(struct screen *screen, const struct stream_event *event)
{
    if (!screen->snapshot || event->seq > (int64_t)board(screen)->count)
        complain(screen, "a snapshot's end out of place", event);
    else if (!shows_all(screen, (size_t)event->seq))
        complain(screen, "a snapshot that is not the board", event);
    screen->snapshot = false;
    screen->complete = true;
}

static void take_begin(struct screen *screen, const struct stream_event *event)
{
    if (screen->snapshot)
        complain(screen, "a snapshot within a snapshot", event);
    else if (screen->resumes && screen->seq > 0)
        complain(screen, "a snapshot instead of going on", event);
    else if (screen->bogus)
        complain(screen, "a snapshot without saying that the place is unknown", event);
    screen_forget(screen);
    screen->snapshot = true;
}

static void take_reset(struct screen *screen, const struct stream_event *event)
{
    // When a file is locked whatever was shown before is not told again.
    if (!screen->bogus && !file_was_locked(screen->sim))
        complain(screen, "a reset though the place is good", event);
    screen->bogus = screen->resumes = screen->snapshot = false;
    screen_forget(screen);
}

void screen_shows(struct screen *screen, const struct stream_event *event)
{
    struct sim *sim = screen->sim;

    sim_say(sim, "%s: stream %lld, message %lld, kind %d, seq %lld", screen->principal.name,
            (long long)event->stream, (long long)event->nth, (int)event->kind,
            (long long)event->seq);
    if ((uint64_t)event->epoch != board(screen)->epoch)
        complain(screen, "another epoch", event);
    if (event->kind != stream_kind_CLOSED && event->nth > screen->credit)
        complain(screen, "more than there is credit for", event);
    switch (event->kind) {
    case stream_kind_SNAPSHOT_BEGIN: take_begin(screen, event); break;
    case stream_kind_ROW: take_row(screen, event); break;
    case stream_kind_SNAPSHOT_END: take_end(screen, event); break;
    case stream_kind_CHANGE: take_change(screen, event); break;
    case stream_kind_RESET: take_reset(screen, event); break;
    case stream_kind_CLOSED:
        // Its place is that of the message before, or of the order.
        if (event->nth > 1 && event->seq != screen->seq)
            complain(screen, "closed at another place", event);
        screen_down(screen, (int64_t)sim_below(sim, sim->calm ? SECONDS(1) : SECONDS(5)));
        return;
    default: complain(screen, "a message of unknown kind", event); return;
    }
    screen->placed = true;
    screen->epoch = event->epoch;
    screen->seq = event->seq;
}

// --- at sending
void screen_sent(struct sim *sim, const struct mail *mail)
{
    const struct principal *principal = mail->caller ? &mail->caller->principal : NULL;
    const struct told_fact *fact;
    struct stream_event event;
    struct err err = { 0 };

    if (!principal || sim->failed)
        return;
    arena_reset(sim->arena);
    if (!decode(stream_event_record(), mail->body, DECODE_LENIENT, sim->arena, &event, &err)) {
        sim_fail(sim, "a stream's message cannot be read: %s", err.english);
        return;
    }
    if (event.kind == stream_kind_CLOSED)
        return;
    if (principal->revoked || !(principal->roles & method_stream_open.right->roles))
        sim_fail(sim, "%s is sent something and has no right to watch", principal->name);
    fact = mirror_at(&sim->mirrors[MIRROR_NOTIFIER], (size_t)event.seq);
    if (event.kind == stream_kind_ROW)
        fact = fact_of(sim, &event);
    else if (event.kind != stream_kind_CHANGE)
        return;
    if (!fact || !fact_visible(fact, &principal->scope))
        sim_fail(sim, "%s is sent a row that is none of its business", principal->name);
    else if (!fact->deleted && !file_free(sim, fact_file(sim, fact)))
        sim_fail(sim, "%s is sent a %s of a locked file", principal->name, fact->kind->name);
}

// --- at rest
bool screens_current(struct sim *sim)
{
    for (size_t i = 0; i < SIM_SCREENS; i++) {
        const struct screen *screen = &sim->screens[i];

        if (screen->state != SCREEN_OPEN || !screen->complete || screen->snapshot)
            return false;
        for (size_t seq = (size_t)screen->seq + 1; seq <= board(screen)->count; seq++)
            if (screen_sees(screen, mirror_at(board(screen), seq)))
                return false;
    }
    return true;
}

void screens_check(struct sim *sim)
{
    for (size_t i = 0; i < SIM_SCREENS && !sim->failed; i++)
        if (!shows_all(&sim->screens[i], board(&sim->screens[i])->count))
            sim_fail(sim, "%s does not show the board", sim->screens[i].principal.name);
}

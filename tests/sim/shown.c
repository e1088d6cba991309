// SPDX-License-Identifier: Apache-2.0
// What timekeeping shows at rest: everybody all that is theirs and nothing else, and contacts as
// they are now, wherever they went and came back from.
#include <string.h>

#include "tests/sim/due.h"

#define PAGE_ROWS 40

struct shown {
    struct sim *sim;
    const char *reader;
    struct scope scope;
    const char *kind;
    size_t rows;
    enum pending state; // of callbacks and resubmissions: which of them
};

static const struct mirror *timekeeping(const struct sim *sim)
{
    return &sim->mirrors[MIRROR_TIMEKEEPING];
}

static const struct told_fact *last(const struct shown *shown, struct id id)
{
    const struct mirror *mirror = timekeeping(shown->sim);

    return mirror_at(mirror, mirror_last(mirror, shown->kind, id));
}

// One row of a page.
static void check_row(struct shown *shown, struct id id, int64_t version)
{
    const struct told_fact *fact = last(shown, id);

    shown->rows++;
    if (!fact || fact->deleted || fact->version != version)
        sim_fail(shown->sim, "the list of each %s shows version %lld of %s, not the last",
                 shown->kind, (long long)version, id_text(id).text);
    else if (!fact_visible(fact, &shown->scope))
        sim_fail(shown->sim, "the list of each %s shows %s outside the scope", shown->kind,
                 id_text(id).text);
    else if (file_shut(shown->sim, fact_file(shown->sim, fact), shown->reader, NULL))
        sim_fail(shown->sim, "the list of each %s shows %s of a locked file to %s", shown->kind,
                 id_text(id).text, shown->reader);
}

// Whom the row names, when it was `stored` so; name NULL: it may be called otherwise.
static void check_name(struct shown *shown, struct id id, struct id stored, struct id contact,
                       const char *name)
{
    const struct contact *now = merge_now(shown->sim, stored);

    if (shown->scope.kind != SCOPE_HOUSE || id_is_zero(stored) || !now)
        return;
    if (!id_equal(contact, now->id))
        sim_fail(shown->sim, "%s %s shows contact %s, who is %s", shown->kind, id_text(id).text,
                 id_text(contact).text, id_text(now->id).text);
    else if (name && strcmp(name, now->name) != 0)
        sim_fail(shown->sim, "%s %s shows \"%s\", who is \"%s\"", shown->kind, id_text(id).text,
                 name, now->name);
}

static struct client *caller(const struct shown *shown)
{
    return &shown->sim->services[MIRROR_TIMEKEEPING]->client;
}

static bool clocks_page(struct shown *shown, struct id *after)
{
    struct clock_query in = { .has_limit = true, .limit = PAGE_ROWS, .after = *after };
    struct clock_page out;

    if (call_clock_list(caller(shown), &in, &out) != CALL_DONE) {
        sim_fail(shown->sim, "clock_list: %s", caller(shown)->refused.english);
        return false;
    }
    for (size_t i = 0; i < out.clocks_count; i++) {
        const struct clock *row = &out.clocks[i];

        check_row(shown, row->id, row->version);
        if (!shown->sim->failed)
            check_name(shown, row->id,
                       ((const struct clock *)fact_row(shown->sim, last(shown, row->id)))->contact,
                       row->contact, row->contact_name);
        *after = row->id;
    }
    return out.more;
}

static bool entries_page(struct shown *shown, struct id *after)
{
    struct entry_query in = { .has_limit = true, .limit = PAGE_ROWS, .after = *after };
    struct entry_page out;

    if (call_entry_list(caller(shown), &in, &out) != CALL_DONE) {
        sim_fail(shown->sim, "entry_list: %s", caller(shown)->refused.english);
        return false;
    }
    for (size_t i = 0; i < out.entries_count; i++) {
        const struct entry *row = &out.entries[i];

        check_row(shown, row->id, row->version);
        if (!shown->sim->failed)
            check_name(shown, row->id,
                       ((const struct entry *)fact_row(shown->sim, last(shown, row->id)))->contact,
                       row->contact, NULL); // as they were called when it was booked
        *after = row->id;
    }
    return out.more;
}

static bool inquiries_page(struct shown *shown, struct id *after)
{
    struct inquiry_query in = { .has_limit = true, .limit = PAGE_ROWS, .after = *after };
    struct inquiry_page out;

    in.sort = inquiry_order_NEWEST;
    if (call_inquiry_list(caller(shown), &in, &out) != CALL_DONE) {
        sim_fail(shown->sim, "inquiry_list: %s", caller(shown)->refused.english);
        return false;
    }
    for (size_t i = 0; i < out.inquiries_count; i++) {
        const struct inquiry *row = out.inquiries[i].inquiry;

        check_row(shown, row->id, row->version);
        if (!shown->sim->failed)
            check_name(
                shown, row->id,
                ((const struct inquiry *)fact_row(shown->sim, last(shown, row->id)))->contact,
                row->contact, NULL);
        *after = row->id;
    }
    return out.more;
}

static bool measures_page(struct shown *shown, struct id *after)
{
    struct measure_query in = { .has_limit = true, .limit = PAGE_ROWS, .after = *after };
    struct measure_page out;

    if (call_measure_list(caller(shown), &in, &out) != CALL_DONE) {
        sim_fail(shown->sim, "measure_list: %s", caller(shown)->refused.english);
        return false;
    }
    for (size_t i = 0; i < out.measures_count; i++) {
        check_row(shown, out.measures[i].measure->id, out.measures[i].measure->version);
        *after = out.measures[i].measure->id;
    }
    return out.more;
}

static bool callbacks_page(struct shown *shown, struct id *after)
{
    struct callback_query in = { .has_limit = true, .limit = PAGE_ROWS, .after = *after };
    struct callback_page out;

    in.state = shown->state;
    if (call_callback_list(caller(shown), &in, &out) != CALL_DONE) {
        sim_fail(shown->sim, "callback_list: %s", caller(shown)->refused.english);
        return false;
    }
    for (size_t i = 0; i < out.callbacks_count; i++) {
        check_row(shown, out.callbacks[i].id, out.callbacks[i].version);
        *after = out.callbacks[i].id;
    }
    return out.more;
}

static bool resubmissions_page(struct shown *shown, struct id *after)
{
    struct callback_query in = { .has_limit = true, .limit = PAGE_ROWS, .after = *after };
    struct resubmission_page out;

    in.state = shown->state;
    if (call_resubmission_list(caller(shown), &in, &out) != CALL_DONE) {
        sim_fail(shown->sim, "resubmission_list: %s", caller(shown)->refused.english);
        return false;
    }
    for (size_t i = 0; i < out.resubmissions_count; i++) {
        check_row(shown, out.resubmissions[i].id, out.resubmissions[i].version);
        *after = out.resubmissions[i].id;
    }
    return out.more;
}

static bool is_listed(const struct shown *shown, const struct told_fact *fact)
{
    const void *row = fact_row(shown->sim, fact);

    if (mirror_is(fact, "callback"))
        return callback_settled(row) == (shown->state == pending_SETTLED);
    if (mirror_is(fact, "resubmission"))
        return (((const struct resubmission *)row)->state == resubmission_state_DONE) ==
               (shown->state == pending_SETTLED);
    return !mirror_is(fact, "entry") || ((const struct entry *)row)->state != entry_state_DELETED;
}

// Rows of this kind that are to be shown.
static size_t wanted(const struct shown *shown)
{
    const struct mirror *mirror = timekeeping(shown->sim);
    size_t rows = 0;

    for (size_t seq = 1; seq <= mirror->count; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);

        if (fact->after || fact->deleted || !mirror_is(fact, shown->kind) ||
            !fact_visible(fact, &shown->scope) ||
            file_shut(shown->sim, fact_file(shown->sim, fact), shown->reader, NULL))
            continue;
        rows += is_listed(shown, fact);
    }
    return rows;
}

static void check_list(struct shown *shown, bool (*page)(struct shown *shown, struct id *after))
{
    struct id after = { { 0 } };
    bool more = true;

    while (more && !shown->sim->failed) {
        more = page(shown, &after);
        fixture_reset(shown->sim->services[MIRROR_TIMEKEEPING]);
        arena_reset(shown->sim->arena);
    }
    if (!shown->sim->failed && shown->rows != wanted(shown))
        sim_fail(shown->sim, "%zu rows of kind %s are shown, not %zu", shown->rows, shown->kind,
                 wanted(shown));
}

static const struct {
    const char *kind;
    bool (*page)(struct shown *shown, struct id *after);
    enum pending state;
} lists[] = {
    { "clock", clocks_page, pending_ABSENT },
    { "entry", entries_page, pending_ABSENT },
    { "inquiry", inquiries_page, pending_ABSENT },
    { "measure", measures_page, pending_ABSENT },
    { "callback", callbacks_page, pending_PENDING },
    { "callback", callbacks_page, pending_SETTLED },
    { "resubmission", resubmissions_page, pending_PENDING },
    { "resubmission", resubmissions_page, pending_SETTLED },
};

void shown_check(struct sim *sim)
{
    const struct id_text clerk = id_text(sim->staff);
    const struct {
        uint32_t roles;
        struct scope scope;
        const char *name;
    } readers[] = {
        { ROLE_BIT(ADMIN), scope_house, "pruefer" },
        { ROLE_BIT(CLIENT), { SCOPE_CLIENT, sim->clients[0] }, "pruefer" },
        { ROLE_BIT(LEADER), { SCOPE_TEAM, sim->team }, "pruefer" },
        { ROLE_BIT(AGENT), { SCOPE_OWN, sim->staff }, "pruefer" },
        { ROLE_BIT(AGENT), { SCOPE_OWN, sim->staff }, clerk.text },
        { ROLE_BIT(AGENT), scope_house, clerk.text },
    };

    for (size_t i = 0; i < COUNT_OF(readers) && !sim->failed; i++) {
        arena_reset(sim->arena);
        fixture_as(sim->services[MIRROR_TIMEKEEPING], readers[i].roles, readers[i].scope,
                   readers[i].name);
        for (size_t k = 0; k < COUNT_OF(lists) && !sim->failed; k++) {
            struct shown shown = { sim, readers[i].name, readers[i].scope, lists[k].kind,
                                   0,   lists[k].state };

            check_list(&shown, lists[k].page);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What timekeeping shows at rest: everybody all that is theirs and nothing else, and contacts as
// they are now, wherever they went and came back from.
#include <string.h>

#include "tests/sim/work.h"

#define PAGE_ROWS 40

struct shown {
    struct sim *sim;
    struct scope scope;
    const char *kind;
    size_t rows;
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

// Rows of this kind that are to be shown.
static size_t wanted(const struct shown *shown)
{
    const struct mirror *mirror = timekeeping(shown->sim);
    size_t rows = 0;

    for (size_t seq = 1; seq <= mirror->count; seq++) {
        const struct told_fact *fact = mirror_at(mirror, seq);

        if (fact->after || fact->deleted || !mirror_is(fact, shown->kind) ||
            !fact_visible(fact, &shown->scope))
            continue;
        rows += !mirror_is(fact, "entry") ||
                ((const struct entry *)fact_row(shown->sim, fact))->state != entry_state_DELETED;
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

void shown_check(struct sim *sim)
{
    const struct {
        uint32_t roles;
        struct scope scope;
    } readers[] = {
        { ROLE_BIT(ADMIN), scope_house },
        { ROLE_BIT(CLIENT), { SCOPE_CLIENT, sim->clients[0] } },
        { ROLE_BIT(LEADER), { SCOPE_TEAM, sim->team } },
        { ROLE_BIT(AGENT), { SCOPE_OWN, sim->staff } },
    };

    for (size_t i = 0; i < COUNT_OF(readers) && !sim->failed; i++) {
        struct shown clocks = { sim, readers[i].scope, "clock", 0 };
        struct shown entries = { sim, readers[i].scope, "entry", 0 };
        struct shown inquiries = { sim, readers[i].scope, "inquiry", 0 };
        struct shown measures = { sim, readers[i].scope, "measure", 0 };

        arena_reset(sim->arena);
        fixture_as(sim->services[MIRROR_TIMEKEEPING], readers[i].roles, readers[i].scope,
                   "pruefer");
        check_list(&clocks, clocks_page);
        check_list(&entries, entries_page);
        check_list(&inquiries, inquiries_page);
        check_list(&measures, measures_page);
    }
}

// SPDX-License-Identifier: Apache-2.0
// Applies followed facts: a call moves its own row, a changed person every row that shows them.
#include "services/notifier/follow.h"

#include <string.h>

#include "services/notifier/board_missed.h"
#include "services/notifier/desk.h"
#include "services/notifier/mails.h"
#include "services/notifier/rows.h"
#include "services/notifier/rows_file.h"

// Of one member of staff: those given up and those held now.
#define PHONES_MAX 20

// Of a tombstone only the entity counts: one that a resync found has no row.
static bool is_tombstone(const struct fact *fact)
{
    return fact->has_deleted && fact->deleted;
}

static bool call_told(struct request *rq, const struct fact *fact, const void *row)
{
    if (!is_tombstone(fact))
        return rows_place(rq, row);
    rows_remove(rq, fact->entity);
    return true;
}

// The rows that show one of these contacts, also under the ids of those that were merged into it.
static bool show_again(struct request *rq, const struct id *contacts, size_t contact_count)
{
    struct rows_by by[2 * ALIASES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < contact_count; i++) {
        struct id ids[ALIASES_MAX] = { contacts[i] };
        size_t aliases = rows_aliases(rq, ids, ALIASES_MAX);

        for (size_t k = 0; k < aliases && count < COUNT_OF(by); k++)
            by[count++] = (struct rows_by){ BOARD_BY_CONTACT, ids[k], NULL };
    }
    return rows_again(rq, by, count);
}

static bool renamed(const char *before, const char *now)
{
    return !before != !now || (before && strcmp(before, now) != 0);
}

static bool stands_for_others(struct request *rq, struct id contact)
{
    struct contact_merged merged;
    struct walk_options options = { .index = &shown_merged_by_to,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(contact) };
    struct walk *walk = walk_open(rq->txn, &shown_merged_table, &options, rq->arena);
    bool found = walk_next(walk, &merged);

    walk_close(walk);
    return found;
}

static bool contact_told(struct request *rq, const struct fact *fact, const void *row)
{
    const struct contact *told = is_tombstone(fact) ? NULL : row;
    struct key key = key_of_id(fact->entity);
    struct contact before;
    bool was = table_get(rq->txn, &shown_contact_table, &scope_house, &key, rq->arena, &before);

    if (!told) {
        table_del(rq->txn, &shown_contact_table, &key);
    } else {
        struct contact kept = contact_kept(told);

        if (!table_put(rq->txn, &shown_contact_table, &kept, &rq->err))
            return false;
    }
    // Work of those merged into it is shown by its name.
    if (renamed(was ? before.name : NULL, told ? told->name : NULL) &&
        stands_for_others(rq, fact->entity) && !desk_all_again(rq))
        return false;
    return show_again(rq, &fact->entity, 1);
}

// Both change: whoever stays takes part in the files of whoever goes, or no longer does.
static bool merged_told(struct request *rq, const struct fact *fact, const void *row)
{
    const struct contact_merged *told = row;
    struct key key = key_of_id(fact->entity);
    struct contact_merged before = { .id = fact->entity };
    bool was = table_get(rq->txn, &shown_merged_table, &scope_house, &key, rq->arena, &before);
    struct id both[] = { fact->entity, is_tombstone(fact) ? before.to : told->to };

    if (is_tombstone(fact) || (told->has_undone && told->undone)) {
        table_del(rq->txn, &shown_merged_table, &key);
    } else {
        struct contact_merged kept = *told;

        kept.conflicts_count = 0;
        if (!table_put(rq->txn, &shown_merged_table, &kept, &rq->err))
            return false;
    }
    (void)rows_contact(rq, &both[1]);
    return desk_all_again(rq) && show_again(rq, both, is_tombstone(fact) && !was ? 1 : 2);
}

static bool client_told(struct request *rq, const struct fact *fact, const void *row)
{
    struct key key = key_of_id(fact->entity);
    struct client_row before;
    bool was = table_get(rq->txn, &shown_client_table, &scope_house, &key, rq->arena, &before);
    const struct client_row *told = is_tombstone(fact) ? NULL : row;

    if (is_tombstone(fact)) {
        table_del(rq->txn, &shown_client_table, &key);
    } else {
        struct client_row kept = client_kept(row);

        if (!table_put(rq->txn, &shown_client_table, &kept, &rq->err))
            return false;
    }
    if (renamed(was ? before.name : NULL, told ? told->name : NULL) && !desk_all_again(rq))
        return false;
    return rows_again(rq, &(struct rows_by){ BOARD_BY_CLIENT, fact->entity, NULL }, 1);
}

static size_t phones_add(const struct staff *staff, struct rows_by *by, size_t count)
{
    for (size_t i = 0; i < staff->extensions_count && count < PHONES_MAX; i++)
        by[count++] = (struct rows_by){ .index = BOARD_BY_PHONE, .phone = staff->extensions[i] };
    return count;
}

// The calls at phones that somebody gave up show somebody else now, or nobody; callers' files name
// whoever is responsible.
static bool staff_told(struct request *rq, const struct fact *fact, const void *row)
{
    const struct staff *told = row;
    struct key key = key_of_id(fact->entity);
    struct rows_by by[PHONES_MAX + 1];
    struct staff before;
    size_t count = 0;
    bool was = table_get(rq->txn, &shown_staff_table, &scope_house, &key, rq->arena, &before);
    bool here = !is_tombstone(fact) && !(told->has_left && told->left);

    if (here) {
        struct staff kept = staff_kept(told);

        if (!table_put(rq->txn, &shown_staff_table, &kept, &rq->err))
            return false;
    } else {
        table_del(rq->txn, &shown_staff_table, &key);
    }
    if (was)
        count = phones_add(&before, by, count);
    if (here)
        count = phones_add(told, by, count);
    by[count++] = (struct rows_by){ BOARD_BY_RESPONSIBLE, fact->entity, NULL };
    if (renamed(was ? before.name : NULL, here ? told->name : NULL) && !desk_all_again(rq))
        return false;
    return rows_again(rq, by, count);
}

static bool team_told(struct request *rq, const struct fact *fact, const void *row)
{
    const struct team *told = is_tombstone(fact) ? NULL : row;
    struct key key = key_of_id(fact->entity);
    struct team before;
    bool was = table_get(rq->txn, &shown_team_table, &scope_house, &key, rq->arena, &before);

    if (!told)
        table_del(rq->txn, &shown_team_table, &key);
    else if (!table_put(rq->txn, &shown_team_table, told, &rq->err))
        return false;
    return !renamed(was ? before.name : NULL, told ? told->name : NULL) || desk_all_again(rq);
}

static bool agent_told(struct request *rq, const struct fact *fact, const void *row)
{
    return rows_agent(rq, fact->entity, is_tombstone(fact) ? NULL : row);
}

static bool file_told(struct request *rq, const struct fact *fact, const void *row)
{
    const struct file *told = is_tombstone(fact) ? NULL : row;

    return rows_file(rq, fact->entity, told) && desk_file(rq, fact->entity, told);
}

const struct follow notifier_follows[NOTIFIER_FOLLOWS] = {
    { "telephony", "call", FOLLOW_PARK_KEY, call_told },
    { "telephony", "agent", FOLLOW_PARK_KEY, agent_told },
    { "contacts", "contact", FOLLOW_PARK_KEY, contact_told },
    { "contacts", "contact_merged", FOLLOW_PARK_KEY, merged_told },
    { "contacts", "client", FOLLOW_PARK_KEY, client_told },
    { "contacts", "staff", FOLLOW_PARK_KEY, staff_told },
    { "contacts", "team", FOLLOW_PARK_KEY, team_told },
    { "contacts", "file", FOLLOW_PARK_KEY, file_told },
    { "telephony", "call_note", FOLLOW_PARK_KEY, mails_take_note },
    { "telephony", "missed", FOLLOW_PARK_KEY, board_missed_take },
    { "timekeeping", "clock", FOLLOW_PARK_KEY, desk_clock_take },
    { "timekeeping", "inquiry", FOLLOW_PARK_KEY, desk_inquiry_take },
    { "timekeeping", "callback", FOLLOW_PARK_KEY, desk_callback_take },
    { "timekeeping", "resubmission", FOLLOW_PARK_KEY, desk_resubmission_take },
    { "timekeeping", "stand_in", FOLLOW_PARK_KEY, desk_stand_in_take },
    { "timekeeping", "inquiry_mail", FOLLOW_PARK_KEY, mails_take_answer },
};

// SPDX-License-Identifier: Apache-2.0
// Each deletion writes up to seven rows, each end of a grace period many; a step writes 500.
#include "services/contacts/purge_work.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/step/rows.h"
#include "services/contacts/house.h"
#include "services/contacts/identity.h"
#include "services/contacts/merges.h"
#include "services/contacts/needed.h"
#include "services/contacts/purge_notice.h"
#include "services/contacts/store.h"
#include "services/contacts/store_people.h"

#define SERVICE_FILE "proto/contacts.def"
#include "proto/handlers.inc"

#define ANNOUNCED_MAX 60
#define DELETED_MAX   20
#define ENDED_MAX     20
#define TOLD_MAX      100 // told messages that go with those whose grace has ended
#define AGAIN_US      DAYS(1)

const struct purge_rules *purge_rules_of(struct request *rq)
{
    const struct contacts_house *house = contacts_house(rq);
    struct zone *zone = arena_alloc(rq->arena, sizeof *zone);
    struct purge_rules *rules = arena_alloc(rq->arena, sizeof *rules);
    if (!zone || !rules)
        return NULL;
    (void)!zone_load(house->zone, zone);
    *rules = (struct purge_rules){
        .idle_days = house->idle_days,
        .announce_days = house->announce_days,
        .grace_days = house->grace_days,
        .zone = zone,
    };
    return rules;
}

static bool find(struct request *rq, const struct table *table, struct id id, void *row)
{
    struct key key = key_of_id(id);
    return table_get(rq->txn, table, &scope_house, &key, rq->arena, row);
}

static void remove_row(struct request *rq, const struct table *table, struct id id)
{
    struct key key = key_of_id(id);
    (void)table_del(rq->txn, table, &key);
}

// Up to `most` rows of an index of times, until now.
static size_t due_rows(struct request *rq, const struct table *table, const struct index *index,
                       size_t most, void *rows, int64_t (*due_at)(const void *row))
{
    struct walk_options options = { .index = index, .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, table, &options, rq->arena);
    size_t count = 0, size = table->record()->size;
    while (count < most && walk_next(walk, (uint8_t *)rows + count * size) &&
           due_at((uint8_t *)rows + count * size) <= rq->now_us)
        count++;
    walk_close(walk);
    return count;
}

// --- deleting
static bool keep_for_undo(struct request *rq, const struct purge_entry *entry,
                          const struct contact *contact)
{
    const struct purge_kept kept = {
        .id = entry->id,
        .client = entry->client,
        .undo_until = entry->undo_until,
        .contact = contact,
    };
    return table_put(rq->txn, &purge_kept_table, &kept, &rq->err);
}

static bool delete_contact(struct request *rq, const struct purge_rules *rules,
                           const struct purge_notice *notice, struct contact *contact)
{
    const struct purge_entry entry = {
        .id = new_id(rq),
        .version = 1,
        .contact = contact->id,
        .client = contact->client,
        .last_edit_at = contact->edited_at,
        .idle_days = rules->idle_days,
        .announced_at = notice->announced_at,
        .deleted_at = rq->now_us,
        .undo_until = purge_days_on(rules, rq->now_us, rules->grace_days),
    };
    contact->version++;
    remove_row(rq, &contact_table, contact->id);
    emit_contact(rq, contact, true);
    if (!purge_withdraw(rq, contact->id) || !keep_for_undo(rq, &entry, contact) ||
        !table_put(rq->txn, &purge_log_table, &entry, &rq->err))
        return false;
    emit_purged(rq, &entry, false);
    return true;
}

// The rule has become milder since the announcement: it is announced for the later day.
static bool put_off(struct request *rq, const struct purge_rules *rules,
                    struct purge_notice *notice)
{
    notice->version++;
    notice->delete_at = purge_delete_at(rules, notice->last_edit_at);
    if (!table_put(rq->txn, &purge_notice_table, notice, &rq->err))
        return false;
    emit_purge_notice(rq, notice, false);
    return true;
}

static bool treat(struct request *rq, const struct purge_rules *rules, struct purge_notice *notice)
{
    struct contact contact;
    bool there = find(rq, &contact_table, notice->id, &contact);
    there = there && !contact_is_needed(rq, contact.id);
    switch (purge_judge(rules, notice, there ? &contact : NULL, rq->now_us)) {
    case PURGE_GO: return delete_contact(rq, rules, notice, &contact);
    case PURGE_WAIT: return put_off(rq, rules, notice);
    default: return purge_withdraw(rq, notice->id);
    }
}

static int64_t notice_due_at(const void *row)
{
    return ((const struct purge_notice *)row)->delete_at;
}

static bool delete_due(struct request *rq, const struct purge_rules *rules)
{
    struct purge_notice *notices = arena_array(rq->arena, DELETED_MAX + 1, sizeof *notices);
    if (!notices)
        return false;
    size_t count =
        due_rows(rq, &purge_notice_table, purge_notice_due, DELETED_MAX, notices, notice_due_at);
    for (size_t i = 0; i < count; i++) {
        if (!treat(rq, rules, &notices[i]))
            return false;
    }
    return count == DELETED_MAX;
}

// --- announcing
static struct purge_mark mark_of(struct request *rq)
{
    struct purge_mark mark;
    struct id id = id_of_name("purge", "mark");
    bool known = find(rq, &purge_mark_table, id, &mark);
    // Once a day all are looked at again, and when the clock was set back by more.
    if (known && mark.again_at > rq->now_us && mark.again_at <= rq->now_us + AGAIN_US)
        return mark;
    return (struct purge_mark){ .id = id, .again_at = rq->now_us + AGAIN_US };
}

static bool announce(struct request *rq, const struct purge_rules *rules,
                     const struct contact *contact)
{
    struct purge_notice before, notice = purge_notice_make(rules, contact, rq->now_us);
    bool known = find(rq, &purge_notice_table, contact->id, &before);
    if (contact_is_needed(rq, contact->id))
        return purge_withdraw(rq, contact->id);
    if (known && purge_judge(rules, &before, contact, rq->now_us) != PURGE_VOID)
        return true;
    notice.version = known ? before.version + 1 : row_first_version(rq);
    if (!table_put(rq->txn, &purge_notice_table, &notice, &rq->err))
        return false;
    emit_purge_notice(rq, &notice, false);
    return true;
}

// Callers behind the mark that are to be announced now.
static size_t idle_callers(struct request *rq, const struct purge_rules *rules,
                           const struct purge_mark *mark, struct contact *callers)
{
    struct walk_options options = {
        .index = &contact_indexes[CONTACT_BY_IDLE],
        .scope = &scope_house,
        .after_row = mark->contact,
    };
    if (!id_is_zero(mark->contact))
        options.after = time_key(mark->edited_at);
    struct walk *walk = walk_open(rq->txn, &contact_table, &options, rq->arena);
    size_t count = 0;
    while (count < ANNOUNCED_MAX && walk_next(walk, &callers[count]) &&
           purge_announce_at(rules, callers[count].edited_at) <= rq->now_us)
        count++;
    walk_close(walk);
    return count;
}

static bool announce_due(struct request *rq, const struct purge_rules *rules)
{
    struct contact *callers = arena_array(rq->arena, ANNOUNCED_MAX + 1, sizeof *callers);
    struct purge_mark mark = mark_of(rq), before;
    if (!callers)
        return false;
    size_t count = idle_callers(rq, rules, &mark, callers);
    for (size_t i = 0; i < count; i++) {
        if (!announce(rq, rules, &callers[i]))
            return false;
    }
    if (count > 0) {
        mark.edited_at = callers[count - 1].edited_at;
        mark.contact = callers[count - 1].id;
    }
    bool same = find(rq, &purge_mark_table, mark.id, &before) && before.again_at == mark.again_at &&
                id_equal(before.contact, mark.contact);
    if (!same && !table_put(rq->txn, &purge_mark_table, &mark, &rq->err))
        return false;
    return count == ANNOUNCED_MAX;
}

// --- the end of the grace period
// What was told under this id. False while there is more.
static bool forget_told_as(struct request *rq, struct id id, struct message_told *told,
                           size_t *budget)
{
    struct walk_options options = { .index = told_by_contact,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(id) };
    size_t count = 0;
    struct walk *walk = walk_open(rq->txn, &told_table, &options, rq->arena);
    while (count < *budget && walk_next(walk, &told[count]))
        count++;
    walk_close(walk);
    for (size_t i = 0; i < count; i++) {
        remove_row(rq, &told_table, told[i].id);
        told[i].version++;
        emit_message_told(rq, &told[i], true);
    }
    *budget -= count;
    return *budget > 0;
}

// What a contact was told goes with it, whoever it was told as. False while there is more.
static bool forget_told(struct request *rq, struct id contact, size_t *budget)
{
    struct message_told *told = arena_array(rq->arena, TOLD_MAX + 1, sizeof *told);
    struct identity identity;
    if (!told || !identity_of(rq, contact, &identity))
        return false;
    for (size_t i = 0; i < identity.count; i++) {
        if (!forget_told_as(rq, identity.ids[i], told, budget))
            return false;
    }
    return true;
}

// Deleted by hand there is no grace; what is more than a step's share goes as if one had ended.
bool purge_forget(struct request *rq, const struct contact *contact)
{
    size_t budget = TOLD_MAX;
    if (forget_told(rq, contact->id, &budget)) {
        merges_forget(rq, contact->id);
        return true;
    }
    const struct purge_kept rest = {
        .id = new_id(rq), .client = contact->client, .contact = contact, .undo_until = rq->now_us
    };
    return table_put(rq->txn, &purge_kept_table, &rest, &rq->err);
}

static int64_t kept_due_at(const void *row)
{
    return ((const struct purge_kept *)row)->undo_until;
}

static bool end_grace(struct request *rq)
{
    struct purge_kept *kept = arena_array(rq->arena, ENDED_MAX + 1, sizeof *kept);
    size_t budget = TOLD_MAX;
    if (!kept)
        return false;
    size_t count = due_rows(rq, &purge_kept_table, purge_kept_due, ENDED_MAX, kept, kept_due_at);
    for (size_t i = 0; i < count; i++) {
        if (!forget_told(rq, kept[i].contact->id, &budget))
            return true;
        merges_forget(rq, kept[i].contact->id); // what merging kept of them goes with them
        remove_row(rq, &purge_kept_table, kept[i].id);
    }
    return count == ENDED_MAX;
}

bool purge_tick(struct request *rq)
{
    const struct purge_rules *rules = purge_rules_of(rq);
    if (!rules)
        return false;
    bool more = false;
    if (contacts_askable(rq)) { // otherwise the next time
        more = delete_due(rq, rules);
        more = announce_due(rq, rules) || more;
    }
    return end_grace(rq) || more;
}

// SPDX-License-Identifier: Apache-2.0
// Contacts that files and appointments name, under whatever id.
#include "services/contacts/needed.h"

#include "common/base/civil.h"
#include "common/step/rows.h"
#include "services/contacts/appointment.h"
#include "services/contacts/file.h"
#include "services/contacts/find_files.h"
#include "services/contacts/identity.h"
#include "services/contacts/store_file.h"
#include "services/contacts/store_people.h"

#define MEMORY  ((size_t)8 << 20)
#define LASTING DAYS(31) // what began before that is over
#define LOOKED  200

#define BEHIND_MAX 200 // a second's work at most for derived_step

static bool to_come(const struct appointment *appointment, int64_t now_us)
{
    int64_t end_us = appointment->has_ends_at ? appointment->ends_at : appointment->starts_at;
    return appointment_open(appointment) && end_us >= now_us;
}

static bool awaited(struct request *rq, struct id contact)
{
    int64_t from_us = rq->now_us > LASTING ? rq->now_us - LASTING : 0;
    struct walk_options options = { .index = appointment_by_contact,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(contact),
                                    .after = id_time_key(contact, from_us) };
    struct appointment appointment;
    bool found = false;
    size_t looked = 0;
    struct walk *walk = walk_open(rq->txn, &appointment_table, &options, rq->arena);
    while (!found && walk_next(walk, &appointment))
        found = to_come(&appointment, rq->now_us) || ++looked == LOOKED; // in doubt it is
    walk_close(walk);
    return found;
}

static bool is_needed(struct request *rq, struct id contact)
{
    struct identity identity;
    if (contact_is_party(rq, contact) || !identity_of(rq, contact, &identity))
        return true;
    for (size_t i = 0; i < identity.count; i++) {
        if (awaited(rq, identity.ids[i]))
            return true;
    }
    return false;
}

// Asked of many within one request: what it reads is forgotten at once.
bool contact_is_needed(struct request *rq, struct id contact)
{
    struct arena *arena = rq->arena;
    rq->arena = arena_new(MEMORY);
    bool needed = is_needed(rq, contact);
    arena_free(rq->arena);
    rq->arena = arena;
    return needed;
}

bool contacts_askable(struct request *rq)
{
    return derived_backlog(rq->txn, &file_table, BEHIND_MAX) < BEHIND_MAX;
}

bool contact_is_free(struct request *rq, struct id contact)
{
    struct seek *seek = files_of_contact(rq, contact, "open");
    struct file file, seen;
    enum seek_rank rank;
    bool any = !seek;
    while (seek && seek_next(seek, &file, &rank)) {
        any = true;
        if (row_find(rq, &file_table, file.id, &seen) && file_shows(&seen, rq->actor))
            return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CONTACT_PARTY, seen.number, NULL);
    }
    if (!any && !seek_cut(seek))
        return true;
    return fail(&rq->err, ERR_CONFLICT, "id", TEXT_CONTACT_NEEDED, NULL);
}

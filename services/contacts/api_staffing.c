// SPDX-License-Identifier: Apache-2.0
// Absences, presence, deputies. Whoever may see a member of staff may see their absences.
#include "common/step/listing.h"
#include "common/step/rows.h"
#include "proto/deputy.h"
#include "services/contacts/house.h"
#include "services/contacts/presence.h"
#include "services/contacts/staffing.h"
#include "services/contacts/store.h"
#include "services/contacts/store_people.h"

#define SERVICE_FILE "proto/contacts_staffing.def"
#include "proto/handlers.inc"

#define ABSENCES_MAX 200 // looked at for one question

static const struct staff *book_staff(void *context, struct id id)
{
    struct request *rq = context;
    struct staff *staff = arena_alloc(rq->arena, sizeof *staff);
    struct key key = key_of_id(id);
    bool found = staff && table_get(rq->txn, &staff_table, &scope_house, &key, rq->arena, staff);
    return found ? staff : NULL;
}

// Of those that end later than the moment.
static const struct absence *book_absence(void *context, struct id staff, int64_t at_us)
{
    struct request *rq = context;
    struct absence *kept = arena_alloc(rq->arena, sizeof *kept), row;
    struct walk_options options = { .index = absence_by_staff,
                                    .scope = &scope_house,
                                    .prefix = key_of_id(staff),
                                    .after = id_time_key(staff, at_us) };
    struct walk *walk = walk_open(rq->txn, &absence_table, &options, rq->arena);
    bool found = false;
    for (int i = 0; kept && i < ABSENCES_MAX && walk_next(walk, &row); i++) {
        if (!absence_counts(&row, at_us))
            continue;
        *kept = row;
        found = true;
    }
    walk_close(walk);
    return found ? kept : NULL;
}

struct staff_book staff_book_of(struct request *rq)
{
    const struct contacts_house *house = contacts_house(rq);
    return (struct staff_book){
        .context = rq,
        .staff = book_staff,
        .absence = book_absence,
        .zone = house->zone,
        .holidays = house->holidays,
        .arena = rq->arena,
    };
}

static bool staff_seen(struct request *rq, struct id id, const char *field, struct staff *out)
{
    if (row_find(rq, &staff_table, id, out))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, field, TEXT_STAFF_UNKNOWN, NULL);
}

static bool deputy_exists(struct request *rq, struct id id)
{
    if (id_is_zero(id) || book_staff(rq, id))
        return true;
    return fail(&rq->err, ERR_NOT_FOUND, "deputy", TEXT_STAFF_UNKNOWN, NULL);
}

static bool absence_write(struct request *rq, const struct absence *row)
{
    if (!deputy_exists(rq, row->deputy) || !table_put(rq->txn, &absence_table, row, &rq->err))
        return false;
    emit_absence(rq, row, false);
    return true;
}

bool absence_add(struct request *rq, const struct absence_new *in, struct absence *out)
{
    struct editor editor = editor_of(rq);
    struct staff staff;
    return staff_seen(rq, in->staff, "staff", &staff) &&
           absence_make(in, &editor, new_id(rq), out, &rq->err) && absence_write(rq, out);
}

bool absence_edit(struct request *rq, const struct absence_change *in, struct absence *out)
{
    struct editor editor = editor_of(rq);
    struct absence row;
    struct staff staff;
    struct key key = key_of_id(in->id);
    if (!table_get(rq->txn, &absence_table, &scope_house, &key, rq->arena, &row) ||
        !row_find(rq, &staff_table, row.staff, &staff))
        return fail(&rq->err, ERR_NOT_FOUND, "id", TEXT_ABSENCE_UNKNOWN, NULL);
    if (in->version != row.version)
        return refuse_stale(rq, absence_record(), &row);
    if (!absence_apply(&row, in, &editor, out, &rq->err))
        return false;
    return out->version == row.version || absence_write(rq, out);
}

static struct key absence_place(const void *row, const void *context)
{
    (void)context;
    const struct absence *absence = row;
    return id_time_key(absence->staff, absence->until);
}

bool absence_list(struct request *rq, const struct absence_query *in, struct absence_page *out)
{
    struct staff staff;
    struct listing listing = {
        .table = &absence_table,
        .index = absence_by_staff,
        .prefix = key_of_id(in->staff),
        .after_row = in->after,
        .scope = &scope_house,
        .down = true,
        .has_limit = in->has_limit,
        .limit = in->limit,
        .place = absence_place,
    };
    if (!staff_seen(rq, in->staff, "staff", &staff) || !listing_read(rq, &listing))
        return false;
    *out = (struct absence_page){ listing.rows, listing.count, listing.more };
    return true;
}

bool staff_present(struct request *rq, const struct attendance_query *in, struct attendance *out)
{
    struct staff staff;
    struct staff_book book = staff_book_of(rq);
    return staff_seen(rq, in->staff, "staff", &staff) &&
           attendance_make(&book, &staff, in->has_at ? in->at : rq->now_us, out, &rq->err);
}

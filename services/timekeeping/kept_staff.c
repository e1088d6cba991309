// SPDX-License-Identifier: Apache-2.0
// What is known of the house's own people: staff, teams, absences.
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store.h"

// --- staff
static void staff_extensions(const void *row, struct keys *keys)
{
    const struct staff *staff = row;

    for (size_t i = 0; i < staff->extensions_count; i++) {
        struct key key = kept_text_key(staff->extensions[i]);
        keys_add(keys, &key);
    }
}

// Not unique here: while a snapshot is read, a phone may pass from one person to another.
static const struct index staff_by_extension = {
    .name = "staff.by_extension",
    .keys = staff_extensions,
    .query = "whose phone rings or talks",
};

const struct table kept_staff_table = {
    .name = "staff",
    .number = 22,
    .record = staff_record,
    .key = row_id_key,
    .indexes = &staff_by_extension,
    .index_count = 1,
};

bool kept_staff_take(struct request *rq, const struct fact *fact, const void *row)
{
    return kept_gone(rq, &kept_staff_table, fact) ||
           table_put(rq->txn, &kept_staff_table, row, &rq->err);
}

bool kept_staff(struct request *rq, struct id id, struct staff *ret)
{
    struct key key = key_of_id(id);

    return !id_is_zero(id) &&
           table_get(rq->txn, &kept_staff_table, &scope_house, &key, rq->arena, ret);
}

// --- teams
const struct table kept_team_table = {
    .name = "team",
    .number = 65,
    .record = team_record,
    .key = row_id_key,
};

bool kept_team_take(struct request *rq, const struct fact *fact, const void *row)
{
    return kept_gone(rq, &kept_team_table, fact) ||
           table_put(rq->txn, &kept_team_table, row, &rq->err);
}

bool kept_team_known(struct request *rq, struct id id)
{
    struct key key = key_of_id(id);
    struct team team;

    return id_is_zero(id) ||
           table_get(rq->txn, &kept_team_table, &scope_house, &key, rq->arena, &team) ||
           fail(&rq->err, ERR_NOT_FOUND, "team", TEXT_TIME_TEAM_UNKNOWN, NULL);
}

// --- phones and actors
bool kept_staff_at(struct request *rq, const char *extension, struct staff *ret)
{
    struct walk_options options = { .index = &staff_by_extension,
                                    .scope = &scope_house,
                                    .prefix = kept_text_key(extension) };
    struct walk *walk = walk_open(rq->txn, &kept_staff_table, &options, rq->arena);
    bool found = false;

    while (!found && walk_next(walk, ret))
        found = !(ret->has_left && ret->left);
    walk_close(walk);
    return found;
}

bool kept_actor(struct request *rq, struct staff *ret)
{
    struct id id;

    if (!id_parse(rq->actor, &id)) // a key of one's own, whatever it is called
        id = rq->scope.kind == SCOPE_OWN ? rq->scope.id : (struct id){ 0 };
    return kept_staff(rq, id, ret);
}

static void absence_staff(const void *row, struct keys *keys)
{
    const struct absence *absence = row;
    struct key key = key_of_id(absence->staff);

    key_int(&key, absence->until);
    keys_add(keys, &key);
}

static void absence_edges(const void *row, struct keys *keys)
{
    const struct absence *absence = row;
    const int64_t edges[] = { absence->from, absence->until };

    for (size_t i = 0; i < COUNT_OF(edges) && !(absence->has_withdrawn && absence->withdrawn);
         i++) {
        struct key key;

        key_init(&key);
        key_int(&key, edges[i]);
        keys_add(keys, &key);
    }
}

static const struct index absence_indexes[] = {
    { .name = "absence.by_staff",
      .keys = absence_staff,
      .query = "whether somebody is away, and who stands in" },
    { .name = "absence.by_edge",
      .keys = absence_edges,
      .query = "when somebody goes or comes back next" },
};
const struct index *const kept_absence_by_staff = &absence_indexes[0];
const struct index *const kept_absence_by_edge = &absence_indexes[1];

const struct table kept_absence_table = {
    .name = "absence",
    .number = 25,
    .record = absence_record,
    .key = row_id_key,
    .indexes = absence_indexes,
    .index_count = COUNT_OF(absence_indexes),
};

bool kept_absence_take(struct request *rq, const struct fact *fact, const void *row)
{
    return kept_gone(rq, &kept_absence_table, fact) ||
           table_put(rq->txn, &kept_absence_table, row, &rq->err);
}

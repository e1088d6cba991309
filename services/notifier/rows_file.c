// SPDX-License-Identifier: Apache-2.0
// Files on the board: only open ones that are not locked are kept at all, so that nothing else can
// be shown.
#include "services/notifier/rows_file.h"

#include "common/step/stream.h"
#include "proto/party.h"

#define TOUCHED_MAX 200 // contacts whose rows one file makes again; more: the whole board

static bool part_add(struct request *rq, const struct file *found, struct id contact,
                     struct board_parts *out)
{
    struct file *file = arena_alloc(rq->arena, sizeof *file);
    struct staff *staff = arena_alloc(rq->arena, sizeof *staff);
    struct board_part part = { .file = file, .role = file_role_of(found, contact) };
    struct key key = key_of_id(board_responsible(found));

    if (!file || !staff)
        return false;
    *file = *found;
    if (table_get(rq->txn, &shown_staff_table, &scope_house, &key, rq->arena, staff))
        part.responsible = staff;
    board_parts_add(out, &part);
    return true;
}

// The index has the gravest first, so that the first few of each alias are enough.
bool rows_parts(struct request *rq, struct id client, struct id contact, struct board_parts *out)
{
    struct id ids[ALIASES_MAX] = { contact };
    size_t count = rows_aliases(rq, ids, ALIASES_MAX);
    bool done = true;

    for (size_t i = 0; i < count; i++) {
        struct walk_options options = { .index = &shown_file_by_party,
                                        .scope = &scope_house,
                                        .prefix = key_of_id(ids[i]) };
        struct file file;

        key_id(&options.prefix, client);
        struct walk *walk = walk_open(rq->txn, &shown_file_table, &options, rq->arena);
        for (int seen = 0; done && seen < BOARD_FILES_MAX && walk_next(walk, &file); seen++)
            done = part_add(rq, &file, ids[i], out);
        walk_close(walk);
    }
    return done;
}

// --- a file changes
struct touched {
    struct rows_by by[TOUCHED_MAX];
    size_t count;
    bool more;
};

static void touch(struct request *rq, struct id contact, struct touched *touched)
{
    struct id ids[ALIASES_MAX] = { contact };

    if ((touched->more = touched->more || rows_full(rq)))
        return;
    (void)rows_contact(rq, &ids[0]);
    size_t count = rows_aliases(rq, ids, ALIASES_MAX);
    for (size_t i = 0; i < count && !touched->more; i++) {
        touched->more = touched->count == TOUCHED_MAX;
        if (!touched->more)
            touched->by[touched->count++] = (struct rows_by){ BOARD_BY_CONTACT, ids[i], NULL };
    }
}

static void touch_all(struct request *rq, const struct file *file, struct touched *touched)
{
    for (size_t i = 0; i < file->parties_count && !touched->more; i++)
        touch(rq, file->parties[i].contact, touched);
}

// Locked now, and it may have been shown: what the log still holds of it must not be told whoever
// comes back. A closed one was open once.
static bool is_withdrawn(const struct file *told, bool was_shown)
{
    return told->has_locked && told->locked && (was_shown || told->state != file_state_OPEN);
}

bool rows_file(struct request *rq, struct id id, const struct file *told)
{
    struct touched touched = { .count = 0 };
    struct key key = key_of_id(id);
    struct file before, kept;

    bool was = table_get(rq->txn, &shown_file_table, &scope_house, &key, rq->arena, &before);
    if (was)
        touch_all(rq, &before, &touched);
    if (told && is_withdrawn(told, was))
        streams_withdraw(rq);
    if (told && board_shows_file(told)) {
        if (!board_file_kept(told, rq->arena, &kept))
            return fail(&rq->err, ERR_TOO_LARGE, NULL, TEXT_BOARD_TOO_LARGE, NULL);
        if (!table_put(rq->txn, &shown_file_table, &kept, &rq->err))
            return false;
        touch_all(rq, &kept, &touched);
    } else {
        (void)table_del(rq->txn, &shown_file_table, &key);
    }
    if (!touched.more)
        return rows_again(rq, touched.by, touched.count);
    rows_all_again(rq);
    return true;
}

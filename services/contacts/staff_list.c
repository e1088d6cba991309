// SPDX-License-Identifier: Apache-2.0
// The staff are few: read once for a batch, compared one after the other.
#include "services/contacts/staff_list.h"

#include <string.h>
#include <strings.h>

#include "services/contacts/likeness.h"
#include "services/contacts/store.h"

struct listed {
    struct staff staff;
    const char *name; // its words in order
    struct listed *next;
};

struct staff_list {
    struct arena *arena;
    struct listed *first;
};

const struct staff_list *staff_list_read(struct request *rq)
{
    struct staff_list *list = arena_alloc(rq->arena, sizeof *list);
    struct listed *listed = arena_alloc(rq->arena, sizeof *listed);
    if (!list || !listed)
        return NULL;
    struct walk_options options = { .scope = &rq->scope };
    struct walk *walk = walk_open(rq->txn, &staff_table, &options, rq->arena);
    list->arena = rq->arena;
    while (listed && walk_next(walk, &listed->staff)) {
        listed->name = likeness_name(listed->staff.name, rq->arena);
        listed->next = list->first;
        list->first = listed;
        listed = arena_alloc(rq->arena, sizeof *listed);
    }
    walk_close(walk);
    return listed ? list : NULL;
}

static bool is_meant(const struct listed *listed, const char *said, const char *name)
{
    const struct staff *staff = &listed->staff;
    size_t size = strlen(said);
    for (size_t i = 0; i < staff->extensions_count; i++) {
        if (strcmp(staff->extensions[i], said) == 0)
            return true;
    }
    if (staff->email && strncasecmp(staff->email, said, size) == 0 &&
        (staff->email[size] == '\0' || staff->email[size] == '@'))
        return true;
    return *name && listed->name && strcmp(listed->name, name) == 0;
}

struct fits {
    const struct listed *one, *second;
};

static struct fits find(const struct staff_list *list, const char *said, bool left)
{
    struct fits fits = { NULL, NULL };
    const char *name = likeness_name(said, list->arena);
    for (const struct listed *at = list->first; name && at; at = at->next) {
        if ((at->staff.has_left && at->staff.left) != left || !is_meant(at, said, name))
            continue;
        fits.second = fits.one;
        fits.one = at;
    }
    return fits;
}

bool staff_list_find(const struct staff_list *list, const char *said, const char *field,
                     struct id *out, struct err *err)
{
    struct fits fits = find(list, said, false);
    if (!fits.one)
        fits = find(list, said, true);
    if (!fits.one)
        return fail(err, ERR_INVALID, field, TEXT_IMPORT_STAFF, said, NULL);
    if (fits.second)
        return fail(err, ERR_CONFLICT, field, TEXT_IMPORT_STAFF_SEVERAL, said,
                    fits.second->staff.name, fits.one->staff.name, NULL);
    *out = fits.one->staff.id;
    return true;
}

// SPDX-License-Identifier: Apache-2.0
// All names once, sorted by id.
#include "services/cli/names.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "services/cli/pages.h"

static void add(struct names *names, enum name_kind kind, struct id id, const char *text,
                struct arena *arena)
{
    if (names->count == names->room) {
        names->room = names->room ? 2 * names->room : 256;
        names->rows = realloc(names->rows, names->room * sizeof *names->rows);
        if (!names->rows)
            abort();
    }
    const char *copy = arena_text(arena, text, strlen(text)), *folded = text_fold(arena, text);
    if (copy && folded)
        names->rows[names->count++] = (struct name){ id, kind, copy, folded };
}

// All pages of a method that takes a page and whose rows have an id and a name.
static bool load(struct names *names, enum name_kind kind, const struct method *method,
                 struct client *client, struct arena *arena)
{
    struct page in = { .has_limit = true, .limit = 200 };
    struct listing_page page = { .more = true };
    void *out = arena_alloc(arena, method->out()->size);
    while (page.more && out) {
        arena_reset(client->arena);
        memset(out, 0, method->out()->size);
        enum call_result result = client_call(client, method, &in, out);
        if (result != CALL_DONE)
            return result == CALL_REFUSED; // not for their eyes
        page = listing_page(method, out);
        const struct field *id = record_field(page.record, "id");
        const struct field *name = record_field(page.record, "name");
        for (size_t i = 0; i < page.count; i++) {
            const char *row = page.rows + i * page.record->size;
            memcpy(&in.after, row + id->offset, sizeof in.after);
            add(names, kind, in.after, *(const char *const *)(row + name->offset), arena);
        }
    }
    return true;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(&((const struct name *)a)->id, &((const struct name *)b)->id, sizeof(struct id));
}

bool names_load(struct names *names, struct client *client, struct arena *arena)
{
    *names = (struct names){ .count = 0 };
    if (!load(names, NAME_STAFF, &method_staff_list, client, arena) ||
        !load(names, NAME_TEAM, &method_team_list, client, arena) ||
        !load(names, NAME_CLIENT, &method_client_list, client, arena))
        return false;
    if (names->count)
        qsort(names->rows, names->count, sizeof *names->rows, by_id);
    return true;
}

void names_done(struct names *names)
{
    free(names->rows);
    *names = (struct names){ .count = 0 };
}

const char *names_text(const struct names *names, struct id id)
{
    struct name wanted = { .id = id };
    const struct name *found =
        names->count ? bsearch(&wanted, names->rows, names->count, sizeof *names->rows, by_id)
                     : NULL;
    return found ? found->text : NULL;
}

// Whole, or the beginning of one of its words.
static bool fits(const char *name, const char *folded, bool whole)
{
    if (whole)
        return strcmp(name, folded) == 0;
    for (const char *at = strstr(name, folded); at; at = strstr(at + 1, folded)) {
        if (at == name || at[-1] == ' ')
            return true;
    }
    return false;
}

size_t names_find(const struct names *names, enum name_kind kind, const char *folded,
                  struct id *ret_id)
{
    size_t count = 0;
    for (int whole = 1; whole >= 0 && count == 0; whole--) {
        for (size_t i = 0; i < names->count; i++) {
            if (names->rows[i].kind != kind || !fits(names->rows[i].folded, folded, whole))
                continue;
            *ret_id = names->rows[i].id;
            count++;
        }
    }
    return count;
}

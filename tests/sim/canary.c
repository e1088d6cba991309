// SPDX-License-Identifier: Apache-2.0
// Services with a fault put in, as a table can have it: the simulation must find each of them, or
// it finds nothing. The product itself knows nothing of this.
#include <stdlib.h>
#include <string.h>

#include "services/contacts/api.h"
#include "services/contacts/store.h"
#include "services/notifier/api.h"
#include "services/notifier/follow.h"
#include "services/telephony/api.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/store.h"
#include "tests/sim/sim.h"

static const struct handler *handler_of(const struct service *service, const char *name)
{
    for (size_t i = 0; i < service->handler_count; i++)
        if (strcmp(service->handlers[i].method->name, name) == 0)
            return &service->handlers[i];
    abort();
}

// An edit of an older version overwrites what came between.
static bool edit_anything(struct request *rq, const void *in, void *out)
{
    const struct handler *edit = handler_of(&contacts_service, "contact_edit");
    struct contact_change change = *(const struct contact_change *)in;
    struct key key = key_of_id(change.id);
    struct contact now;

    if (table_get(rq->txn, &contact_table, &rq->scope, &key, rq->arena, &now))
        change.version = now.version;
    return edit->run(rq, &change, out);
}

// A client sees everybody's calls.
static bool show_everything(struct request *rq, const void *in, void *out)
{
    rq->scope = scope_house;
    return handler_of(&notifier_service, "board_get")->run(rq, in, out);
}

// It is acknowledged and never written.
static bool add_nothing(struct request *rq, const void *in, void *out)
{
    const struct contact_new *new = in;
    struct contact *row = out;

    *row = (struct contact){ .id = new_id(rq),
                             .version = 1,
                             .client = new->client,
                             .kind = contact_kind_ORGANISATION,
                             .name = new->name,
                             .created_at = rq->now_us,
                             .edited_at = rq->now_us,
                             .edited_by = rq->actor };
    return true;
}

// What billing has is corrected all the same.
static bool correct_anything(struct request *rq, const void *in, void *out)
{
    const struct entry_correct_in *correction = in;
    struct key key = key_of_id(correction->id);
    struct entry *row = out;

    if (!table_get(rq->txn, &entry_table, &rq->scope, &key, rq->arena, row))
        return handler_of(&timekeeping_service, "entry_correct")->run(rq, in, out);
    row->actual_s = correction->seconds;
    row->version++;
    emit(rq, "entry", row, false);
    return table_put(rq->txn, &entry_table, row, &rq->err);
}

// A follower passes over tombstones.
static bool never_forget(struct request *rq, const struct fact *fact, const void *row)
{
    for (size_t i = 0; i < NOTIFIER_FOLLOWS; i++)
        if (strcmp(notifier_follows[i].kind, fact->kind) == 0 && !fact->deleted)
            return notifier_follows[i].apply(rq, fact, row);
    return true;
}

static const struct {
    const char *name;
    const struct service *service;
    const char *method; // whose handler is another; NULL: the facts of contacts
    handler_function *run;
} canaries[] = {
    { "stale", &contacts_service, "contact_edit", edit_anything },
    { "lost", &contacts_service, "contact_add", add_nothing },
    { "scope", &notifier_service, "board_get", show_everything },
    { "locked", &timekeeping_service, "entry_correct", correct_anything },
    { "tombstone", &notifier_service, NULL, NULL },
};

bool canary_known(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(canaries); i++)
        if (strcmp(canaries[i].name, name) == 0)
            return true;
    return false;
}

const struct service *canary_service(const char *name, const struct service *service)
{
    static struct service changed;
    static struct handler handlers[160];
    static struct follow follows[NOTIFIER_FOLLOWS];

    for (size_t i = 0; name && i < COUNT_OF(canaries); i++) {
        if (strcmp(canaries[i].name, name) != 0 || canaries[i].service != service)
            continue;
        changed = *service;
        if (service->handler_count > COUNT_OF(handlers))
            abort();
        memcpy(handlers, service->handlers, service->handler_count * sizeof *handlers);
        changed.handlers = handlers;
        if (canaries[i].method) {
            handlers[handler_of(service, canaries[i].method) - service->handlers].run =
                canaries[i].run;
            return &changed;
        }
        memcpy(follows, notifier_follows, sizeof follows);
        for (size_t f = 0; f < NOTIFIER_FOLLOWS; f++)
            if (strcmp(follows[f].kind, "contact") == 0)
                follows[f].apply = never_forget;
        changed.follows = follows;
        return &changed;
    }
    return service;
}

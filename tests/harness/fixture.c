// SPDX-License-Identifier: Apache-2.0
// Services over temporary stores: the calls of one test, on top of the house (house.c).
#include "tests/harness/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/log.h"
#include "tests/harness/house.h"

#define PAGE 500

static void unexpected(const char *what, const struct err *err)
{
    fprintf(stderr, "fixture: %s: %s\n", what, err->english);
    abort();
}

struct fixture *fixture_new_with(const struct service *service, void *context, size_t map_bytes)
{
    struct fixture *fx = house_add(house_new(1), service, context, map_bytes);

    house_settle(fx->house);
    return fx;
}

struct fixture *fixture_new(const struct service *service)
{
    return fixture_new_with(service, NULL, 0);
}

void fixture_free(struct fixture *fx)
{
    if (fx)
        house_free(fx->house);
}

// --- who calls
void fixture_as(struct fixture *fx, uint32_t roles, struct scope scope, const char *name)
{
    struct principal principal = { .roles = roles, .scope = scope };

    snprintf(principal.name, sizeof principal.name, "%s", name);
    house_principal(fx->house, &principal);
    fx->parts->line = line_new(fx, &principal);
}

void fixture_revoke(struct fixture *fx, const char *name, bool revoked)
{
    for (size_t i = 0; i < fx->house->caller_count; i++)
        if (strcmp(fx->house->callers[i]->principal.name, name) == 0)
            fx->house->callers[i]->principal.revoked = revoked;
}

void fixture_next_id(struct fixture *fx, struct id id)
{
    fx->parts->next_id = id;
}

// --- the clock
int64_t fixture_now(const struct fixture *fx)
{
    return house_now(fx->house);
}

void fixture_wait(struct fixture *fx, int64_t duration_us)
{
    house_wait(fx->house, duration_us);
}

void fixture_settle(struct fixture *fx)
{
    house_settle(fx->house);
}

// --- looking into the store
static struct txn *reading(struct fixture *fx)
{
    struct err err = { 0 };
    struct txn *txn = store_read(fx->store, &err);

    if (!txn)
        unexpected("reading", &err);
    return txn;
}

struct hunt {
    const char *kind;
    int64_t nth; // -1: the last
    int64_t found;
    struct fact fact;
};

static void hunt_page(struct hunt *hunt, const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hunt->kind && strcmp(facts[i].kind, hunt->kind) != 0)
            continue;
        if (hunt->nth < 0 || hunt->found == hunt->nth)
            hunt->fact = facts[i];
        hunt->found++;
    }
}

static void hunt_log(struct fixture *fx, struct hunt *hunt)
{
    struct txn *txn = reading(fx);
    const struct fact *facts;
    int64_t oldest = log_oldest(txn);
    int64_t after = oldest > 0 ? oldest - 1 : 0;
    size_t count;

    while ((count = log_facts(txn, after, PAGE, (size_t)1 << 20, fx->parts->arena, &facts)) > 0) {
        hunt_page(hunt, facts, count);
        after = facts[count - 1].seq;
    }
    txn_drop(txn);
}

int64_t fixture_facts(struct fixture *fx, const char *kind)
{
    struct hunt hunt = { .kind = kind, .nth = INT64_MAX };

    hunt_log(fx, &hunt);
    return hunt.found;
}

bool fixture_fact_at(struct fixture *fx, const char *kind, int nth, struct fact *out, void *row)
{
    struct hunt hunt = { .kind = kind, .nth = nth };
    struct err err = { 0 };

    hunt_log(fx, &hunt);
    if (nth < 0 ? hunt.found == 0 : hunt.found <= nth)
        return false;
    *out = hunt.fact;
    const struct fact_kind *fact_kind = proto_fact(fx->service->schema->service, out->kind);
    if (row && !decode(fact_kind->record(), out->row, DECODE_LENIENT, fx->parts->arena, row, &err))
        unexpected(out->kind, &err);
    return true;
}

bool fixture_row(struct fixture *fx, const struct table *table, struct id id, void *row)
{
    struct txn *txn = reading(fx);
    struct key key = key_of_id(id);
    bool found = table_get(txn, table, &scope_house, &key, fx->parts->arena, row);

    txn_drop(txn);
    return found;
}

int64_t fixture_rows(struct fixture *fx, const struct table *table)
{
    struct txn *txn = reading(fx);
    int64_t rows = (int64_t)table_count(txn, table);

    txn_drop(txn);
    return rows;
}

void fixture_reset(struct fixture *fx)
{
    arena_reset(fx->parts->arena);
    arena_reset(fx->client.arena);
}

// --- feeding what is followed
static void key_by_id(const void *row, struct key *key)
{
    *key = key_of_id(*(const struct id *)row);
}

// A service made up from its schema: a table for each kind, so that snapshots can be read.
static struct service *service_from_schema(const struct schema *schema, struct table **ret_tables,
                                           const struct table ***ret_list)
{
    struct service *service = calloc(1, sizeof *service);
    struct table *tables = calloc(schema->fact_count, sizeof *tables);
    const struct table **list = calloc(schema->fact_count, sizeof(struct table *));

    if (!service || !tables || !list)
        abort();
    for (size_t i = 0; i < schema->fact_count; i++) {
        tables[i] = (struct table){ .name = schema->facts[i].name,
                                    .number = (uint16_t)(i + 1),
                                    .record = schema->facts[i].record,
                                    .key = key_by_id };
        list[i] = &tables[i];
    }
    *service =
        (struct service){ .schema = schema, .tables = list, .table_count = schema->fact_count };
    *ret_tables = tables;
    *ret_list = list;
    return service;
}

static struct fixture *fed(struct fixture *fx, const char *name)
{
    struct fixture *found = house_find(fx->house, name);

    for (size_t i = 0; i < proto_schema_count && !found; i++) {
        struct table *tables;
        const struct table **list;
        struct service *service;

        if (strcmp(proto_schemas[i]->service, name) != 0)
            continue;
        service = service_from_schema(proto_schemas[i], &tables, &list);
        found = house_add(fx->house, service, NULL, 0);
        found->parts->fed = service;
        found->parts->fed_tables = tables;
        found->parts->fed_list = list;
    }
    if (!found)
        abort();
    return found;
}

struct telling {
    const char *kind;
    const void *row;
    bool deleted;
};

static bool tell(struct request *rq, void *argument)
{
    const struct telling *telling = argument;
    const struct table *table = NULL;

    for (size_t i = 0; i < rq->service->table_count; i++)
        if (strcmp(rq->service->tables[i]->name, telling->kind) == 0)
            table = rq->service->tables[i];
    if (!table)
        abort();
    if (telling->deleted) {
        struct key key = key_of_id(*(const struct id *)telling->row);

        (void)table_del(rq->txn, table, &key);
    } else if (!table_put(rq->txn, table, telling->row, &rq->err)) {
        unexpected(telling->kind, &rq->err);
    }
    emit(rq, telling->kind, telling->row, telling->deleted);
    return true;
}

void fixture_fact(struct fixture *fx, const char *service, const char *kind, const void *row,
                  bool deleted)
{
    struct telling telling = { kind, row, deleted };

    if (!fixture_input(fed(fx, service), tell, &telling))
        abort();
}

// --- work of a port
struct work {
    bool (*run)(struct request *rq, void *argument);
    void *argument;
    bool ran, done, committed;
};

static bool work_run(struct request *rq, void *argument)
{
    struct work *work = argument;

    work->ran = work->run(rq, work->argument);
    return work->ran;
}

static void work_done(void *argument, bool committed)
{
    struct work *work = argument;

    work->done = true;
    work->committed = committed;
}

bool fixture_input(struct fixture *fx, bool (*run)(struct request *rq, void *argument),
                   void *argument)
{
    struct work work = { .run = run, .argument = argument };

    server_input(fx->server,
                 &(struct input){ .run = work_run, .done = work_done, .argument = &work });
    house_settle(fx->house);
    for (int waited = 0; !work.done && waited < 10; waited++)
        house_wait(fx->house, 1000000);
    if (!work.done)
        abort();
    return work.committed && work.ran;
}

// --- starts and restores
void fixture_restart(struct fixture *fx)
{
    fixture_crash(fx);
    fixture_start(fx);
    house_settle(fx->house);
}

void fixture_new_epoch(struct fixture *fx)
{
    struct err err = { 0 };
    uint64_t epoch = 1 + rng_below(&fx->house->rng, (uint64_t)INT_LIMIT - 1);

    server_free(fx->server);
    fx->server = NULL;
    if (!store_new_epoch(fx->store, epoch, &err))
        unexpected("a new epoch", &err);
    fixture_restart(fx);
}

// --- is the service complete
static bool has_handler(const struct service *service, const struct method *method)
{
    for (size_t i = 0; i < service->handler_count; i++)
        if (service->handlers[i].method == method)
            return service->handlers[i].run != NULL;
    return strcmp(method->service, "common") == 0;
}

static bool has_table(const struct service *service, const struct fact_kind *kind)
{
    for (size_t i = 0; i < service->table_count; i++)
        if (service->tables[i]->record == kind->record)
            return true;
    return false;
}

const char *fixture_incomplete(const struct service *service)
{
    const struct schema *schema = service->schema;

    for (size_t i = 0; i < schema->method_count; i++)
        if (!has_handler(service, schema->methods[i]))
            return schema->methods[i]->name;
    for (size_t i = 0; i < schema->fact_count; i++)
        if (!has_table(service, &schema->facts[i]))
            return schema->facts[i].name;
    return "";
}

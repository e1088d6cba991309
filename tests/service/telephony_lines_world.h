// SPDX-License-Identifier: Apache-2.0
// Short forms of what the tests of telephony's own records do.
#pragma once

#include <string.h>

#include "common/base/civil.h"
#include "services/telephony/api.h"
#include "services/telephony/calls.h"
#include "services/telephony/store.h"
#include "services/telephony/store_missed.h"
#include "services/telephony/store_note.h"
#include "services/telephony/switchboard.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

struct world {
    struct switchboard board; // first: request.context
    struct fixture *fx;
};

static inline struct id id_number(uint32_t number)
{
    struct id id = { { 1 } };
    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

static inline void world_begin(struct world *world)
{
    *world = (struct world){ .board = { .home = { "49", "30" } } };
    world->fx = fixture_new_with(&telephony_service, &world->board, 0);
}

static inline void world_end(struct world *world)
{
    fixture_free(world->fx);
}

#define CLIENT_A id_number(101)
#define CLIENT_B id_number(102)
#define STAFF    id_number(201)
#define TEAM     id_number(301)
#define ANNA     id_number(401)

static inline void tell_client(struct fixture *fx, struct id id, const char *name, const char *e164)
{
    struct number number = { .typed = e164, .e164 = e164 };
    struct client_row row = { .id = id,
                              .version = 1,
                              .name = name,
                              .numbers = &number,
                              .numbers_count = 1,
                              .edited_at = 1,
                              .edited_by = "x" };
    fixture_fact(fx, "contacts", "client", &row, false);
}

static inline void tell_contact(struct fixture *fx, struct id id, struct id client,
                                const char *name, const char *e164)
{
    struct number number = { .typed = e164, .e164 = e164 };
    struct contact row = { .id = id,
                           .version = 1,
                           .client = client,
                           .kind = contact_kind_PERSON,
                           .name = name,
                           .organisation = "Beispiel GmbH",
                           .phones = &number,
                           .phones_count = 1,
                           .created_at = 1,
                           .edited_at = 1,
                           .edited_by = "x" };
    fixture_fact(fx, "contacts", "contact", &row, false);
}

static inline void tell_staff(struct fixture *fx)
{
    const char *extension = "10";
    struct staff row = { .id = STAFF,
                         .version = 1,
                         .name = "Jörg Kern",
                         .extensions = &extension,
                         .extensions_count = 1,
                         .team = TEAM,
                         .edited_at = 1,
                         .edited_by = "x" };
    fixture_fact(fx, "contacts", "staff", &row, false);
}

// Two clients, a member of staff, and Anna, whom only client A knows.
static inline void world_people(struct world *world)
{
    tell_client(world->fx, CLIENT_A, "Kanzlei A", "+49301111111");
    tell_client(world->fx, CLIENT_B, "Praxis B", "+49302222222");
    tell_staff(world->fx);
    tell_contact(world->fx, ANNA, CLIENT_A, "Anna Müller", "+4930123456");
}

static inline void as_house(struct fixture *fx)
{
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "tester");
}

static inline void as_scope(struct fixture *fx, enum scope_kind kind, struct id id)
{
    fixture_as(fx, ROLE_BIT(AGENT), (struct scope){ kind, id }, "somebody");
}

static inline void refused(struct fixture *fx, enum call_result result, enum err_code code,
                           const char *field)
{
    CHECK_INT(result, CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, code, field);
}

// --- calls by webhook, the shortest way to have some
static inline struct hook_seen ring(struct fixture *fx, const char *ref, const char *caller,
                                    const char *called)
{
    struct hook_event in = {
        .source = "pbx", .ref = ref, .caller = caller, .called = called, .agent = "10"
    };
    struct hook_seen out = { 0 };
    CHECK_INT(call_hook_ring(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static inline struct hook_seen answer(struct fixture *fx, const char *ref)
{
    struct hook_event in = { .source = "pbx", .ref = ref, .agent = "10" };
    struct hook_seen out = { 0 };
    CHECK_INT(call_hook_answer(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static inline struct hook_seen end(struct fixture *fx, const char *ref)
{
    struct hook_event in = { .source = "pbx", .ref = ref };
    struct hook_seen out = { 0 };
    CHECK_INT(call_hook_end(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static inline struct call call_row(struct fixture *fx, struct id id)
{
    struct call out = { 0 };
    struct by_id in = { id };
    CHECK_INT(call_call_get(&fx->client, &in, &out), CALL_DONE);
    return out;
}

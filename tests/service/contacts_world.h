// SPDX-License-Identifier: Apache-2.0
// Short forms of the calls that the tests of contacts make.
#pragma once

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/codec.h"
#include "services/contacts/api.h"
#include "services/contacts/house.h"
#include "services/contacts/store.h"
#include "services/contacts/store_people.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static const struct contacts_house world_home = {
    .home = { .country = "49", .area = "30" },
    .zone = "Europe/Berlin",
    .holidays = "DE-BE",
    .idle_days = 180,
    .announce_days = 7,
    .grace_days = 14,
    .secret = "a secret of thirty-two bytes....",
};

static inline struct fixture *world_new(void)
{
    return fixture_new_with(&contacts_service, (void *)(uintptr_t)&world_home, 0);
}

static inline struct scope scope_of_client(struct id id)
{
    return (struct scope){ SCOPE_CLIENT, id };
}

// An agent of that client; zero: of the whole house.
static inline void as_agent(struct fixture *fx, struct id client)
{
    fixture_as(fx, ROLE_BIT(AGENT), id_is_zero(client) ? scope_house : scope_of_client(client),
               "agent");
}

static inline void as_admin(struct fixture *fx)
{
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "tester");
}

// A client with one number (NULL: none).
static inline struct client_row client_with(struct fixture *fx, const char *name, const char *typed)
{
    struct number number = { .typed = typed };
    struct client_new in = { .name = name, .numbers = &number, .numbers_count = typed ? 1 : 0 };
    struct client_row out = { 0 };
    CHECK_INT(call_client_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// A contact of that client (zero: the house's) with one number (NULL: none).
static inline struct contact contact_with(struct fixture *fx, struct id client, const char *name,
                                          const char *typed)
{
    struct number phone = { .typed = typed };
    struct contact_new in = {
        .client = client, .name = name, .phones = &phone, .phones_count = typed ? 1 : 0
    };
    struct contact out = { 0 };
    CHECK_INT(call_contact_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static inline void refused(struct fixture *fx, enum call_result result, enum err_code code,
                           const char *field)
{
    CHECK_INT(result, CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, code, field);
}

// The names found, apart by "|", each with ! (exact) or ? (possible).
static inline const char *found(struct fixture *fx, const struct contact_query *query)
{
    static char names[2000];
    struct contact_matches out = { 0 };
    size_t used = 0;
    names[0] = '\0';
    CHECK_INT(call_contact_find(&fx->client, query, &out), CALL_DONE);
    for (size_t i = 0; i < out.matches_count; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s%s", i ? "|" : "",
                                 out.matches[i].contact->name,
                                 out.matches[i].certainty == certainty_EXACT ? "!" : "?");
    return names;
}

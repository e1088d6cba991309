// SPDX-License-Identifier: Apache-2.0
// Short forms for the tests of entries: what contacts, telephony and billing tell, and bookings.
#pragma once

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/wire/codec.h"
#include "services/timekeeping/api.h"
#include "services/timekeeping/kept.h"
#include "services/timekeeping/store_clock.h"
#include "services/timekeeping/store_entry.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

static inline struct id id_number(uint32_t number)
{
    struct id id = { { 1 } };
    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

#define NOBODY    ((struct id){ { 0 } })
#define CLIENT_A  id_number(1)
#define CLIENT_B  id_number(2)
#define ANNA      id_number(11)
#define BERT      id_number(12)
#define TEAM      id_number(51)
#define HANSEN    id_number(21) // for the Reederei; of the house
#define PETERSEN  id_number(22) // a consumer; of the house
#define OF_A      id_number(23) // a contact of client A
#define FILE_A    id_number(31) // "A 1/26" of Hansen; the house's
#define FILE_B    id_number(32) // "B 2/26" of Petersen; the house's
#define FILE_G    id_number(33) // "G 3/26", locked to Bert
#define FILE_OF_A id_number(34) // "M 4/26" of client A

#define BEGAN INT64_C(1772438400000000) // as the house's clock begins: 2026-03-02T08:00:00Z

static inline void as_staff(struct fixture *fx, struct id staff)
{
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(staff).text);
}

static inline void as_admin(struct fixture *fx)
{
    fixture_as(fx, ROLE_BIT(ADMIN), scope_house, "tester");
}

// --- what others tell
static inline void tell_contact(struct fixture *fx, struct id id, struct id client,
                                const char *name, const char *organisation)
{
    struct contact contact = { .id = id,
                               .version = 1,
                               .client = client,
                               .kind = contact_kind_PERSON,
                               .name = name,
                               .organisation = organisation,
                               .created_at = 1,
                               .edited_at = 1,
                               .edited_by = "x" };
    fixture_fact(fx, "contacts", "contact", &contact, false);
}

static inline void tell_file(struct fixture *fx, struct id id, struct id client, const char *number,
                             struct id of)
{
    struct party party = { .contact = of, .name = "x", .role = party_role_CLIENT };
    struct file file = { .id = id,
                         .version = 1,
                         .client = client,
                         .number = number,
                         .kind = file_kind_FILE,
                         .state = file_state_OPEN,
                         .parties = &party,
                         .parties_count = 1,
                         .lawyer = BERT,
                         .opened_at = 1,
                         .edited_at = 1,
                         .edited_by = "x" };
    if (id_equal(id, FILE_G))
        file.has_locked = file.locked = true;
    fixture_fact(fx, "contacts", "file", &file, false);
}

static inline void tell_people(struct fixture *fx)
{
    struct client_row client = {
        .id = CLIENT_A, .version = 1, .name = "Mandant A", .edited_at = 1, .edited_by = "x"
    };
    struct staff staff = { .id = ANNA,
                           .version = 1,
                           .name = "Anna Lindner",
                           .team = TEAM,
                           .edited_at = 1,
                           .edited_by = "x" };
    fixture_fact(fx, "contacts", "client", &client, false);
    client.id = CLIENT_B;
    fixture_fact(fx, "contacts", "client", &client, false);
    fixture_fact(fx, "contacts", "staff", &staff, false);
    staff.id = BERT;
    staff.name = "Bert Krause";
    staff.team = NOBODY;
    fixture_fact(fx, "contacts", "staff", &staff, false);
    tell_contact(fx, HANSEN, NOBODY, "Katrin Hansen", "Reederei Hansen");
    tell_contact(fx, PETERSEN, NOBODY, "Ulrich Petersen", NULL);
    tell_contact(fx, OF_A, CLIENT_A, "Ole Jansen", NULL);
    tell_file(fx, FILE_A, NOBODY, "A 1/26", HANSEN);
    tell_file(fx, FILE_B, NOBODY, "B 2/26", PETERSEN);
    tell_file(fx, FILE_G, NOBODY, "G 3/26", HANSEN);
    tell_file(fx, FILE_OF_A, CLIENT_A, "M 4/26", OF_A);
}

// --- kinds and rules
static inline struct rounding blocks_of(int64_t seconds, enum rounding_scope scope)
{
    return (struct rounding){ 0, seconds, seconds, scope };
}

static inline struct service_kind add_kind(struct fixture *fx, const struct kind_new *in)
{
    struct service_kind out = { .version = 0 };
    CHECK_INT(call_kind_add(&fx->client, in, &out), CALL_DONE);
    return out;
}

// A house with its people and the kinds K (6 minutes) and S (no rule of its own), seen by Anna.
static inline struct fixture *world_new(void)
{
    struct fixture *fx = fixture_new(&timekeeping_service);
    struct rounding six = blocks_of(360, rounding_scope_CALL);
    struct kind_new k = { .key = "k",
                          .name = "Kurzgespräch",
                          .text = "Telefonat mit {person}",
                          .article = "100",
                          .rounding = &six };
    struct kind_new s = { .key = "S", .name = "Standard" };
    tell_people(fx);
    (void)add_kind(fx, &k);
    (void)add_kind(fx, &s);
    as_staff(fx, ANNA);
    return fx;
}

static inline struct rounding_rule set_rule(struct fixture *fx, const struct rule_new *in)
{
    struct rounding_rule out = { .version = 0 };
    as_admin(fx);
    CHECK_INT(call_rule_set(&fx->client, in, &out), CALL_DONE);
    as_staff(fx, ANNA);
    return out;
}

// --- entries
static inline struct entry book(struct fixture *fx, const struct entry_new *in)
{
    struct entry out = { .version = 0 };
    CHECK_INT(call_entry_book(&fx->client, in, &out), CALL_DONE);
    return out;
}

// So many seconds on that file, so many seconds after the house's clock began.
static inline struct entry book_at(struct fixture *fx, const char *key, struct id file,
                                   int64_t seconds, int64_t began_s)
{
    struct entry_new in = { .key = key,
                            .file = file,
                            .has_seconds = true,
                            .seconds = seconds,
                            .has_began_at = true,
                            .began_at = BEGAN + SECONDS(began_s) };
    return book(fx, &in);
}

static inline struct entry entry_now(struct fixture *fx, struct id id)
{
    struct entry row = { .version = 0 };
    CHECK(fixture_row(fx, &entry_table, id, &row));
    return row;
}

static inline struct entry correct(struct fixture *fx, struct id id, int64_t seconds)
{
    struct entry out = { .version = 0 };
    struct entry_correct_in in = { .id = id,
                                   .version = entry_now(fx, id).version,
                                   .has_seconds = true,
                                   .seconds = seconds,
                                   .reason = "nachgemessen" };
    CHECK_INT(call_entry_correct(&fx->client, &in, &out), CALL_DONE);
    return out;
}

// What is kept of the blocks is what their entries add up to.
static inline bool blocks_right(struct request *rq, void *argument)
{
    struct walk_options options = { .scope = &scope_house };
    struct walk *walk = walk_open(rq->txn, &entry_block_table, &options, rq->arena);
    struct entry_block row;
    int *rows = argument;

    for (*rows = 0; walk_next(walk, &row); (*rows)++) {
        const char *wrong = entry_block_table.wrong(rq->txn, &row);
        CHECK_STR(wrong ? wrong : "right", "right");
    }
    walk_close(walk);
    return true;
}

static inline int check_sums(struct fixture *fx)
{
    int rows = 0;
    CHECK(fixture_input(fx, blocks_right, &rows));
    return rows;
}

static inline void refused(struct fixture *fx, enum call_result result, enum err_code code,
                           const char *field)
{
    CHECK_INT(result, CALL_REFUSED);
    CHECK_REFUSED(&fx->client.refused, code, field);
}

// --- clocks, as the calls' parts make them
static inline bool put_clock(struct request *rq, void *argument)
{
    return table_put(rq->txn, &clock_table, argument, &rq->err);
}

// SPDX-License-Identifier: Apache-2.0
// Clients whose calls carry their own number only are noticed, once, and cleared again.
#include "services/telephony/diversion.h"

#include "tests/service/telephony_seen.h"

#define OWN   "+49301234567"
#define OTHER "+4940669690123"

static struct switchboard board = { .home = { .country = "49", .area = "30" },
                                    .diversion_calls = 3 };

static const struct id client = { { 7 } };

static struct fixture *world(void)
{
    struct fixture *fx = fixture_new_with(&telephony_service, &board, 0);
    const struct number numbers[] = { { .typed = "030 1234567", .e164 = OWN } };
    struct client_row row = { .id = client,
                              .version = 1,
                              .name = "Kanzlei",
                              .numbers = numbers,
                              .numbers_count = 1,
                              .edited_at = 1,
                              .edited_by = "anna" };
    fixture_fact(fx, "contacts", "client", &row, false);
    return fx;
}

static void call_from(struct fixture *fx, const char *caller, const char *called)
{
    static int number;
    char ref[20];
    (void)snprintf(ref, sizeof ref, "%d", ++number);
    fixture_wait(fx, SECONDS(60));
    struct call call = inbound(fx, ref, caller, called);
    see(fx, &call);
    see(fx, &call);
    end(fx, &call);
    end(fx, &call); // told twice, counted once
}

static struct client_diversion noticed(struct fixture *fx)
{
    struct client_diversion row = { 0 };
    (void)fixture_row(fx, &call_diversion_table, client, &row);
    return row;
}

TEST(telephony_is_whole_with_diversions)
{
    CHECK_STR(fixture_incomplete(&telephony_service), "");
}

TEST(a_run_of_own_numbers_is_told_once)
{
    struct fixture *fx = world();
    struct client_diversion told;
    struct fact fact;
    call_from(fx, OWN, OWN);
    call_from(fx, OWN, OWN);
    CHECK_INT(fixture_facts(fx, "client_diversion"), 0);
    CHECK_INT(noticed(fx).calls, 2);
    fixture_restart(fx);
    call_from(fx, OWN, OWN);
    CHECK_INT(fixture_facts(fx, "client_diversion"), 1);
    CHECK(fixture_fact_at(fx, "client_diversion", 0, &fact, &told));
    CHECK(told.diverted);
    CHECK_INT(told.calls, 3);
    CHECK_INT(told.last_at - told.first_at, SECONDS(120));
    call_from(fx, OWN, OWN);
    CHECK_INT(fixture_facts(fx, "client_diversion"), 1);
    call_from(fx, OTHER, OWN); // the diversion is mended
    CHECK_INT(fixture_facts(fx, "client_diversion"), 2);
    CHECK(fixture_fact_at(fx, "client_diversion", -1, &fact, &told));
    CHECK(!told.diverted && told.calls == 0);
    fixture_free(fx);
}

TEST(what_says_nothing_is_not_counted)
{
    struct fixture *fx = world();
    call_from(fx, OTHER, OWN); // all in order: no row
    CHECK_INT(fixture_rows(fx, &call_diversion_table), 0);
    call_from(fx, OWN, OWN);
    call_from(fx, NULL, OWN);          // withheld
    call_from(fx, OWN, "+4989999980"); // nobody's number
    CHECK_INT(noticed(fx).calls, 1);
    call_from(fx, OWN, OWN);
    call_from(fx, OTHER, OWN); // the run is broken
    CHECK_INT(noticed(fx).calls, 0);
    call_from(fx, OWN, OWN);
    call_from(fx, OWN, OWN);
    CHECK_INT(fixture_facts(fx, "client_diversion"), 0);
    fixture_free(fx);
}

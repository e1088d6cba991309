// SPDX-License-Identifier: Apache-2.0
// The house before the first fault: two clients with their numbers, a team, its staff, contacts.
#include <stdio.h>

#include "tests/sim/sim.h"

const char *sim_own_number(size_t nth)
{
    static const char *const numbers[SIM_NUMBERS] = { "+493023125101", "+493023125102",
                                                      "+493023125103", "+493023125104",
                                                      "+493023125105", "+493023125106" };

    return numbers[nth];
}

const char *sim_caller_number(size_t nth)
{
    static const char *const numbers[SIM_CALLERS] = {
        "+4940669690121", "+4940669690122", "+4940669690123", "+4940669690124",
        "+498999998011",  "+498999998012",  "+498999998013",  "+498999998014",
    };

    return numbers[nth];
}

static void add_clients(struct sim *sim)
{
    struct client *as = &sim->services[MIRROR_CONTACTS]->client;

    for (size_t i = 0; i < 2; i++) {
        struct number number = { .typed = sim_own_number(2 * i) };
        struct client_new in = { .name = i ? "Mandant B" : "Mandant A",
                                 .greeting = "Guten Tag",
                                 .numbers = &number,
                                 .numbers_count = 1 };
        struct client_row out;

        if (call_client_add(as, &in, &out) != CALL_DONE)
            sim_fail(sim, "genesis: %s", as->refused.english);
        sim->clients[i] = out.id;
    }
}

static void add_staff(struct sim *sim)
{
    struct client *as = &sim->services[MIRROR_CONTACTS]->client;
    struct team team;

    if (call_team_add(as, &(struct team_new){ .name = "Zentrale" }, &team) != CALL_DONE)
        sim_fail(sim, "genesis: %s", as->refused.english);
    sim->team = team.id;
    for (int i = 0; i < 3; i++) {
        char text[16];
        const char *extension = text;
        struct staff_new in = { .name = i == 0   ? "Anna"
                                        : i == 1 ? "Bernd"
                                                 : "Clara",
                                .extensions = &extension,
                                .extensions_count = 1,
                                .team = i < 2 ? sim->team : (struct id){ { 0 } } };
        struct staff out;

        snprintf(text, sizeof text, "%d", 101 + i);
        if (call_staff_add(as, &in, &out) != CALL_DONE)
            sim_fail(sim, "genesis: %s", as->refused.english);
        if (i == 0)
            sim->staff = out.id;
    }
}

static void add_contacts(struct sim *sim)
{
    struct client *as = &sim->services[MIRROR_CONTACTS]->client;

    for (size_t i = 0; i < 6; i++) {
        struct number number = { .typed = sim_caller_number(i) };
        struct contact_new in = {
            .kind = contact_kind_ORGANISATION, .name = "Firma", .phones = &number, .phones_count = 1
        };
        struct contact out;

        if (i < 4)
            in.client = sim->clients[i % 2];
        if (call_contact_add(as, &in, &out) != CALL_DONE)
            sim_fail(sim, "genesis: %s", as->refused.english);
    }
}

// Three kinds of service: to the second, of 6 minutes, and rounded by the day.
static void add_kinds(struct sim *sim)
{
    struct client *as = &sim->services[MIRROR_TIMEKEEPING]->client;
    struct rounding six = { 0, 360, 360, rounding_scope_CALL };
    struct rounding by_day = { 0, 900, 300, rounding_scope_DAY };
    const struct kind_new kinds[] = {
        { .key = "S", .name = "Standard", .text = "Telefonat mit {person}" },
        { .key = "K", .name = "Kurzgespräch", .rounding = &six },
        { .key = "T", .name = "Tagesleistung", .rounding = &by_day },
    };
    struct service_kind out;

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (call_kind_add(as, &kinds[i], &out) != CALL_DONE)
            sim_fail(sim, "genesis: %s", as->refused.english);
}

// With the house at all hours, with one client within those of SIM_GAPPED_HOURS.
static void add_agreements(struct sim *sim)
{
    struct client *as = &sim->services[MIRROR_TIMEKEEPING]->client;
    struct sla_setting in = { .priority = priority_NORMAL,
                              .has_respond_minutes = true,
                              .respond_minutes = 1,
                              .has_solve_minutes = true,
                              .solve_minutes = 1 };
    struct sla out;

    for (int i = 0; i < 2; i++) {
        if (call_sla_set(as, &in, &out) != CALL_DONE)
            sim_fail(sim, "genesis: %s", as->refused.english);
        in.client = sim->clients[0];
        in.solve_minutes = 2;
        in.hours = SIM_GAPPED_HOURS;
    }
}

// Calls to one number of each client become inquiries by themselves.
static void add_hotlines(struct sim *sim)
{
    struct client *as = &sim->services[MIRROR_TELEPHONY]->client;
    struct hotline out;

    for (size_t i = 0; i < 2; i++) {
        struct hotline_new in = { .name = "Hotline", .number = sim_own_number(2 * i) };

        if (call_hotline_add(as, &in, &out) != CALL_DONE)
            sim_fail(sim, "genesis: %s", as->refused.english);
    }
}

// One of a client; one more that is locked from the beginning; one of the house's own. Whoever
// keeps them is the only one who is named.
static void add_files(struct sim *sim)
{
    struct client *as = &sim->services[MIRROR_CONTACTS]->client;

    for (int i = 0; i < 3; i++) {
        char number[16];
        struct file_new in = { .number = number, .clerk = sim->staff, .has_locked = i == 1 };
        struct file out;

        in.locked = in.has_locked;
        if (i < 2)
            in.client = sim->clients[0];
        snprintf(number, sizeof number, "%d/2026-S", i + 1);
        if (call_file_add(as, &in, &out) != CALL_DONE)
            sim_fail(sim, "genesis: %s", as->refused.english);
    }
}

void sim_genesis(struct sim *sim)
{
    add_clients(sim);
    add_staff(sim);
    add_contacts(sim);
    add_files(sim);
    add_kinds(sim);
    add_agreements(sim);
    add_hotlines(sim);
    house_settle(sim->house);
}

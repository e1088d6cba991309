// SPDX-License-Identifier: Apache-2.0
// What names a merged-away contact goes on with the one that stayed, and back.
#include "tests/service/contacts_world.h"

#include "services/contacts/store_file.h"

static const struct id house = { { 0 } };

static struct contact now_of(struct fixture *fx, struct id id)
{
    struct contact out = { 0 };
    CHECK(fixture_row(fx, &contact_table, id, &out));
    return out;
}

static void merge(struct fixture *fx, struct id from, struct id to)
{
    struct contact_merge_in in = { from, now_of(fx, from).version, to, now_of(fx, to).version };
    struct contact_merge_out out;
    CHECK_INT(call_contact_merge(&fx->client, &in, &out), CALL_DONE);
}

static void unmerge(struct fixture *fx, struct id id)
{
    struct contact_merged merged;
    struct contact_unmerge_out out;
    CHECK(fixture_row(fx, &merged_table, id, &merged));
    CHECK_INT(
        call_contact_unmerge(&fx->client, &(struct contact_unmerge_in){ id, merged.version }, &out),
        CALL_DONE);
}

static struct file file_about(struct fixture *fx, const char *number, struct id contact,
                              enum party_role role)
{
    struct party party = { .contact = contact, .role = role };
    struct file_new in = { .number = number, .parties = &party, .parties_count = 1 };
    struct file out = { 0 };
    CHECK_INT(call_file_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static struct file file_now(struct fixture *fx, struct id id)
{
    struct file_match match = { 0 };
    CHECK_INT(call_file_get(&fx->client, &(struct by_id){ id }, &match), CALL_DONE);
    return *match.file;
}

// At midnight (UTC) in so many days, so that some begin at the same time.
static struct appointment meeting(struct fixture *fx, struct id contact, const char *title,
                                  int64_t days)
{
    struct appointment_new in = { .title = title,
                                  .contact = contact,
                                  .starts_at = (fixture_now(fx) / DAYS(1) + days) * DAYS(1) };
    struct appointment out = { 0 };
    fixture_wait(fx, 1000); // so that ids ascend
    CHECK_INT(call_appointment_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

static void tell(struct fixture *fx, struct id contact, const char *text)
{
    struct contact_change change = { contact, now_of(fx, contact).version, .message = text };
    struct contact out;
    struct message_told told;
    fixture_wait(fx, 1000);
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    CHECK_INT(
        call_message_tell(&fx->client, &(struct message_tell_in){ .contact = contact }, &told),
        CALL_DONE);
}

// "1/26:opponent 2/26:client"
static const char *files(struct fixture *fx, struct id contact)
{
    static char text[2000];
    struct file_matches out = { 0 };
    size_t used = 0;
    text[0] = '\0';
    CHECK_INT(call_file_find(&fx->client, &(struct file_query){ .contact = contact }, &out),
              CALL_DONE);
    for (size_t i = 0; i < out.matches_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%s", i ? " " : "",
                                 out.matches[i].file->number,
                                 party_role_picks()->values[out.matches[i].role].word);
    return text;
}

// Titles in order, two to a page.
static const char *meetings(struct fixture *fx, struct id contact)
{
    static char text[2000];
    struct appointment_page page = { 0 };
    struct appointment_query query = { .contact = contact, .has_limit = true, .limit = 2 };
    size_t used = 0;
    text[0] = '\0';
    do {
        CHECK_INT(call_appointment_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.appointments_count; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "",
                                     page.appointments[i].title);
        if (page.appointments_count)
            query.after = page.appointments[page.appointments_count - 1].id;
    } while (page.more);
    return text;
}

static const char *messages(struct fixture *fx, struct id contact)
{
    static char text[2000];
    struct told_page page = { 0 };
    struct told_query query = { .contact = contact, .has_limit = true, .limit = 2 };
    size_t used = 0;
    text[0] = '\0';
    do {
        CHECK_INT(call_message_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.messages_count; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "",
                                     page.messages[i].text);
        if (page.messages_count)
            query.after = page.messages[page.messages_count - 1].id;
    } while (page.more);
    return text;
}

TEST(a_file_goes_on_with_the_one_that_stayed)
{
    struct fixture *fx = world_new();
    struct id a = contact_with(fx, house, "Anna Meyer", NULL).id;
    struct id b = contact_with(fx, house, "Anna Meier", NULL).id;
    struct id c = contact_with(fx, house, "Kanzlei Meier", NULL).id;
    struct file one = file_about(fx, "1/26", a, party_role_OPPONENT);
    file_about(fx, "2/26", b, party_role_CLIENT);
    merge(fx, a, b);
    merge(fx, b, c);
    CHECK_STR(files(fx, c), "2/26:client 1/26:opponent");
    CHECK_STR(files(fx, a), "2/26:client 1/26:opponent");
    fixture_wait(fx, 5000000); // and once it is indexed
    CHECK_STR(files(fx, b), "2/26:client 1/26:opponent");
    CHECK(id_equal(file_now(fx, one.id).parties[0].contact, c));
    CHECK_STR(file_now(fx, one.id).parties[0].name, "Anna Meyer");
    CHECK_INT(file_now(fx, one.id).version, 1);
    const char *name = "Kanzlei Meier";
    struct conflict_query query = { .names = &name, .names_count = 1, .role = party_role_CLIENT };
    struct conflict found = { 0 };
    CHECK_INT(call_conflict_check(&fx->client, &query, &found), CALL_DONE);
    CHECK_INT(found.result, conflict_severity_CONFLICT);
    CHECK_STR(found.hits[0].number, "1/26");
    unmerge(fx, b);
    CHECK_STR(files(fx, c), "");
    CHECK_STR(files(fx, a), "2/26:client 1/26:opponent");
    unmerge(fx, a);
    CHECK_STR(files(fx, a), "1/26:opponent");
    CHECK_STR(files(fx, b), "2/26:client");
    CHECK(id_equal(file_now(fx, one.id).parties[0].contact, a));
    fixture_free(fx);
}

// Whoever changes something else about the parties meanwhile takes nothing from taking back.
TEST(an_edit_of_the_parties_keeps_who_was_named)
{
    struct fixture *fx = world_new();
    struct id a = contact_with(fx, house, "A", NULL).id, b = contact_with(fx, house, "B", NULL).id;
    struct party parties[3] = { { .contact = a, .role = party_role_OPPONENT },
                                { .contact = b, .role = party_role_OPPONENT } };
    struct file_new in = { .number = "1/26", .parties = parties, .parties_count = 2 };
    struct file file = { 0 };
    CHECK_INT(call_file_add(&fx->client, &in, &file), CALL_DONE);
    merge(fx, a, b);
    struct file shown = file_now(fx, file.id);
    CHECK(id_equal(shown.parties[0].contact, b) && id_equal(shown.parties[1].contact, b));
    memcpy(parties, shown.parties, 2 * sizeof *parties);
    parties[2] = (struct party){ .contact = a, .role = party_role_WITNESS };
    struct file_change change = {
        .id = file.id, .version = 1, .parties = parties, .parties_count = 3
    };
    CHECK_INT(call_file_edit(&fx->client, &change, &file), CALL_DONE);
    CHECK(id_equal(file.parties[0].contact, b) && id_equal(file.parties[2].contact, b));
    unmerge(fx, a);
    shown = file_now(fx, file.id);
    CHECK(id_equal(shown.parties[0].contact, a) && id_equal(shown.parties[1].contact, b));
    CHECK(id_equal(shown.parties[2].contact, a)); // as named
    fixture_free(fx);
}

TEST(appointments_and_told_messages_go_on_too)
{
    struct fixture *fx = world_new();
    struct id a = contact_with(fx, house, "A", NULL).id, b = contact_with(fx, house, "B", NULL).id;
    struct appointment first = meeting(fx, a, "eins", 1), out;
    meeting(fx, b, "zwei", 2);
    meeting(fx, a, "drei", 3);
    meeting(fx, b, "vier", 3);
    meeting(fx, a, "fünf", 3);
    tell(fx, a, "1");
    tell(fx, b, "2");
    tell(fx, a, "3");
    merge(fx, a, b);
    CHECK_STR(meetings(fx, b), "eins zwei drei vier fünf");
    CHECK_STR(meetings(fx, a), "eins zwei drei vier fünf");
    CHECK_STR(messages(fx, b), "3 2 1");
    CHECK_INT(call_appointment_get(&fx->client, &(struct by_id){ first.id }, &out), CALL_DONE);
    CHECK(id_equal(out.contact, b));
    // By an id that somebody still has: with the one that stayed.
    meeting(fx, a, "sechs", 4);
    struct contact_change change = { b, now_of(fx, b).version, .message = "4" };
    struct contact row;
    struct message_told told;
    CHECK_INT(call_contact_edit(&fx->client, &change, &row), CALL_DONE);
    CHECK_INT(call_message_tell(&fx->client, &(struct message_tell_in){ .contact = a }, &told),
              CALL_DONE);
    CHECK(id_equal(told.contact, b));
    unmerge(fx, a);
    CHECK_STR(meetings(fx, a), "eins drei fünf sechs");
    CHECK_STR(meetings(fx, b), "zwei vier");
    CHECK_STR(messages(fx, a), "3 1");
    CHECK_STR(messages(fx, b), "4 2");
    fixture_free(fx);
}

// --- by chance
#define PEOPLE 6
#define THINGS 12

struct world {
    struct fixture *fx;
    struct id people[PEOPLE], files[THINGS];
    int owner[THINGS]; // who is party of the file, and whom the appointment is with
    int into[PEOPLE];  // -1: lives
    char before[8000]; // everything as it was shown without merges
};

static int root(const struct world *world, int who)
{
    while (world->into[who] >= 0)
        who = world->into[who];
    return who;
}

static void describe(struct world *world, char *text, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < PEOPLE; i++) {
        used +=
            (size_t)snprintf(text + used, size - used, "%s;", files(world->fx, world->people[i]));
        used += (size_t)snprintf(text + used, size - used, "%s\n",
                                 meetings(world->fx, world->people[i]));
    }
    for (int i = 0; i < THINGS; i++) {
        struct file file = file_now(world->fx, world->files[i]);
        used += (size_t)snprintf(text + used, size - used, "%s=%s\n", file.number,
                                 id_text(file.parties[0].contact).text);
    }
    CHECK(used < size);
}

static void populate(struct world *world, struct rng *rng)
{
    struct fixture *fx = world->fx;
    char name[20];
    for (int i = 0; i < PEOPLE; i++) {
        (void)snprintf(name, sizeof name, "Person %d", i);
        world->people[i] = contact_with(fx, house, name, NULL).id;
        world->into[i] = -1;
    }
    for (int i = 0; i < THINGS; i++) {
        world->owner[i] = (int)rng_below(rng, PEOPLE);
        (void)snprintf(name, sizeof name, "%d/26", i);
        world->files[i] =
            file_about(fx, name, world->people[world->owner[i]], party_role_CLIENT).id;
        meeting(fx, world->people[world->owner[i]], name, 1 + (int64_t)rng_below(rng, 4));
        if (rng_below(rng, 4) == 0)
            fixture_wait(fx, 1000000);
    }
    fixture_reset(fx);
}

// Each list holds what the model says, whichever id is asked for.
static void judge(struct world *world)
{
    int who = 0;
    for (int i = 0; i < PEOPLE; i++) {
        char want[40];
        const char *listed = files(world->fx, world->people[i]);
        for (int k = 0; k < THINGS; k++) {
            (void)snprintf(want, sizeof want, "%d/26:client", k);
            const char *at = strstr(listed, want);
            while (at && at > listed && at[-1] != ' ')
                at = strstr(at + 1, want);
            CHECK((at != NULL) == (root(world, world->owner[k]) == root(world, i)));
        }
        size_t most = 0, counted = 0;
        for (int k = 0; k < THINGS; k++)
            most += root(world, world->owner[k]) == root(world, i);
        for (const char *at = meetings(world->fx, world->people[i]); *at; at++)
            counted += *at == '/';
        CHECK_INT((int64_t)counted, (int64_t)most);
    }
    who = root(world, world->owner[0]);
    CHECK(id_equal(file_now(world->fx, world->files[0]).parties[0].contact, world->people[who]));
}

static void turn(struct world *world, struct rng *rng)
{
    int a = (int)rng_below(rng, PEOPLE), b = (int)rng_below(rng, PEOPLE);
    if (world->into[a] < 0 && world->into[b] < 0 && a != b && rng_below(rng, 2)) {
        merge(world->fx, world->people[a], world->people[b]);
        world->into[a] = b;
    } else if (world->into[a] >= 0 && world->into[world->into[a]] < 0) {
        unmerge(world->fx, world->people[a]);
        world->into[a] = -1;
    }
}

TEST(merging_and_taking_back_changes_nothing)
{
    struct rng rng;
    rng_seed(&rng, test_seed());
    for (int round = 0; round < 3; round++) {
        struct world world = { .fx = world_new() };
        static char after[sizeof world.before];
        populate(&world, &rng);
        describe(&world, world.before, sizeof world.before);
        for (int i = 0; i < 25; i++) {
            turn(&world, &rng);
            judge(&world);
            if (rng_below(&rng, 6) == 0)
                fixture_restart(world.fx);
            fixture_reset(world.fx);
        }
        for (bool any = true; any;) {
            any = false;
            for (int i = 0; i < PEOPLE; i++) {
                if (world.into[i] < 0)
                    continue;
                any = true;
                if (world.into[world.into[i]] >= 0)
                    continue;
                unmerge(world.fx, world.people[i]);
                world.into[i] = -1;
            }
        }
        describe(&world, after, sizeof after);
        CHECK_STR(after, world.before);
        fixture_free(world.fx);
    }
}

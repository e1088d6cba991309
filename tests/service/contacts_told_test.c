// SPDX-License-Identifier: Apache-2.0
// One-time messages: told once, whoever asks twice; telling is an edit.
#include "tests/service/contacts_world.h"

static const struct id house = { { 0 } };

static struct contact with_message(struct fixture *fx, struct id client, const char *text)
{
    struct contact_new in = { .client = client, .name = "Eva", .message = text };
    struct contact out = { 0 };
    CHECK_INT(call_contact_add(&fx->client, &in, &out), CALL_DONE);
    return out;
}

TEST(a_told_message_is_gone_and_told_as_a_fact)
{
    struct fixture *fx = world_new();
    struct contact contact = with_message(fx, house, "Termin am Donnerstag"), got;
    struct staff anna;
    struct message_told told, fact_row;
    struct fact fact;
    struct id call = { { 7 } };
    CHECK_INT(call_staff_add(&fx->client, &(struct staff_new){ .name = "Anna" }, &anna), CALL_DONE);
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, id_text(anna.id).text);
    fixture_wait(fx, 5000000);
    struct message_tell_in in = { .contact = contact.id, .call = call };
    CHECK_INT(call_message_tell(&fx->client, &in, &told), CALL_DONE);
    CHECK_STR(told.text, "Termin am Donnerstag");
    CHECK_STR(told.told_by_name, "Anna");
    CHECK_STR(told.set_by, "tester");
    CHECK_INT(told.told_at, fixture_now(fx));
    CHECK_INT(call_contact_get(&fx->client, &(struct by_id){ contact.id }, &got), CALL_DONE);
    CHECK(got.message == NULL);
    CHECK_INT(got.version, 2);
    CHECK_INT(got.edited_at, fixture_now(fx));
    CHECK_INT(fixture_facts(fx, "message_told"), 1);
    CHECK(fixture_fact_at(fx, "message_told", 0, &fact, &fact_row));
    CHECK(id_equal(fact_row.call, call));
    CHECK_STR(fact_row.contact_name, "Eva");
    fixture_free(fx);
}

TEST(a_second_teller_hears_by_whom_and_when)
{
    struct fixture *fx = world_new();
    struct contact contact = with_message(fx, house, "eins");
    struct message_told told;
    struct message_tell_in in = { .contact = contact.id };
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, "anna");
    fixture_wait(fx, SECONDS(41 * 60)); // 08:41 UTC is 09:41 in Berlin
    CHECK_INT(call_message_tell(&fx->client, &in, &told), CALL_DONE);
    fixture_as(fx, ROLE_BIT(AGENT), scope_house, "bert");
    refused(fx, call_message_tell(&fx->client, &in, &told), ERR_CONFLICT, "contact");
    CHECK(strstr(fx->client.refused.german, "09:41 Uhr, von anna") != NULL);
    CHECK(strstr(fx->client.refused.english, "already told at 09:41 by anna") != NULL);
    fixture_wait(fx, SECONDS(86400 / 24)); // still the same day
    refused(fx, call_message_tell(&fx->client, &in, &told), ERR_CONFLICT, "contact");
    fx->skew_us = DAYS(1);
    refused(fx, call_message_tell(&fx->client, &in, &told), ERR_CONFLICT, "contact");
    CHECK(strstr(fx->client.refused.german, "02.03.2026 09:41") != NULL);
    CHECK_INT(fixture_facts(fx, "message_told"), 1);
    fixture_free(fx);
}

TEST(the_same_request_again_tells_once)
{
    struct fixture *fx = world_new();
    struct contact contact = with_message(fx, house, "eins");
    struct message_told first, again;
    struct message_tell_in in = { .contact = contact.id };
    CHECK_INT(call_message_tell(&fx->client, &in, &first), CALL_DONE);
    fixture_next_id(fx, fx->client.request);
    CHECK_INT(call_message_tell(&fx->client, &in, &again), CALL_DONE);
    CHECK(id_equal(first.id, again.id));
    fixture_crash(fx);
    fixture_start(fx);
    fixture_next_id(fx, fx->client.request);
    CHECK_INT(call_message_tell(&fx->client, &in, &again), CALL_DONE);
    CHECK(id_equal(first.id, again.id));
    CHECK_INT(fixture_facts(fx, "message_told"), 1);
    fixture_free(fx);
}

TEST(another_message_in_its_place_is_not_told_by_mistake)
{
    struct fixture *fx = world_new();
    struct contact contact = with_message(fx, house, "alt"), out;
    struct message_told told;
    struct message_tell_in in = { .contact = contact.id,
                                  .has_set_at = true,
                                  .set_at = contact.message->set_at };
    fixture_wait(fx, 1000000);
    struct contact_change change = { .id = contact.id, .version = 1, .message = "neu" };
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    refused(fx, call_message_tell(&fx->client, &in, &told), ERR_CONFLICT, "set_at");
    struct contact present;
    struct err err = { 0 };
    CHECK(decode(contact_record(), fx->client.current, DECODE_STRICT, fx->client.arena, &present,
                 &err));
    CHECK_STR(present.message->text, "neu");
    in.set_at = out.message->set_at;
    CHECK_INT(call_message_tell(&fx->client, &in, &told), CALL_DONE);
    CHECK_STR(told.text, "neu");
    // Who asks late for the one that was told hears so, also with a new one in its place.
    change = (struct contact_change){ .id = contact.id, .version = 3, .message = "drei" };
    fixture_wait(fx, 1000000);
    CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    refused(fx, call_message_tell(&fx->client, &in, &told), ERR_CONFLICT, "contact");
    CHECK(strstr(fx->client.refused.german, "schon ausgerichtet") != NULL);
    fixture_free(fx);
}

TEST(without_a_message_there_is_nothing_to_tell)
{
    struct fixture *fx = world_new();
    struct contact contact = contact_with(fx, house, "Eva", NULL);
    struct message_told told;
    struct message_tell_in in = { .contact = contact.id };
    refused(fx, call_message_tell(&fx->client, &in, &told), ERR_CONFLICT, "contact");
    CHECK(strstr(fx->client.refused.german, "keine Mitteilung") != NULL);
    in.contact = (struct id){ { 9 } };
    refused(fx, call_message_tell(&fx->client, &in, &told), ERR_NOT_FOUND, "contact");
    fixture_free(fx);
}

TEST(what_was_told_is_listed_latest_first)
{
    struct fixture *fx = world_new();
    struct contact contact = with_message(fx, house, "0"), out;
    struct message_told told;
    for (int i = 0; i < 5; i++) {
        char text[2] = { (char)('1' + i), 0 };
        struct contact_change change = { .id = contact.id, .message = text };
        CHECK_INT(call_message_tell(&fx->client, &(struct message_tell_in){ .contact = contact.id },
                                    &told),
                  CALL_DONE);
        change.version = 2 * i + 2;
        fixture_wait(fx, 1000000);
        CHECK_INT(call_contact_edit(&fx->client, &change, &out), CALL_DONE);
    }
    struct told_page page;
    struct told_query query = { .contact = contact.id, .has_limit = true, .limit = 2 };
    char seen[10] = "";
    do {
        CHECK_INT(call_message_list(&fx->client, &query, &page), CALL_DONE);
        for (size_t i = 0; i < page.messages_count; i++)
            seen[strlen(seen)] = page.messages[i].text[0];
        query.after = page.messages[page.messages_count - 1].id;
    } while (page.more && strlen(seen) < 9);
    CHECK_STR(seen, "43210");
    fixture_free(fx);
}

// By chance: setters, tellers, repeats, crashes. Every message is told once or replaced untold.
TEST(a_message_is_told_once_whatever_happens)
{
    struct rng rng;
    rng_seed(&rng, test_seed());
    for (int round = 0; round < 4; round++) {
        struct fixture *fx = world_new();
        struct contact contact = contact_with(fx, house, "Eva", NULL);
        int64_t told_count = 0, version = 1;
        struct id last = { 0 };
        bool there = false;
        for (int i = 0; i < 60; i++) {
            struct message_tell_in in = { .contact = contact.id };
            struct message_told told;
            struct contact row;
            enum call_result result;
            fixture_wait(fx, 1000 + (int64_t)rng_below(&rng, 5000000));
            switch (rng_below(&rng, 5)) {
            case 0: {
                char text[20];
                (void)snprintf(text, sizeof text, "Nr. %d", i);
                struct contact_change change = { contact.id, version, .message = text };
                CHECK_INT(call_contact_edit(&fx->client, &change, &row), CALL_DONE);
                version++;
                there = true;
                break;
            }
            case 1:
            case 2:
                result = call_message_tell(&fx->client, &in, &told);
                CHECK_INT(result, there ? CALL_DONE : CALL_REFUSED);
                told_count += there;
                version += there;
                if (there)
                    last = fx->client.request;
                there = false;
                break;
            case 3:
                if (id_is_zero(last))
                    break;
                fixture_next_id(fx, last);
                CHECK_INT(call_message_tell(&fx->client, &in, &told), CALL_DONE);
                break;
            default: fixture_restart(fx);
            }
            CHECK_INT(fixture_facts(fx, "message_told"), told_count);
            CHECK_INT(fixture_rows(fx, &told_table), told_count);
            fixture_reset(fx);
        }
        fixture_free(fx);
    }
}

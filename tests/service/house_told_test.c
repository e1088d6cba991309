// SPDX-License-Identifier: Apache-2.0
// A message told in contacts becomes one line in telephony, whatever crashes and whatever gets lost
// between them.
#include "services/contacts/api.h"
#include "services/telephony/told.h"
#include "tests/service/telephony_seen.h"

static struct switchboard board = { .home = { .country = "49", .area = "30" } };

struct two {
    struct house *house;
    struct fixture *contacts, *telephony;
    struct client_row client;
    struct contact eva;
    struct staff anna;
};

static struct two two_new(void)
{
    struct two two = { .house = house_new(test_seed()) };
    struct number main = { .typed = "+49 30 1234567" }, phone = { .typed = "+49 40 669690123" };
    two.contacts = house_add(two.house, &contacts_service, NULL, 0);
    two.telephony = house_add(two.house, &telephony_service, &board, 0);
    struct client_new client = { .name = "Kanzlei", .numbers = &main, .numbers_count = 1 };
    CHECK_INT(call_client_add(&two.contacts->client, &client, &two.client), CALL_DONE);
    struct contact_new eva = { .client = two.client.id,
                               .name = "Eva",
                               .phones = &phone,
                               .phones_count = 1,
                               .message = "Der Termin ist verlegt." };
    CHECK_INT(call_contact_add(&two.contacts->client, &eva, &two.eva), CALL_DONE);
    const char *const extensions[] = { "101" };
    struct staff_new anna = { .name = "Anna", .extensions = extensions, .extensions_count = 1 };
    CHECK_INT(call_staff_add(&two.contacts->client, &anna, &two.anna), CALL_DONE);
    house_settle(two.house);
    return two;
}

static struct call ring(struct two *two, const char *ref)
{
    static const char *const rung[] = { "101" };
    struct call call = inbound(two->telephony, ref, "+4940669690123", "+49301234567"), out;
    call.agents_rung = rung;
    call.agents_rung_count = 1;
    see(two->telephony, &call);
    struct call_page page;
    CHECK_INT(call_call_list(&two->telephony->client, &(struct call_query){ 0 }, &page), CALL_DONE);
    CHECK(page.calls_count > 0);
    out = call;
    out.id = page.calls[0].id;
    CHECK_STR(page.calls[0].shown_contact->name, "Eva");
    return out;
}

static struct told_in_calls told_in(struct two *two, struct id call)
{
    struct told_in_calls out = { 0 };
    CHECK_INT(call_call_told(&two->telephony->client, &(struct by_id){ call }, &out), CALL_DONE);
    return out;
}

TEST(a_told_message_becomes_a_line_of_its_call)
{
    struct two two = two_new();
    struct call call = ring(&two, "1");
    struct message_told told;
    fixture_as(two.contacts, ROLE_BIT(AGENT), scope_house, id_text(two.anna.id).text);
    struct message_tell_in in = { .contact = two.eva.id, .call = call.id };
    CHECK_INT(call_message_tell(&two.contacts->client, &in, &told), CALL_DONE);
    house_settle(two.house);
    struct told_in_calls lines = told_in(&two, call.id);
    CHECK_INT((int64_t)lines.messages_count, 1);
    CHECK_STR(lines.messages[0].text, "Mitteilung ausgerichtet: „Der Termin ist verlegt.“");
    CHECK(id_equal(lines.messages[0].id, told.id));
    CHECK_STR(lines.messages[0].by, id_text(two.anna.id).text);
    house_free(two.house);
}

// The operator has only picked the contact; the call is found by its time, also when telephony was
// down and other calls have begun meanwhile.
TEST(without_a_call_the_contacts_own_is_found)
{
    struct two two = two_new();
    struct call first = ring(&two, "1"), second;
    struct message_told told;
    fixture_as(two.contacts, ROLE_BIT(AGENT), scope_house, id_text(two.anna.id).text);
    fixture_wait(two.telephony, SECONDS(30));
    end(two.telephony, &first);
    fixture_wait(two.telephony, SECONDS(30));
    fixture_crash(two.telephony);
    CHECK_INT(call_message_tell(&two.contacts->client,
                                &(struct message_tell_in){ .contact = two.eva.id }, &told),
              CALL_DONE);
    house_settle(two.house);
    fixture_start(two.telephony);
    house_wait(two.house, SECONDS(20));
    CHECK_INT((int64_t)told_in(&two, first.id).messages_count, 1);
    second = ring(&two, "2");
    CHECK_INT((int64_t)told_in(&two, second.id).messages_count, 0);
    CHECK_INT(fixture_rows(two.telephony, &call_told_table), 1);
    house_free(two.house);
}

TEST(another_clients_call_gets_no_line)
{
    struct two two = two_new();
    struct contact other;
    struct message_told told;
    struct call call = ring(&two, "1");
    CHECK_INT(call_contact_add(&two.contacts->client,
                               &(struct contact_new){ .name = "Ida", .message = "x" }, &other),
              CALL_DONE);
    struct message_tell_in in = { .contact = other.id, .call = call.id };
    CHECK_INT(call_message_tell(&two.contacts->client, &in, &told), CALL_DONE);
    house_settle(two.house);
    CHECK_INT((int64_t)told_in(&two, call.id).messages_count, 0);
    CHECK_INT(fixture_rows(two.telephony, &call_told_table), 1);
    house_free(two.house);
}

// The number that was dialled is given to a client while the caller waits: what the house's contact
// was told until then is not theirs to see.
TEST(what_was_told_before_a_call_found_its_client_is_not_the_clients)
{
    struct two two = two_new();
    struct number own = { .typed = "+49 30 7654321" };
    struct contact ida;
    struct message_told told;
    struct client_row practice;
    struct call call = inbound(two.telephony, "9", "+4940669690999", "+49307654321");
    call.state = call_state_WAITING;
    see(two.telephony, &call);
    struct call_page page = { 0 };
    CHECK_INT(call_call_list(&two.telephony->client, &(struct call_query){ 0 }, &page), CALL_DONE);
    CHECK(page.calls_count > 0);
    call.id = page.calls[0].id;
    CHECK_INT(call_contact_add(&two.contacts->client,
                               &(struct contact_new){ .name = "Ida", .message = "x" }, &ida),
              CALL_DONE);
    struct message_tell_in in = { .contact = ida.id, .call = call.id };
    CHECK_INT(call_message_tell(&two.contacts->client, &in, &told), CALL_DONE);
    house_settle(two.house);
    CHECK_INT((int64_t)told_in(&two, call.id).messages_count, 1);
    struct client_new client = { .name = "Praxis", .numbers = &own, .numbers_count = 1 };
    CHECK_INT(call_client_add(&two.contacts->client, &client, &practice), CALL_DONE);
    house_settle(two.house);
    call.queue = "zentrale";
    struct id id = call.id;
    call.id = (struct id){ { 0 } };
    see(two.telephony, &call);
    fixture_as(two.telephony, ROLE_BIT(CLIENT), (struct scope){ SCOPE_CLIENT, practice.id }, "p");
    struct call row;
    CHECK_INT(call_call_get(&two.telephony->client, &(struct by_id){ id }, &row), CALL_DONE);
    struct told_in_calls lines = { 0 };
    CHECK_INT(call_call_told(&two.telephony->client, &(struct by_id){ id }, &lines), CALL_DONE);
    CHECK_INT((int64_t)lines.messages_count, 0);
    house_free(two.house);
}

// --- by chance
static enum mail_fate judge(void *context, const struct mail *mail, int64_t *ret_delay_us)
{
    struct rng *rng = context;
    if (mail->kind == MAIL_REQUEST || mail->kind == MAIL_REPLY)
        return MAIL_DELIVER;
    *ret_delay_us = (int64_t)rng_below(rng, SECONDS(1));
    switch (rng_below(rng, 6)) {
    case 0: return MAIL_DROP;
    case 1: return MAIL_REPEAT;
    default: return MAIL_DELIVER;
    }
}

TEST(exactly_one_line_over_crashes_and_lost_mail)
{
    struct rng rng;
    rng_seed(&rng, test_seed());
    struct two two = two_new();
    struct call call = ring(&two, "1");
    int64_t version = 1, told_count = 0;
    house_set_judge(two.house, judge, &rng);
    for (int i = 0; i < 25; i++) {
        char text[20];
        struct contact row;
        struct message_told told;
        struct message_tell_in in = { .contact = two.eva.id, .call = call.id };
        CHECK_INT(call_message_tell(&two.contacts->client, &in, &told), CALL_DONE);
        told_count++;
        (void)snprintf(text, sizeof text, "Nr. %d", i);
        struct contact_change change = { .id = two.eva.id,
                                         .version = version + 1,
                                         .message = text };
        CHECK_INT(call_contact_edit(&two.contacts->client, &change, &row), CALL_DONE);
        version = row.version;
        house_wait(two.house, (int64_t)rng_below(&rng, SECONDS(3)));
        if (rng_below(&rng, 3) == 0)
            fixture_restart(rng_below(&rng, 2) ? two.telephony : two.contacts);
        fixture_reset(two.contacts);
        fixture_reset(two.telephony);
    }
    house_set_judge(two.house, NULL, NULL);
    house_wait(two.house, SECONDS(60));
    CHECK_INT(fixture_rows(two.telephony, &call_told_table), told_count);
    CHECK_INT(fixture_facts(two.contacts, "message_told"), told_count);
    CHECK_INT((int64_t)told_in(&two, call.id).messages_count, 20); // as many as are shown
    house_free(two.house);
}
